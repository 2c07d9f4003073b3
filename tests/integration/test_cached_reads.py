"""The read cache between the service and a real MongoDB."""

import asyncio
import contextlib
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest
from pymongo import monitoring

from domain.books import BookRow
from domain.effects import Add, Assign, Decision, assign
from domain.errors import StorageUnavailable
from repository import books
from repository.mongo import indexes
from repository.mongo.change_watch import watch_changes
from repository.mongo.changes import Change, State, need
from repository.mongo.connection import Database, connect
from repository.mongo.core import Core
from repository.mongo.read_cache import ReadCache
from tests.support.mongo_proxy import MongoProxy
from tests.support.rpc_client import RpcClient

SOON_S = 10.0


class _Commands(monitoring.CommandListener):
    """Counts the commands on books that reach the server; on others, some run by themselves."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        target = event.command.get(event.command_name)
        self.counts[event.command_name] += target == books.BOOKS.name

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


COMMANDS = _Commands()


@pytest.fixture
def commands() -> Iterator[Counter[str]]:
    """What reaches the server from clients made after this; ask for it before `rpc`."""
    monitoring.register(COMMANDS)
    COMMANDS.counts.clear()
    yield COMMANDS.counts
    monitoring._LISTENERS.command_listeners.remove(COMMANDS)  # noqa: SLF001 - no public way out


async def until_quiet(commands: Counter[str]) -> None:
    """Wait until nothing has reached the server for a second."""
    async with asyncio.timeout(30):
        known = None
        while known != commands:
            known = commands.copy()
            await asyncio.sleep(1)


async def add_books(database: Database, count: int) -> None:
    rows = [new_book(1_000 + each, f"Book {each}") for each in range(count)]
    await database.collection(books.BOOKS).insert_many(map(books.BOOKS.document_of, rows))


def new_book(book_id: int, title: str) -> BookRow:
    return BookRow(book_id, title, ["Nobody"], pages=100, price_cents=100, stock=1)


async def test_a_batch_of_a_thousand_reads_takes_three_queries_and_none_when_repeated(
    commands: Counter[str], rpc: RpcClient, database: Database
) -> None:
    await add_books(database, 1_000)
    await until_quiet(commands)  # the change stream tells of them: who holds books reads them again
    batch = [rpc.request("books.get", id=1_000 + each) for each in range(1_000)]
    commands.clear()

    first = await rpc.batch(batch)
    queries = commands["find"]
    again = await rpc.batch(batch)

    assert 1 <= queries <= 3
    assert commands["find"] == queries
    assert not commands["aggregate"]
    assert [each["result"]["title"] for each in again] == [f"Book {each}" for each in range(1_000)]
    assert first == again


async def test_a_client_reads_its_own_write(rpc: RpcClient) -> None:
    for price in range(1, 30):
        await rpc("books.get", id=1)
        await rpc("books.update", id=1, price=price)

        assert (await rpc("books.get", id=1))["price"] == price


async def test_a_client_reads_its_own_write_to_stores_listings_and_users(rpc: RpcClient) -> None:
    for turn in range(20):
        for method in ("stores.get", "listings.get", "users.get"):
            await rpc(method, id=1)
        await rpc("stores.update", id=1, name=f"Store {turn}")
        renamed = await rpc("listings.get", id=1)
        await rpc("listings.update", id=1, price=turn + 1)
        await rpc("users.update", id=1, name=f"User {turn}")

        assert (renamed["store_id"], renamed["store_name"]) == (1, f"Store {turn}")
        assert (await rpc("stores.get", id=1))["name"] == f"Store {turn}"
        assert (await rpc("listings.get", id=1))["price"] == turn + 1
        assert (await rpc("users.get", id=1))["name"] == f"User {turn}"


async def test_money_that_moved_is_seen_at_once(rpc: RpcClient) -> None:
    await rpc("users.get", id=0), await rpc("stores.get", id=1)

    bought = await rpc("purchases.create", user_id=0, listing_id=1)

    assert (await rpc("users.get", id=0))["cash"] == bought["user_cash"]
    assert (await rpc("stores.get", id=1))["cash"] == bought["store_cash"]


async def test_the_counters_are_shown_with_the_metrics(rpc: RpcClient, service_url: str) -> None:
    await rpc("books.get", id=1)
    await rpc("books.get", id=1)
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{service_url}/metrics") as response,
    ):
        shown = await response.text()

    assert "octavo_read_cache_hits_total 1.0" in shown
    assert "octavo_read_cache_misses_total 1.0" in shown


async def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def reader(mongo_url: str, name: str, *, ttl_s: float) -> AsyncIterator[Database]:
    """Another process's view of the database, as far as caching goes."""
    async with connect(mongo_url, name) as database:
        database.reads.cache(indexes.cached(), documents_max=1_000, ttl_s=ttl_s)
        yield database


@contextlib.asynccontextmanager
async def watching(database: Database) -> AsyncIterator[None]:
    flushes = database.reads.counters["flushes"]
    task = asyncio.create_task(watch_changes(database, indexes.cached()))
    await wait_until(lambda: database.reads.counters["flushes"] > flushes)
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def paging(pages: int, *, certain: bool = False) -> Change[None]:
    """Give the book so many pages: in a transaction, or if `certain` in one statement."""

    def decide(state: State) -> Decision[None]:
        return Decision(None, (assign(books.known_book(state, 1_000), pages=pages),))

    foreseen = Assign(BookRow, 1_000, {"pages": pages}) if certain else None
    return Change(decide, (need(books.BOOKS, 1_000, foreseen=foreseen),), is_certain=certain)


async def set_pages(database: Database, pages: int) -> None:
    await Core(database).submit(paging(pages), deadline=soon())


def soon(seconds: float = SOON_S) -> float:
    return asyncio.get_running_loop().time() + seconds


async def pages_seen(database: Database) -> int:
    return (await books.get(database, 1_000)).pages


async def wait_for_pages(database: Database, pages: int) -> None:
    deadline = time.monotonic() + SOON_S
    while await pages_seen(database) != pages:
        assert time.monotonic() < deadline, "the change was never seen"
        await asyncio.sleep(0.005)


async def test_another_processes_write_is_seen_by_the_change_stream(
    mongo_url: str, database: Database
) -> None:
    await add_books(database, 1)
    async with reader(mongo_url, database.name, ttl_s=600) as other, watching(other):
        assert await pages_seen(other) == 100

        await set_pages(database, 200)

        await wait_for_pages(other, 200)


async def test_without_the_change_stream_a_write_is_seen_after_the_time_limit(
    mongo_url: str, database: Database
) -> None:
    await add_books(database, 1)
    async with reader(mongo_url, database.name, ttl_s=0.5) as other:
        async with watching(other):
            pass
        assert await pages_seen(other) == 100

        await set_pages(database, 200)

        await wait_for_pages(other, 200)
        assert other.reads.counters["invalidations"] == 0


async def test_a_lost_change_stream_empties_the_cache_and_is_opened_again(mongo_url: str) -> None:
    name = f"octavo_test_{uuid.uuid4().hex[:12]}"
    async with (
        connect(mongo_url, name) as writer,
        reader(mongo_url, name, ttl_s=600) as other,
        watching(other),
    ):
        await indexes.ensure(writer)
        await add_books(writer, 1)
        assert await pages_seen(other) == 100
        flushes = other.reads.counters["flushes"]
        await writer.client.drop_database(name)
        await indexes.ensure(writer)
        await add_books(writer, 1)
        await wait_until(lambda: other.reads.counters["flushes"] >= flushes + 2)

        assert await pages_seen(other) == 100
        await set_pages(writer, 300)
        await wait_for_pages(other, 300)
        await writer.client.drop_database(name)


@pytest.mark.parametrize("answers_lost", [0, 2, 1_000])
async def test_what_a_transaction_changes_is_read_anew_also_when_its_answer_is_lost(
    mongo_url: str, database: Database, answers_lost: int
) -> None:
    await add_books(database, 1)
    async with (
        MongoProxy(mongo_url) as proxy,
        reader(proxy.url, database.name, ttl_s=600) as writer,
    ):
        assert await pages_seen(writer) == 100
        proxy.lose_answers_to("commitTransaction", times=answers_lost)
        in_time = SOON_S if answers_lost < 10 else 0.2

        with contextlib.suppress(StorageUnavailable):
            await Core(writer).submit(paging(200), deadline=soon(in_time))

        assert bool(proxy.losses) == bool(answers_lost)
        assert await pages_seen(writer) == 200


async def by_the_core(writer: Database) -> None:
    await Core(writer).submit(paging(200, certain=True), deadline=soon())


async def by_a_guarded_update(writer: Database) -> None:
    await writer.guarded_update(books.BOOKS, {"_id": 1_000}, {"$set": {"pages": 200}})


@pytest.mark.parametrize("answers_lost", [0, 2])
@pytest.mark.parametrize("change", [by_the_core, by_a_guarded_update])
async def test_what_one_statement_changes_is_read_anew_also_when_its_answer_is_lost(
    mongo_url: str,
    database: Database,
    change: Callable[[Database], Awaitable[None]],
    answers_lost: int,
) -> None:
    await add_books(database, 1)
    async with (
        MongoProxy(mongo_url) as proxy,
        reader(proxy.url, database.name, ttl_s=600) as writer,
    ):
        assert await pages_seen(writer) == 100
        proxy.lose_answers_to("findAndModify", times=answers_lost)

        with contextlib.suppress(StorageUnavailable):
            await change(writer)

        assert proxy.losses == answers_lost
        assert await pages_seen(writer) == 200


async def test_a_read_that_came_too_early_is_not_shared_with_those_who_know_of_the_document(
    mongo_url: str, database: Database
) -> None:
    has_read, may_answer = asyncio.Event(), asyncio.Event()

    async def find_slowly(_: str, ids: list[Any]) -> list[BookRow]:
        rows = await database.rows(books.BOOKS, {"_id": {"$in": ids}})
        has_read.set()
        await may_answer.wait()
        return rows

    added = Change(lambda _: Decision(None, (Add(new_book(1_000, "New")),)))
    async with reader(mongo_url, database.name, ttl_s=600) as service:
        service.reads = ReadCache(find_slowly)
        early = asyncio.create_task(service.get(books.BOOKS, 1_000))
        await has_read.wait()

        await Core(service).submit(added, deadline=soon())
        known = asyncio.create_task(service.get(books.BOOKS, 1_000))
        await asyncio.sleep(0)
        may_answer.set()

        assert await early is None
        assert await known is not None


async def test_a_decision_never_reads_from_the_cache(database: Database) -> None:
    await add_books(database, 1)
    database.reads.cache(indexes.cached(), documents_max=10, ttl_s=600)
    assert await pages_seen(database) == 100
    await database.collection(books.BOOKS).update_one({"_id": 1_000}, {"$set": {"pages": 300}})

    def decide(state: State) -> Decision[int]:
        return Decision(books.known_book(state, 1_000).pages)

    change = Change(decide, (need(books.BOOKS, 1_000),))
    assert await Core(database).submit(change, deadline=soon()) == 300
    assert await pages_seen(database) == 100
    database.reads.cache((), documents_max=0, ttl_s=0)
    database.doubt()
