"""Fixtures of the tests of the pages: a browser, and a window of it on the service."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.support.browser import Visit, running_browser, visit


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
