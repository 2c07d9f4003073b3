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

from domain.errors import StorageUnavailable
from repository import books, indexes, transactions
from repository.change_watch import watch_changes
from repository.mongo_connection import Database, Document, connect
from repository.read_cache import ReadCache
from repository.transactions import Transaction
from tests.mongo_proxy import MongoProxy
from tests.rpc_client import RpcClient

SOON_S = 10.0


class _Commands(monitoring.CommandListener):
    """Counts the commands on books that reach the server; on others, some run by themselves."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.counts[event.command_name] += event.command.get(event.command_name) == books.BOOKS

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


async def add_books(database: Database, count: int) -> None:
    await database.collection(books.BOOKS).insert_many(
        [
            books.book_document(
                1_000 + each,
                title=f"Book {each}",
                authors=["Nobody"],
                pages=100,
                price_cents=100,
                isbn=None,
                stock=1,
            )
            for each in range(count)
        ]
    )


async def test_a_batch_of_a_thousand_reads_takes_three_queries_and_none_when_repeated(
    commands: Counter[str], rpc: RpcClient, database: Database
) -> None:
    await add_books(database, 1_000)
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
        database.reads.keep(indexes.CACHED, documents_max=1_000, ttl_s=ttl_s)
        yield database


@contextlib.asynccontextmanager
async def watching(database: Database) -> AsyncIterator[None]:
    flushes = database.reads.counters["flushes"]
    task = asyncio.create_task(watch_changes(database, indexes.CACHED))
    await wait_until(lambda: database.reads.counters["flushes"] > flushes)
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def set_pages(database: Database, pages: int) -> None:
    async def work(transaction: Transaction) -> None:
        book = await books.hold_book(transaction, 1_000)
        transaction.change(books.BOOKS, book, assign={"pages": pages})

    await transactions.run(database, work, deadline=asyncio.get_running_loop().time() + SOON_S)


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


async def reprice_all(transaction: Transaction) -> None:
    await transaction.update_many(books.BOOKS, {}, {"$set": {"pages": 200}})


async def reprice_guarded(transaction: Transaction) -> None:
    assert await transaction.guarded_update(books.BOOKS, {"_id": 1_000}, {"$set": {"pages": 200}})


async def reprice_held(transaction: Transaction) -> None:
    book = await books.hold_book(transaction, 1_000)
    transaction.change(books.BOOKS, book, assign={"pages": 200})


WAYS = [reprice_all, reprice_guarded, reprice_held]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("answers_lost", [0, 2, 1_000])
async def test_whatever_a_transaction_changes_is_read_anew_also_when_its_answer_is_lost(
    mongo_url: str,
    database: Database,
    write: Callable[[Transaction], Awaitable[None]],
    answers_lost: int,
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
            await transactions.run(
                writer, write, deadline=asyncio.get_running_loop().time() + in_time
            )

        assert bool(proxy.losses) == bool(answers_lost)
        assert await pages_seen(writer) == 200


@pytest.mark.parametrize("answers_lost", [0, 2])
async def test_what_is_changed_without_a_transaction_is_read_anew_also_when_its_answer_is_lost(
    mongo_url: str, database: Database, answers_lost: int
) -> None:
    await add_books(database, 1)
    async with (
        MongoProxy(mongo_url) as proxy,
        reader(proxy.url, database.name, ttl_s=600) as writer,
    ):
        assert await pages_seen(writer) == 100
        proxy.lose_answers_to("findAndModify", times=answers_lost)

        with contextlib.suppress(StorageUnavailable):
            await writer.guarded_update(books.BOOKS, {"_id": 1_000}, {"$set": {"pages": 200}})

        assert proxy.losses == answers_lost
        assert await pages_seen(writer) == 200


async def test_a_read_that_came_too_early_is_not_shared_with_those_who_know_of_the_document(
    mongo_url: str, database: Database
) -> None:
    document = books.book_document(
        1_000, title="New", authors=["Nobody"], pages=100, price_cents=100, isbn=None, stock=0
    )
    has_read, may_answer = asyncio.Event(), asyncio.Event()

    async def find_slowly(collection: str, ids: list[Any]) -> list[Document]:
        rows = await database.find(collection, {"_id": {"$in": ids}})
        has_read.set()
        await may_answer.wait()
        return rows

    async def add(transaction: Transaction) -> None:
        transaction.append(books.BOOKS, document)

    async with reader(mongo_url, database.name, ttl_s=600) as service:
        service.reads = ReadCache(find_slowly)
        early = asyncio.create_task(service.get(books.BOOKS, 1_000))
        await has_read.wait()

        await transactions.run(service, add, deadline=asyncio.get_running_loop().time() + SOON_S)
        known = asyncio.create_task(service.get(books.BOOKS, 1_000))
        await asyncio.sleep(0)
        may_answer.set()

        assert await early is None
        assert await known is not None


async def test_a_transaction_never_reads_from_the_cache(database: Database) -> None:
    assert not hasattr(Transaction(database, None), "get")
    assert not hasattr(Transaction(database, None), "reads")
