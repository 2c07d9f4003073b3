"""Lists answered from memory are those that the database gives, byte for byte."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import orjson
import pytest

from domain.authors import AuthorPage
from domain.books import BookFilter, BookPage
from domain.listings import ListingFilter, ListingPage
from domain.paging import PageRequest
from domain.stores import Store, StorePage
from repository import authors, books, listings
from repository.authors import AUTHORS
from repository.books import BOOKS
from repository.listings import LISTINGS
from repository.mongo.connection import Database, connect
from repository.mongo.indexes import held
from repository.store_directory import StoreMirrors
from tests.support.rpc_client import RpcClient
from tests.support.statements import Statements

SOON_S = 5.0
TRIES = 5
READS = {"find books", "find listings", "find authors"}
List = Callable[[Database, PageRequest], Awaitable[bytes]]


@pytest.fixture
async def memory(mongo_url: str, database: Database, rpc: RpcClient) -> AsyncIterator[Database]:
    """The demo's database, with all rows for lists in memory."""
    assert rpc
    async with connect(mongo_url, database.name) as other:
        other.lists.hold(held(), rows_max=10_000)
        await other.lists.settle()
        yield other
        await other.lists.close()


BOOK_FILTERS = (
    BookFilter(),
    BookFilter(author="rowling"),
    BookFilter(author="david wood"),
    BookFilter(title="the", min_price_cents=600),
    BookFilter(min_price_cents=1_000, max_price_cents=1_416),
    BookFilter(min_price_cents=9_999_99),
    BookFilter(in_stock=True),
    BookFilter(in_stock=False),
)
LISTING_FILTERS = (
    ListingFilter(),
    ListingFilter(store_id=3),
    ListingFilter(store_id=1, min_price_cents=1_050, max_price_cents=1_300),
    ListingFilter(min_price_cents=1_050, max_price_cents=1_100),
    ListingFilter(max_price_cents=1_000),
    ListingFilter(store_id=999),
    ListingFilter(name="ruby"),
    ListingFilter(store_id=1, name="ruby murder"),
)


def lists(mirrors: StoreMirrors) -> dict[str, List]:
    """Lists of books, listings and authors, by what they ask."""
    of_books = {
        f"{filters} by {sort}": lambda database, page, filters=filters, sort=sort: books.list_page(
            database, filters, sort, page
        )
        for filters, sort in itertools.product(BOOK_FILTERS, books.SORT_FIELDS)
    }
    of_listings = {
        f"{filters} by {sort}": lambda database, page, filters=filters, sort=sort: (
            listings.list_page(database, mirrors, filters, sort, page)
        )
        for filters, sort in itertools.product(LISTING_FILTERS, listings.SORT_FIELDS)
    }
    of_authors = {
        f"authors {query}": lambda database, page, query=query: authors.list_page(
            database, query, page
        )
        for query in (None, "j", "tolk", "john steinbeck", "Fitzgera", "nobody")
    }
    return of_books | of_listings | of_authors


async def read_without_the_database(
    statements: Statements, read: Callable[[], Awaitable[bytes]]
) -> bytes:
    """A page for which nothing was read. The service beside may read now and then, not always."""
    for _ in range(TRIES):
        with statements.counted() as sent:
            page = await read()
        if not READS & set(sent):
            return page
    raise AssertionError(sent)


@pytest.mark.parametrize("descending", [False, True], ids=["upwards", "downwards"])
async def test_every_page_is_the_same_from_memory_and_from_the_database(
    database: Database, memory: Database, statements: Statements, *, descending: bool
) -> None:
    for title, read in lists(StoreMirrors(memory)).items():
        cursor: str | None = None
        for _ in range(3):
            page = PageRequest(4, cursor, descending)
            from_database = await read(database, page)
            from_memory = await read_without_the_database(statements, partial(read, memory, page))
            assert from_memory == from_database, title
            cursor = orjson.loads(from_memory)["next_cursor"]
            if cursor is None:
                break


async def test_a_page_is_the_json_of_its_model(database: Database, memory: Database) -> None:
    page = PageRequest(500)
    of_books = BookPage(
        items=[row.shown() for row in await database.rows(BOOKS, {}, sort=[("_id", 1)])],
        next_cursor=None,
    )
    names = StoreMirrors(memory)
    await names.refresh()
    rows = await database.rows(LISTINGS, {}, sort=[("_id", 1)])
    of_listings = ListingPage(
        items=[row.shown(names.name_of(row.store_id) or "") for row in rows], next_cursor=None
    )

    of_authors = AuthorPage(
        items=[
            row.shown() for row in await database.rows(AUTHORS, {"listed": True}, sort=[("_id", 1)])
        ],
        next_cursor=None,
    )

    shown = await authors.list_page(memory, None, page)
    assert shown == of_authors.model_dump_json().encode()
    shown = await books.list_page(memory, BookFilter(), "id", page)
    assert shown == of_books.model_dump_json().encode()
    shown = await listings.list_page(memory, names, ListingFilter(), "id", page)
    assert shown == of_listings.model_dump_json().encode()


async def test_a_page_of_stores_has_what_its_schema_names(rpc: RpcClient) -> None:
    page = await rpc("stores.list", limit=3)

    assert list(page) == list(StorePage.model_fields)
    for shown in page["items"]:
        assert list(shown) == list(Store.model_fields)
        assert shown == await rpc("stores.get", id=shown["id"])


async def shown_by(rpc: RpcClient, method: str, row_id: int) -> dict[str, Any]:
    items = (await rpc(method, limit=500))["items"]
    [shown] = [each for each in items if each["id"] == row_id]
    return dict(shown)


async def test_a_list_shows_every_own_write_at_once(rpc: RpcClient) -> None:
    for turn in range(5):
        book = await rpc("books.update", id=1, title=f"Title {turn}", price=turn)
        assert await shown_by(rpc, "books.list", 1) == book
        sold = await rpc("sales.create", book_id=2)
        assert (await shown_by(rpc, "books.list", 2))["stock"] == sold["stock_left"]
        await rpc("books.restock", id=2, quantity=1)
        listing = await rpc("listings.update", id=1, name=f"Name {turn}", price=turn)
        assert await shown_by(rpc, "listings.list", 1) == listing
        store = await rpc("stores.update", id=1, name=f"Store {turn}", hours=f"Mon {turn}:00-20:00")
        assert await shown_by(rpc, "stores.list", 1) == store
        assert (await shown_by(rpc, "listings.list", 1))["store_name"] == f"Store {turn}"
        await asyncio.sleep(0.05)
    added = await rpc("books.create", title="New", authors=["A"], pages=1, price=1)
    assert await shown_by(rpc, "books.list", added["id"]) == added


async def test_a_list_shows_the_writes_of_another_process_soon(
    rpc: RpcClient, database: Database
) -> None:
    for method in ("books.list", "listings.list", "stores.list"):
        await rpc(method)
    await asyncio.sleep(0.1)
    await database.collection("books").update_one({"_id": 1}, {"$set": {"pages": 7}})
    await database.collection("listings").update_one({"_id": 1}, {"$set": {"name": "Other"}})
    await database.collection("accounts").update_one({"_id": "store:1"}, {"$set": {"cents": 12}})

    for method, field, value in (
        ("books.list", "pages", 7),
        ("listings.list", "name", "Other"),
        ("stores.list", "cash", 0.12),
    ):
        async with asyncio.timeout(SOON_S):
            shown = await shown_by(rpc, method, 1)
            while shown[field] != value:
                await asyncio.sleep(0.01)
                shown = await shown_by(rpc, method, 1)
