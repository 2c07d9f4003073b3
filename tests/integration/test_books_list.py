"""What the pretended MongoDB of the unit tests cannot vouch for: the engine's own answers."""

from typing import Any

import pytest

from domain.words import title_sort_key
from tests.factories.books import create_book
from tests.support.rpc_client import RpcClient


async def walk(rpc: RpcClient, cursor: str | None = None, **params: Any) -> list[dict[str, Any]]:
    """All books from a cursor on, page by page."""
    books: list[dict[str, Any]] = []
    for _ in range(100):
        page = await rpc("books.list", cursor=cursor, **params)
        books += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return books
    raise AssertionError("the list never ends")


async def test_the_engine_applies_every_filter(rpc: RpcClient) -> None:
    zola = await create_book(rpc, title="Thérèse Raquin", authors=["A. B.", "Émile Zola"])
    await rpc("sales.create", book_id=8)

    async def ids(**filters: Any) -> list[int]:
        return [book["id"] for book in await walk(rpc, **filters)]

    assert await ids(author="EMILE zola") == [zola["id"]]
    assert await ids(author="b zola") == []
    assert await ids(author="dahl") == await ids(author="david wood") == [17]
    assert await ids(title="raquin therese") == [zola["id"]]
    assert await ids(title="sno") == []
    assert await ids(min_price=14.16, max_price=14.16) == [3, 4, 5]
    assert await ids(in_stock=False) == [8]
    assert await ids(author="rowling", title="secrets", max_price=14.16, in_stock=True) == [3, 4, 5]
    assert await ids(author="rowling", title="secrets", min_price=14.17) == []


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_in_any_order_hold_each_book_once(rpc: RpcClient, order: str) -> None:
    everything = (await rpc("books.list", limit=500))["items"]
    sorts: dict[str, Any] = {
        "id": lambda book: book["id"],
        "title": lambda book: (title_sort_key(book["title"]), book["id"]),
        "price": lambda book: (book["price"], book["id"]),
    }

    for sort, key in sorts.items():
        whole = sorted(everything, key=key, reverse=order == "desc")
        assert await walk(rpc, sort=sort, order=order, limit=2) == whole
        assert await walk(rpc, sort=sort, order=order, limit=2, min_price=14.16) == [
            book for book in whole if book["price"] >= 14.16
        ]


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_what_does_not_move_is_seen_once_while_others_are_sold_priced_and_added(
    rpc: RpcClient, order: str
) -> None:
    first = await rpc("books.list", sort="price", order=order, limit=10)
    moving = {1, 9, 20, 30, 40, 50}
    for number, book_id in enumerate(moving):
        await rpc("books.update", id=book_id, price=2 + 5 * number)
        await rpc("sales.create", book_id=book_id)
        await create_book(rpc, price=3 + 4 * number)

    rest = await walk(rpc, first["next_cursor"], sort="price", order=order, limit=10)

    seen = [book["id"] for book in first["items"] + rest]
    still = [book_id for book_id in range(1, 51) if book_id not in moving]
    assert sorted(book_id for book_id in seen if book_id in still) == still
