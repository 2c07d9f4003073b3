"""authors.list over the endpoint: a count of books that every change of a book keeps."""

import asyncio
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from data import books as book_files
from domain.words import sort_key
from repository.storage import Storage
from tests.conftest import Run
from tests.factories.books import create_book
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.waiting import until

NAMES = st.lists(st.sampled_from(["Ann", "Bo", "Cy", "Di"]), min_size=1, max_size=3)


async def every(rpc: RpcClient, limit: int = 7, **params: Any) -> list[tuple[str, int]]:
    """All authors with their books, page by page."""
    found: list[tuple[str, int]] = []
    cursor = None
    for _ in range(100):
        page = await rpc("authors.list", limit=limit, cursor=cursor, **params)
        found += [(each["name"], each["books"]) for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("the list never ends")


async def counted(rpc: RpcClient) -> list[tuple[str, int]]:
    """The same, from the list of books."""
    books = (await rpc("books.list", limit=500))["items"]
    names = [name for book in books for name in set(book["authors"])]
    return sorted(
        {(name, names.count(name)) for name in names}, key=lambda each: (sort_key(each[0]), each[0])
    )


async def test_the_demo_has_its_authors_by_name(rpc: RpcClient) -> None:
    authors = await every(rpc)

    assert authors == await counted(rpc)
    assert ("J.K. Rowling", 3) in authors
    assert (await rpc("audit.run", scope="bookshop"))["checked"]["author_books"] == len(authors)


async def test_words_and_their_beginnings_find_a_name(rpc: RpcClient) -> None:
    await create_book(rpc, authors=["Émile Zola", "Zora Neale Hurston"])

    assert await every(rpc, query="EMILE zo") == [("Émile Zola", 1)]
    assert await every(rpc, query="zo", limit=1) == [("Émile Zola", 1), ("Zora Neale Hurston", 1)]
    assert await every(rpc, query="hurston") == [("Zora Neale Hurston", 1)]
    assert await every(rpc, query="hurstom") == []
    assert await every(rpc, query="ola") == []


async def test_an_author_without_listed_books_is_not_listed(rpc: RpcClient) -> None:
    book = await create_book(rpc, authors=["Only One"])

    await rpc("books.archive", id=book["id"])
    assert await every(rpc, query="only one") == []
    await rpc("books.update", id=book["id"], authors=["Another One"])
    assert await every(rpc, query="one") == []
    await rpc("books.unarchive", id=book["id"])
    assert await every(rpc, query="one") == [("Another One", 1)]


async def test_a_name_twice_in_one_book_is_one_author_of_it(rpc: RpcClient) -> None:
    book = await create_book(rpc, authors=["Cafe\u0301", "Caf\u00e9", "Other"])

    assert book["authors"] == ["Caf\u00e9", "Other"]
    assert await every(rpc, query="cafe") == [("Caf\u00e9", 1)]


async def test_books_of_one_author_may_come_and_go_at_once(rpc: RpcClient) -> None:
    first = [await create_book(rpc, authors=["Popular", "Shy"]) for _ in range(5)]
    calls = [rpc("books.archive", id=book["id"]) for book in first]
    calls += [create_book(rpc, authors=["Popular"]) for _ in range(5)]

    await asyncio.gather(*calls)

    assert await every(rpc, query="popular") == [("Popular", 5)]
    assert await every(rpc, query="shy") == []
    assert (await rpc("audit.run", scope="bookshop"))["ok"]


async def test_loaded_books_count(storage: Storage, tmp_path: Path, rpc: RpcClient) -> None:
    path = tmp_path / "books.csv"
    path.write_text("id,title,author,pages,price\n900,A,New Name/Other,1,1\n901,B,New Name,1,1\n")

    for _ in range(2):
        await book_files.load(storage, path, lambda _: None, dry_run=False)

    async def are_listed() -> bool:
        return await every(rpc, query="new name") == [("New Name", 2)]

    await until(are_listed)
    assert (await rpc("audit.run", scope="bookshop"))["ok"]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(changes=st.lists(st.tuples(st.integers(0, 2), st.one_of(NAMES, st.booleans())), max_size=8))
def test_whatever_happens_to_books_their_authors_are_counted(
    rpc: RpcClient, run: Run, changes: list[tuple[int, list[str] | bool]]
) -> None:
    books = [run(create_book(rpc, authors=["Ann"]))["id"] for _ in range(3)]

    for book, change in changes:
        if isinstance(change, list):
            run(rpc("books.update", id=books[book], authors=change))
        else:
            run(rpc("books.archive" if change else "books.unarchive", id=books[book]))

    assert run(every(rpc)) == run(counted(rpc))


async def test_a_cursor_belongs_to_its_query(rpc: RpcClient) -> None:
    page = await rpc("authors.list", limit=1)

    with pytest.raises(RpcError, match="cursor"):
        await rpc("authors.list", query="a", cursor=page["next_cursor"])
