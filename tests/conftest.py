"""Fixtures that all tests share. OCTAVO_MONGO_URL points the whole suite at another server."""

import asyncio
import contextlib
import os
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from domain.clock import Clock
from repository.engine import embedded_engine
from repository.mongo import indexes
from repository.mongo.clock import now
from repository.mongo.collections import declared
from repository.mongo.connection import COUNTERS, Database, connect
from repository.mongo.core import running_core
from repository.storage import Storage
from rpc.application import make_application
from rpc.settings import Settings
from tests.support.non_blocking import nothing_blocks
from tests.support.rpc_client import RpcClient
from tests.support.served import served
from tests.support.statements import STATEMENTS, Statements

pytest_plugins = ("tests.support.secret_search",)

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
async def run() -> Run:
    """Runs a coroutine on the fixtures' loop, for tests that are none themselves (hypothesis)."""
    return asyncio.get_running_loop().run_until_complete


@pytest.fixture(scope="session")
async def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A running MongoDB: the one that the environment names, or an embedded engine of our own."""
    url = os.environ.get("OCTAVO_MONGO_URL")
    if url is not None:
        yield url
        return
    async with embedded_engine(tmp_path_factory.mktemp("engine")) as embedded_url:
        yield embedded_url


MARKETPLACE = ("stores", "listings", "accounts", "purchases", "rollup_pages")
NOTHING: dict[str, Any] = {"_id": {"$exists": False}}
KEPT = dict.fromkeys(MARKETPLACE, NOTHING) | {
    "counters": {"_id": {"$nin": MARKETPLACE}},
}
"""What is deleted of these collections where the marketplace's data are kept."""


class Seed:
    """The marketplace's data as they were right after they were loaded."""

    def __init__(self) -> None:
        self._contents: list[Any] | None = None

    async def note(self, database: Database) -> None:
        """Remember the data as they are, unless an earlier state is remembered."""
        if self._contents is None:
            self._contents = await self._read(database)

    async def stands(self, database: Database) -> bool:
        """Whether the data are there just as they were noted."""
        return self._contents is not None and await self._read(database) == self._contents

    async def _read(self, database: Database) -> list[Any]:
        return [await database.find(name, {}, sort=[("_id", 1)]) for name in MARKETPLACE]


@pytest.fixture(scope="session")
def seed() -> Seed:
    return Seed()


@contextlib.asynccontextmanager
async def new_database(mongo_url: str) -> AsyncIterator[Database]:
    """An empty database with all its indexes, gone after the block."""
    async with connect(mongo_url, f"octavo_test_{uuid.uuid4().hex[:12]}") as database:
        await indexes.ensure(database)
        yield database
        # An engine of our own goes with all its files, and is slow to drop what it has.
        if "OCTAVO_MONGO_URL" in os.environ:
            await database.client.drop_database(database.name)


@pytest.fixture(scope="session")
async def session_database(mongo_url: str) -> AsyncIterator[Database]:
    """A database that the tests of this run share, one after the other."""
    async with new_database(mongo_url) as database:
        yield database


@pytest.fixture(scope="module")
async def own_database(mongo_url: str) -> AsyncIterator[Database]:
    """A database of a module's own, for rows that all its tests read and none changes."""
    async with new_database(mongo_url) as database:
        yield database


@pytest.fixture
async def database(session_database: Database, seed: Seed) -> Database:
    """A database with all its indexes, and empty but for the marketplace's data as it was loaded.

    That is loaded once, and again after a test that changed it: it takes over a second.
    """
    kept = KEPT if await seed.stands(session_database) else {}
    for name in (*(each.name for each in declared()), COUNTERS):
        await session_database.collection(name).delete_many(kept.get(name, {}))
    session_database.forget_reserved_ids()
    return session_database


@pytest.fixture
async def storage(database: Database) -> AsyncIterator[Storage]:
    """That database and a core, as programs that load files have them."""
    async with running_core(database) as core:
        yield Storage(database, core)


@pytest.fixture
def statements(session_database: Database) -> Statements:
    """What the driver sends to the tests' database."""
    STATEMENTS.database = session_database.name
    return STATEMENTS


@pytest.fixture
def settings(mongo_url: str, database: Database, tmp_path: Path) -> Settings:
    """Settings of a service in demo mode on the empty database; a test may override it."""
    return Settings(
        port=0,
        mongo_url=mongo_url,
        mongo_database=database.name,
        data_dir=tmp_path,
        demo=True,
    )


@pytest.fixture
def clock() -> Clock:
    """What time the service believes it is; a test may override it."""
    return now


@pytest.fixture
async def service_url(
    settings: Settings, database: Database, seed: Seed, clock: Clock
) -> AsyncIterator[str]:
    """A service in this process behind a real socket, with the demo's books."""
    async with served(make_application(settings, clock)) as url:
        if settings.demo:
            await seed.note(database)
        with nothing_blocks():
            yield url


@pytest.fixture
async def rpc(service_url: str) -> AsyncIterator[RpcClient]:
    """A client of that service with the demo key."""
    async with RpcClient(service_url) as client:
        yield client
