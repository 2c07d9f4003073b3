"""Every query of a call carries what is left of it, and so does each commit."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import monitoring

from domain.errors import WaitedTooLong
from repository.books import BOOKS
from repository.mongo.connection import Database
from repository.mongo.deadlines import limit_time
from repository.mongo.transactions import read_snapshot
from rpc.settings import Settings
from tests.factories.books import create_book
from tests.support.rpc_client import RpcClient


class Limits(monitoring.CommandListener):
    """Hears how long each command may take."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, object, int | None]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        command: Any = event.command
        target = command.get(event.command_name)
        self.heard.append((event.command_name, target, command.get("maxTimeMS")))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


LIMITS = Limits()
monitoring.register(LIMITS)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"call_deadline_s": 7.0, "rollup_tails_max": 10_000})


@pytest.fixture
def heard() -> Iterator[list[tuple[str, object, int | None]]]:
    LIMITS.heard.clear()
    yield LIMITS.heard
    LIMITS.heard.clear()


async def test_every_query_and_every_commit_of_a_call_is_limited(
    rpc: RpcClient, heard: list[tuple[str, object, int | None]]
) -> None:
    book = await create_book(rpc, quantity=9)
    heard.clear()

    sale = await rpc("sales.create", book_id=book["id"], idempotency_key="k")
    await rpc("sales.get", id=sale["id"])
    await rpc("sales.list")
    await rpc("sales.totals")
    await rpc("audit.run", scope="bookshop")

    of_calls = {
        (name, target if isinstance(target, str) else "")
        for name, target, limit in heard
        if limit is not None and 0 < limit <= 7_000
    }
    assert of_calls >= {
        ("findAndModify", "books"),
        ("commitTransaction", ""),
        ("find", "sales"),
        ("find", "rollup_pages"),
        ("find", "books"),
        ("find", "stock_movements"),
    }


async def test_a_query_beyond_its_time_is_busy_and_a_retry_is_safe(database: Database) -> None:
    await database.collection(BOOKS).insert_many([{"_id": n} for n in range(20_000)])
    slow = [{"$match": {"$expr": {"$gt": [{"$strLenCP": {"$toString": "$_id"}}, 99]}}}]

    limit_time(0.001)
    with pytest.raises(WaitedTooLong):
        await database.aggregate(BOOKS, slow)
    limit_time(None)
    deadline = asyncio.get_running_loop().time() + 0.001
    with pytest.raises(WaitedTooLong):
        await read_snapshot(database, lambda all_: all_.aggregate(BOOKS, slow), deadline=deadline)

    assert await database.aggregate(BOOKS, slow) == []
