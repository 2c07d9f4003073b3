"""Rows held in memory are found as the database would find them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.books import BOOKS
from repository.listings import LISTINGS
from repository.mongo import held
from repository.mongo.collections import Document, Sort
from repository.mongo.held import HeldRows, Lists, kept
from repository.mongo.mirror import Observer

WORDS = ("art", "bee", "cat")
SORTS = ("_id", "title_key", "price_cents")


def book(book_id: int, source: random.Random) -> Document:
    words = source.sample(WORDS, source.randint(1, 3))
    made = {
        "_id": book_id,
        "title": " ".join(words),
        "title_key": " ".join(words),
        "title_words": words,
        "author_words": source.sample(WORDS, 2),
        "author_keys": ["ann bee", "bee cat dee"][: source.randint(1, 2)],
        "authors": ["A"],
        "pages": 1,
        "price_cents": source.choice((0, 100, 101, 500)),
        "stock": source.choice((0, 0, 1, 7)),
        "search": {"not": "held"},
    }
    return made | ({"isbn": f"{book_id}"} if source.random() < 0.5 else {})


def holds(document: Document, name: str, wanted: Any) -> bool:
    """Whether a clause of the database's query language holds."""
    value = document.get(name)
    values = value if isinstance(value, list) else [value]
    if not isinstance(wanted, Mapping):
        return wanted in values
    tests = {
        "$gt": lambda bound: any(each > bound for each in values),
        "$gte": lambda bound: any(each >= bound for each in values),
        "$lt": lambda bound: any(each < bound for each in values),
        "$lte": lambda bound: any(each <= bound for each in values),
        "$regex": lambda start: any(each.startswith(start[1:]) for each in values),
    }
    return all(tests[operator](bound) for operator, bound in wanted.items())


def expected(
    documents: list[Document], clauses: list[Document], sort: Sort, limit: int
) -> list[int]:
    found = [
        document
        for document in documents
        if all(holds(document, name, wanted) for each in clauses for name, wanted in each.items())
    ]
    name, direction = sort[0]
    found.sort(key=lambda each: (each[name], each["_id"]), reverse=direction < 0)
    return [each["_id"] for each in found[:limit]]


AMOUNTS = st.sampled_from((0, 99, 100, 101, 500, 501))
OPERATORS = ("$gt", "$gte", "$lt", "$lte")
CLAUSES = st.one_of(
    st.builds(
        lambda name, operator, bound: {name: {operator: bound}},
        st.sampled_from(("price_cents", "stock", "_id")),
        st.sampled_from(OPERATORS),
        AMOUNTS,
    ),
    st.builds(lambda low, high: {"price_cents": {"$gte": low, "$lte": high}}, AMOUNTS, AMOUNTS),
    st.builds(lambda bound: {"title_key": {"$gt": bound}}, st.sampled_from(WORDS)),
    st.builds(
        lambda name, word: {name: word},
        st.sampled_from(("title_words", "author_words")),
        st.sampled_from((*WORDS, "dog")),
    ),
    st.just({"author_keys": {"$regex": "^bee"}}),
    st.just({"stock": 0}),
    st.just({"isbn": None}),
    st.builds(lambda cents, last: {"price_cents": cents, "_id": {"$gt": last}}, AMOUNTS, AMOUNTS),
)


@given(
    st.integers(0, 2**32),
    st.lists(CLAUSES, max_size=4),
    st.sampled_from(SORTS),
    st.sampled_from((1, -1)),
    st.sampled_from((1, 3, 100)),
)
def test_rows_are_found_as_by_a_look_at_each(
    seed: int, clauses: list[Document], name: str, direction: int, limit: int
) -> None:
    source = random.Random(seed)  # noqa: S311 - made-up books
    rows, documents = HeldRows(BOOKS), {}
    query = {"$and": clauses} if clauses else {}
    sort = [(name, direction)] if name == "_id" else [(name, direction), ("_id", direction)]

    def require_right_answer() -> None:
        found = rows.find(query, sort, limit)
        assert found is not None
        wanted = expected([*documents.values()], clauses, sort, limit)
        assert [each["_id"] for each in found] == wanted

    for book_id in source.sample(range(600), source.choice((0, 5, 40))):
        documents[book_id] = book(book_id, source)
        rows.put(documents[book_id])
    require_right_answer()
    for book_id in source.sample([*documents], len(documents) // 3):
        documents[book_id] = book(book_id, source)
        rows.put(documents[book_id])
    for book_id in source.sample([*documents], len(documents) // 4):
        del documents[book_id]
        rows.drop(book_id)
    require_right_answer()
    assert len(rows) == len(documents)


@pytest.mark.parametrize(
    ("query", "sort"),
    [
        ({"$or": [{"stock": 0}]}, "_id"),
        ({"stock": {"$ne": 0}}, "_id"),
        ({"search.words": "bee"}, "_id"),
        ({}, "stock"),
    ],
    ids=["another combination", "another operator", "a field not held", "another order"],
)
def test_what_memory_cannot_tell_is_left_to_the_database(query: Document, sort: str) -> None:
    rows = HeldRows(BOOKS)
    rows.put(book(1, random.Random(1)))  # noqa: S311 - a made-up book

    assert rows.find(query, [(sort, 1)], 1) is None


def test_a_place_of_another_type_is_before_and_after_nothing() -> None:
    rows = HeldRows(BOOKS)
    rows.put(book(1, random.Random(1)))  # noqa: S311 - a made-up book

    assert rows.find({"price_cents": {"$gt": "a"}}, [("price_cents", 1), ("_id", 1)], 1) == []


def test_what_is_made_of_a_row_is_kept_until_the_row_changes() -> None:
    rows = HeldRows(BOOKS)
    source = random.Random(1)  # noqa: S311 - made-up books
    made: list[Any] = []

    def shown() -> Any:
        found = rows.find({}, [("_id", 1)], 1)
        assert found is not None
        return kept(found[0], lambda document: made.append(document) or len(made))

    rows.put(book(1, source))
    assert (shown(), shown()) == (1, 1)
    rows.put(book(1, source))
    assert shown() == 2


@dataclass
class Counted:
    """The collection's estimate."""

    database: "Storage"

    async def estimated_document_count(self) -> int:
        return len(self.database.documents)


@dataclass
class Storage:
    """A database of one collection that counts its reads."""

    documents: list[Document]
    queries: list[Any] = field(default_factory=list)
    observers: list[Observer] = field(default_factory=list)

    async def find(
        self,
        collection: str,
        query: Mapping[str, Any],
        *,
        sort: Sort | None = None,
        limit: int = 0,
        projection: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        assert collection == LISTINGS.name
        assert projection is not None
        assert sort is not None or query
        self.queries.append(query)
        wanted = query.get("_id", {}).get("$in")
        return [each for each in self.documents if wanted is None or each["_id"] in wanted][
            : limit or None
        ]

    def observe(self, observer: Observer) -> None:
        self.observers.append(observer)

    def collection(self, _: str) -> Counted:
        return Counted(self)


def listing(listing_id: int, cents: int) -> Document:
    names = {"name": "One", "source_name": "One", "name_key": "one"}
    return {"_id": listing_id, "store_id": 1, "price_cents": cents, **names}


async def first_prices(lists: Lists) -> list[int]:
    found = await lists.find(LISTINGS, {"store_id": 1}, sort=[("_id", 1)], limit=5)
    return [each["price_cents"] for each in found]


async def test_the_first_list_comes_from_the_database_and_later_ones_from_memory() -> None:
    storage = Storage([listing(1, 100)])
    lists = Lists(storage)
    lists.hold([LISTINGS], rows_max=10)
    assert await first_prices(lists) == [100]
    await lists.settle()
    reads = len(storage.queries)

    assert [await first_prices(lists) for _ in range(3)] == [[100]] * 3
    assert len(storage.queries) == reads


async def test_a_changed_and_a_new_row_show_in_the_next_list() -> None:
    storage = Storage([listing(1, 100)])
    lists = Lists(storage)
    lists.hold([LISTINGS], rows_max=10)
    await first_prices(lists)
    await lists.settle()
    storage.documents = [listing(1, 200), listing(2, 300)]
    for observer in storage.observers:
        observer.mark([(LISTINGS.name, 1), (LISTINGS.name, 2)])

    assert await first_prices(lists) == [200, 300]
    assert storage.queries[-1] == {"_id": {"$in": [1, 2]}}


async def test_in_doubt_the_database_answers_until_all_is_read_again() -> None:
    storage = Storage([listing(1, 100)])
    lists = Lists(storage)
    lists.hold([LISTINGS], rows_max=10)
    await first_prices(lists)
    await lists.settle()
    storage.documents = [listing(1, 200)]
    for observer in storage.observers:
        observer.mark_all()

    assert await first_prices(lists) == [200]
    assert storage.queries[-1] == {"store_id": 1}
    await lists.settle()
    reads = len(storage.queries)
    assert await first_prices(lists) == [200]
    assert len(storage.queries) == reads


@pytest.mark.parametrize("rows_max", [0, 1])
async def test_a_collection_with_too_many_rows_is_not_held(rows_max: int) -> None:
    storage = Storage([listing(1, 100), listing(2, 300)])
    lists = Lists(storage)
    lists.hold([LISTINGS], rows_max=rows_max)
    for _ in range(3):
        assert await first_prices(lists) == [100, 300]
        await lists.settle()

    assert storage.queries == [{"store_id": 1}] * 3


async def test_a_collection_that_grows_too_large_is_not_held_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(held, "LOOK_AGAIN_S", 0.0)
    storage = Storage([listing(1, 100)])
    lists = Lists(storage)
    lists.hold([LISTINGS], rows_max=1)
    await first_prices(lists)
    await lists.settle()
    storage.documents = [listing(1, 100), listing(2, 300)]
    for observer in storage.observers:
        observer.mark([(LISTINGS.name, 2)])
    for _ in range(3):
        assert await first_prices(lists) == [100, 300]
        await lists.settle()

    assert storage.queries[-1] == {"store_id": 1}
