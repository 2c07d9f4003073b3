"""Fills the hand-written service's database with what an Octavo service shows to everybody."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import pymongo

from bench.by_hand import DATABASE
from bench.by_hand_library import INDEXES as LIBRARY_INDEXES
from bench.by_hand_library import library_of
from bench.by_hand_marketplace import DAYS, INDEXES, WEEK, minute_of_week, name_fields, words_of
from bench.http_client import Client
from bench.rows import insert
from domain.words import title_sort_key

PAGE: Final = 500
Document = dict[str, Any]


async def copy_library(url: str, books: Sequence[int], members: Sequence[int]) -> None:
    """Give the service by hand a library with one copy of each book."""
    with pymongo.MongoClient[Document](url) as mongo:
        for name, documents in library_of(books, members).items():
            mongo[DATABASE][name].insert_many(documents)
        _make_indexes(mongo[DATABASE], LIBRARY_INDEXES)


def _make_indexes(database: Any, indexes: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    for name, every in indexes.items():
        for keys in every:
            database[name].create_index(list(keys))


async def copy_marketplace(client: Client, url: str, users: list[Document]) -> None:
    """Copy stores, listings, purchases and books, and make their indexes; users as in the file."""
    kinds = {"stores": _store, "listings": _listing, "purchases": _purchase, "books": _book}
    with pymongo.MongoClient[Document](url) as mongo:
        database = mongo[DATABASE]
        _make_indexes(database, INDEXES)
        for name, layout in kinds.items():
            rows = [layout(each) for each in await _all(client, f"{name}.list")]
            insert(database[name], rows)
        if users:
            database["users"].insert_many(map(_user, users))


async def _all(client: Client, method: str) -> list[Document]:
    items: list[Document] = []
    cursor = None
    while True:
        page = await client.call(method, {"limit": PAGE, "cursor": cursor})
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def _store(shown: Document) -> Document:
    return {
        "_id": shown["id"],
        **name_fields(shown["name"]),
        "cash_cents": round(shown["cash"] * 100),
        "spans": list(_spans(shown["hours"])),
        "week_hours": shown["hours_per_week"],
        "listings_count": shown["listings_count"],
        "shown": shown,
    }


def _spans(hours: list[Document]) -> Iterator[Document]:
    for each in hours:
        day = DAYS.index(each["day"])
        opens, closes = minute_of_week(day, each["open"]), minute_of_week(day, each["close"])
        closes += 1_440 * (closes <= opens)
        yield {"opens": opens, "closes": closes}
        if closes > WEEK:
            yield {"opens": 0, "closes": closes - WEEK}


def _listing(shown: Document) -> Document:
    return {
        "_id": shown["id"],
        "store_id": shown["store_id"],
        **name_fields(shown["name"]),
        "price_cents": round(shown["price"] * 100),
        "shown": shown,
    }


def _user(given: Document) -> Document:
    cash = given["cashBalance"]
    shown = {"id": given["id"], "name": given["name"], "cash": cash}
    named = {"_id": given["id"], "name": given["name"]}
    return {**named, "cash_cents": round(cash * 100), "shown": shown}


def _purchase(shown: Document) -> Document:
    return {
        "_id": shown["id"],
        "user_id": shown["user_id"],
        "store_id": shown["store_id"],
        "amount_cents": round(shown["amount"] * 100),
        "purchased_at": datetime.fromisoformat(shown["purchased_at"]),
    }


def _book(shown: Document) -> Document:
    return {
        "_id": shown["id"],
        "title": shown["title"],
        **name_fields(shown["title"]),
        "title_key": title_sort_key(shown["title"]),
        "authors": shown["authors"],
        "author_words": words_of(" ".join(shown["authors"])),
        "pages": shown["pages"],
        "price_cents": round(shown["price"] * 100),
        "isbn": shown["isbn"],
        "stock": shown["stock"],
        "shown": shown,
    }
