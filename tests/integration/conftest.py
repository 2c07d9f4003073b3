"""A browser for the tests of the pages; movements held in memory for those of reports."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from repository.mongo import held_movements, timelines
from repository.mongo.connection import Database, connect
from tests.support.browser import Visit, running_browser, visit
from tests.support.holding import holding


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with running_browser() as started:
        yield started


@pytest.fixture
async def visitor(browser: Browser, service_url: str) -> AsyncIterator[Visit]:
    """A window of it, whose clock is that of UTC."""
    async with visit(browser, service_url, timezone_id="UTC") as opened:
        yield opened


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few movements fill a page, and what is held may be read again at once."""
    monkeypatch.setattr(timelines, "PAGE_MOVEMENTS", 3)
    monkeypatch.setattr(held_movements, "REST", 0)


@pytest.fixture
async def held(mongo_url: str, shop: Database) -> AsyncIterator[Database]:
    """A module's shop as a process has it that holds all movements in memory."""
    async with connect(mongo_url, shop.name) as database, holding(database):
        yield database
