"""The index of names as it changes, how much memory it takes, and how it is built."""

import asyncio
import tracemalloc
from typing import Any

from repository import search
from repository.mongo.mirror import ROWS_PER_TURN, Mirror
from repository.search_index import DEAD_MIN, NameIndex
from tests.support.found_names import found
from tests.support.real_shaped_titles import catalogue

BOOKS = search.SUBJECTS["book"]
BYTES_PER_NAME_MAX = 500
MANY = 3_000


def book(row_id: int, title: str, **more: Any) -> dict[str, Any]:
    return {
        "_id": row_id,
        "title": title,
        "authors": ["N. N."],
        "price_cents": 1,
        "stock": 1,
        **more,
    }


def names(index: NameIndex, query: str) -> list[str]:
    return [each.name for each in found(index, query)]


def test_a_renamed_thing_is_found_by_its_new_name_alone() -> None:
    index = NameIndex(BOOKS)
    index.put(book(1, "Dawn"))
    index.put(book(1, "Dusk"))

    assert (names(index, "dawn"), names(index, "dusk")) == ([], ["Dusk"])


def test_a_removed_and_an_archived_thing_are_not_found() -> None:
    index = NameIndex(BOOKS)
    for row_id in (1, 2):
        index.put(book(row_id, "Dawn", isbn=f"978000000000{row_id}"))
    index.drop(1)
    index.put(book(2, "Dawn", archived=True))

    assert names(index, "dawn") == []
    index.put(book(2, "Dawn", archived=False))
    assert names(index, "dawn") == ["Dawn"]


def test_an_isbn_belongs_to_the_book_that_has_it_now() -> None:
    index = NameIndex(BOOKS)
    index.put(book(1, "Dawn", isbn="9780261103344"))
    index.put(book(2, "Dusk"))
    index.put(book(1, "Dawn"))
    assert index.with_isbn("9780261103344") is None

    index.put(book(2, "Dusk", isbn="9780261103344"))
    assert names(index, "978-0-261-10334-4") == ["Dusk"]


def test_an_index_is_worn_once_most_of_its_names_are_gone() -> None:
    index = NameIndex(BOOKS)
    for number in range(DEAD_MIN):
        index.put(book(1, f"Name {number}"))
    assert not index.is_worn
    for number in range(3):
        index.put(book(1, f"Other {number}"))
    assert index.is_worn

    index.clear()
    assert (index.is_worn, names(index, "other")) == (False, [])


def test_a_name_takes_no_more_memory_than_the_decision_says() -> None:
    books = catalogue(MANY)
    tracemalloc.start()
    index = NameIndex(BOOKS)
    for number, (title, authors) in enumerate(books, 1):
        index.put(book(number, title, authors=authors))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert taken / len(books) <= BYTES_PER_NAME_MAX


class Stored:
    """A collection of books in memory."""

    async def find(self, _: str, query: Any, **options: Any) -> list[dict[str, Any]]:
        start = query.get("_id", {}).get("$gt", 0)
        return [book(row_id, f"Name {row_id}") for row_id in range(start + 1, MANY + 1)][
            : options["limit"]
        ]

    def observe(self, _: Any) -> None:
        """Nothing changes here."""


async def test_the_event_loop_has_its_turns_while_the_names_are_read() -> None:
    mirror = Mirror(Stored(), BOOKS.collection, BOOKS.fields, NameIndex(BOOKS))
    reading = asyncio.create_task(mirror.current())
    turns = 0
    while not reading.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns >= MANY // ROWS_PER_TURN
    assert names(await reading, f"Name {MANY}") == [f"Name {MANY}"]
