"""Services for the conformance tests: started once for all exchanges with the same limits."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from rpc.application import make_application
from rpc.settings import Settings
from tests.conformance.example_service import example_service
from tests.support.non_blocking import nothing_blocks
from tests.support.served import served

Starts = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def _nothing_blocks() -> Iterator[None]:
    with nothing_blocks():
        yield


@pytest.fixture(scope="session")
async def example_url() -> AsyncIterator[Starts]:
    """Gives the URL of an example service with some limits."""
    urls: dict[Any, str] = {}
    async with contextlib.AsyncExitStack() as stack:

        async def start(**limits: Any) -> str:
            key = tuple(sorted(limits.items()))
            if key not in urls:
                urls[key] = await stack.enter_async_context(example_service(**limits))
            return urls[key]

        yield start


@pytest.fixture(scope="session")
async def octavo_url(
    mongo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """The real service with the demo's books, for exchanges that change nothing."""
    settings = Settings(
        mongo_url=mongo_url,
        mongo_database=f"octavo_io_{uuid.uuid4().hex[:12]}",
        data_dir=Path(tmp_path_factory.mktemp("octavo")),
        demo=True,
    )
    async with served(make_application(settings)) as url:
        yield f"{url}/rpc"


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that sends what it is told, and nothing of its own."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(
        connector=connector, skip_auto_headers=("Content-Type",)
    ) as client:
        yield client
