import itertools
from typing import Any

import pytest

from domain.books import BookRow
from domain.errors import InvalidParams, NotFound
from domain.words import sort_key, title_sort_key
from repository.books import BOOKS
from tests.factories.handlers import Handlers

ISBN = "9780547773742"


@pytest.fixture
async def call() -> Handlers:
    handlers = Handlers()
    await handlers.load_demo_books()
    return handlers


async def add(call: Handlers, book_id: int, **changes: Any) -> None:
    fields = {"title": "Tehanu", "authors": ["Ursula K. Le Guin"], "pages": 226, "isbn": None}
    book = BookRow(book_id, **fields | {"price_cents": 899, "stock": 1} | changes)
    await call.database.collection(BOOKS).insert_one(BOOKS.document_of(book))


async def ids(call: Handlers, **params: Any) -> list[int]:
    page = await call("books.list", limit=500, **params)
    return [book["id"] for book in page["items"]]


async def walk(call: Handlers, **params: Any) -> list[dict[str, Any]]:
    """All books, page by page."""
    books: list[dict[str, Any]] = []
    cursor = None
    for _ in range(100):
        page = await call("books.list", cursor=cursor, **params)
        books += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return books
    raise AssertionError("the list never ends")


async def test_a_book_is_got_by_its_id(call: Handlers) -> None:
    assert await call("books.get", id=17) == {
        "id": 17,
        "title": "Fantastic Mr Fox",
        "authors": ["David Wood", "Roald Dahl"],
        "pages": 74,
        "price": 15.53,
        "isbn": None,
        "stock": 1,
        "archived": False,
    }


@pytest.mark.parametrize("spelling", [ISBN, "978-0-547-77374-2", "0547773749", "0-547-77374-9"])
async def test_a_book_is_got_by_any_spelling_of_its_isbn(call: Handlers, spelling: str) -> None:
    await add(call, 51, isbn=ISBN)

    assert (await call("books.get", isbn=spelling))["id"] == 51


@pytest.mark.parametrize("key", [{"id": 4_000}, {"isbn": ISBN}, {"id": 2**53 - 1}, {"id": 0}])
async def test_a_book_that_is_not_there_is_not_found(call: Handlers, key: dict[str, Any]) -> None:
    with pytest.raises(NotFound) as refusal:
        await call("books.get", **key)

    assert refusal.value.details == {"kind": "book", **key}


@pytest.mark.parametrize("params", [{}, {"id": 1, "isbn": ISBN}])
async def test_a_book_is_asked_for_by_one_key(call: Handlers, params: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams, match="either id or isbn"):
        await call("books.get", **params)


@pytest.mark.parametrize(
    ("author", "found"),
    [
        ("tolkien", [1]),
        ("TOLKIEN", [1]),
        ("j.r.r. tolkien", [1]),
        ("Tolkien J", [1]),
        ("tolk", []),
        ("roald dahl", [17]),
        ("david wood", [17]),
        ("dahl", [17]),
        ("david dahl", []),
        ("wood roald", []),
        ("rowling", [3, 4, 5]),
        ("nobody", []),
    ],
)
async def test_an_author_is_found_by_whole_words_of_one_name(
    call: Handlers, author: str, found: list[int]
) -> None:
    assert await ids(call, author=author) == found


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("chamber of secrets", [3, 4, 5]),
        ("secrets chamber", [3, 4, 5]),
        ("midwife", [29]),
        ("midwife's", [29]),
        ("MIDWIFE\u2019S", [29]),
        ("gai-jin", [14]),
        ("gai jin", [14]),
        ("gaijin", []),
        ("snow", [24, 25, 26]),
        ("sno", []),
    ],
)
async def test_a_title_is_found_by_whole_words(
    call: Handlers, title: str, found: list[int]
) -> None:
    assert await ids(call, title=title) == found


@pytest.mark.parametrize("text", [".*", "--", "  ", ""])
@pytest.mark.parametrize("parameter", ["author", "title"])
async def test_a_search_without_a_word_is_refused(
    call: Handlers, parameter: str, text: str
) -> None:
    with pytest.raises(InvalidParams) as refusal:
        await call("books.list", **{parameter: text})

    assert refusal.value.details["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize("spelling", ["Émile Zola", "emile zola", "EMILE ZOLA", "E\u0301mile"])
async def test_accents_do_not_matter_on_either_side(call: Handlers, spelling: str) -> None:
    await add(call, 51, title="Thérèse Raquin", authors=["Émile Zola"])
    await add(call, 52, title="Therese Raquin", authors=["Emile Zola"])

    assert await ids(call, author=spelling) == [51, 52]
    assert await ids(call, title="THÉRESE") == [51, 52]


async def test_price_bounds_are_inclusive(call: Handlers) -> None:
    exact = await ids(call, min_price=14.16, max_price=14.16)

    assert exact == [3, 4, 5]
    assert set(exact) <= set(await ids(call, min_price=14.16))
    assert set(exact) <= set(await ids(call, max_price=14.16))
    assert not set(exact) & set(await ids(call, min_price=14.17))
    assert await ids(call, min_price=15, max_price=14) == []


async def test_stock_tells_the_sold_out_from_the_others(call: Handlers) -> None:
    await add(call, 51, stock=0)

    assert await ids(call, in_stock=False) == [51]
    assert await ids(call, in_stock=True) == list(range(1, 51))


FILTERS: dict[str, tuple[Any, Any]] = {
    "author": ("rowling", lambda book: "J.K. Rowling" in book["authors"]),
    "title": ("the", lambda book: "the" in sort_key(book["title"]).split()),
    "min_price": (10, lambda book: book["price"] >= 10),
    "max_price": (14.5, lambda book: book["price"] <= 14.5),
    "in_stock": (True, lambda book: book["stock"] > 0),
}
COMBINATIONS = [names for size in range(6) for names in itertools.combinations(FILTERS, size)]


@pytest.mark.parametrize("names", COMBINATIONS, ids="+".join)
async def test_all_filters_compose(call: Handlers, names: tuple[str, ...]) -> None:
    await add(call, 51, title="The End", authors=["J.K. Rowling"], price_cents=1200)
    await add(call, 52, title="The End", authors=["J.K. Rowling"], price_cents=1200, stock=0)
    everything = (await call("books.list", limit=500))["items"]

    found = await ids(call, **{name: FILTERS[name][0] for name in names})

    assert found == [b["id"] for b in everything if all(FILTERS[name][1](b) for name in names)]
    assert found


SORTS: dict[str, Any] = {
    "id": lambda book: book["id"],
    "title": lambda book: (title_sort_key(book["title"]), book["id"]),
    "price": lambda book: (book["price"], book["id"]),
}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 7, 49, 50])
async def test_pages_in_any_order_hold_each_book_once(
    call: Handlers, sort: str, order: str, limit: int
) -> None:
    everything = (await call("books.list", limit=500))["items"]

    paged = await walk(call, sort=sort, order=order, limit=limit)

    assert paged == sorted(everything, key=SORTS[sort], reverse=order == "desc")


@pytest.mark.parametrize(
    "other",
    [
        {"author": "rowling"},
        {"title": "snow"},
        {"min_price": 0},
        {"max_price": 100},
        {"in_stock": True},
        {"sort": "title"},
        {"sort": "price"},
        {"order": "desc"},
    ],
)
async def test_a_cursor_of_a_list_with_other_filters_is_refused(
    call: Handlers, other: dict[str, Any]
) -> None:
    cursor = (await call("books.list", limit=1))["next_cursor"]

    with pytest.raises(InvalidParams, match="cursor"):
        await call("books.list", cursor=cursor, **other)


async def test_the_page_size_may_change_from_page_to_page(call: Handlers) -> None:
    first = await call("books.list", limit=1)
    second = await call("books.list", limit=500, cursor=first["next_cursor"])

    assert [book["id"] for book in second["items"]] == list(range(2, 51))


async def test_a_page_has_fifty_books_unless_asked_otherwise_and_500_at_the_most(
    call: Handlers,
) -> None:
    for book_id in range(51, 552):
        await add(call, book_id)

    first = await call("books.list")
    largest = await call("books.list", limit=500)
    rest = await call("books.list", limit=500, cursor=largest["next_cursor"])

    assert len(first["items"]) == 50
    assert len(largest["items"]) == 500
    assert len(rest["items"]) == 51
    assert rest["next_cursor"] is None
    for wrong in (0, 501):
        with pytest.raises(InvalidParams, match="limit"):
            await call("books.list", limit=wrong)
