"""Books and their stock: received copies add a row to `stock_movements`, sold ones a sale."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from domain.books import (
    Book,
    BookFilter,
    BookRow,
    StockMovementRow,
    add_book,
    arrival,
    edit_book,
)
from domain.books import (
    archive as archive_book,
)
from domain.books import (
    restock as restock_book,
)
from domain.books import (
    set_stock as set_stock_of_book,
)
from domain.effects import Add, Assign, Decision, Effect, assign
from domain.errors import found
from domain.paging import PageRequest, page_json
from domain.words import sort_key, title_sort_key, words_of
from repository.authors import authors_needed, recounted
from repository.circulation import HOLDINGS
from repository.mongo.changes import Change, Need, State, need, need_by
from repository.mongo.collections import Collection, Document, Held, Index
from repository.mongo.connection import Database
from repository.mongo.held import kept
from repository.mongo.paging import Clause, read_documents, within
from repository.name_search import having_all

BookSort = Literal["id", "title", "price"]
SORT_FIELDS: Final[Mapping[BookSort, str]] = {
    "id": "_id",
    "title": "title_key",
    "price": "price_cents",
}


def _found_by(fields: Mapping[str, Any]) -> Document:
    """The fields by which a book is found and sorted."""
    derived: Document = {}
    if "title" in fields:
        title = fields["title"]
        derived |= {"title_key": title_sort_key(title), "title_words": words_of(title)}
    if "authors" in fields:
        authors = fields["authors"]
        words = sorted({word for author in authors for word in words_of(author)})
        derived |= {"author_keys": [sort_key(each) for each in authors], "author_words": words}
    return derived


BOOKS: Final = Collection(
    "books",
    BookRow,
    derive=_found_by,
    absent_if_none=frozenset({"isbn"}),
    cached=True,
    held=Held(
        sorted_by=("title_key", "price_cents"),
        found_by=("title_words", "author_words", "archived"),
        also=("author_keys",),
    ),
    mirrored=True,
    ids_per_block=1,
    indexes=(
        Index(
            "isbn",
            [("isbn", 1)],
            query={"isbn": "9780261103252"},
            options={"unique": True, "sparse": True},
        ),
        Index(
            "listed",
            [("archived", 1), ("_id", 1)],
            query={"archived": True, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "author_word",
            [("author_words", 1), ("archived", 1), ("_id", 1)],
            query={"author_words": "king", "archived": False, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "title_word",
            [("title_words", 1), ("archived", 1), ("_id", 1)],
            query={"title_words": "snow", "archived": False, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "listed_title",
            [("archived", 1), ("title_key", 1), ("_id", 1)],
            query={"archived": False, "title_key": {"$gt": "m"}},
            sort=[("title_key", 1), ("_id", 1)],
        ),
        Index(
            "listed_price",
            [("archived", 1), ("price_cents", 1), ("_id", 1)],
            query={"archived": False, "price_cents": {"$gte": 500, "$lte": 900}},
            sort=[("price_cents", 1), ("_id", 1)],
        ),
    ),
)
STOCK_MOVEMENTS: Final = Collection(
    "stock_movements",
    StockMovementRow,
    indexes=(Index("book", [("book_id", 1)], query={"book_id": 1}),),
)


def known_book(state: State, book_id: int) -> BookRow:
    """The book in a group's state. Raises NotFound."""
    return found(state.get(BOOKS, book_id), "book", id=book_id)


def create(
    *,
    title: str,
    authors: list[str],
    pages: int,
    price_cents: int,
    isbn: str | None,
    quantity: int,
) -> Change[Book]:
    """Add a book with its first copies. Refused with IsbnTaken."""

    def decide(state: State) -> Decision[Book]:
        book = BookRow(
            id=state.new_id(BOOKS),
            title=title,
            authors=authors,
            pages=pages,
            price_cents=price_cents,
            isbn=isbn,
            stock=quantity,
        )
        decision = add_book(book, _of_isbn(state, isbn), state.unique_id(), state.now)
        return decision.followed_by(*recounted(state, after=[book]))

    needs = (*_need_isbn(isbn), *authors_needed((), *authors))
    return Change(decide, needs)


def _need_isbn(isbn: str | None) -> tuple[Any, ...]:
    return () if isbn is None else (need_by(BOOKS, "isbn", [isbn]),)


def _of_isbn(state: State, isbn: str | None) -> list[BookRow]:
    return [] if isbn is None else state.all_by(BOOKS, "isbn", isbn)


async def get(database: Database, book_id: int) -> Book:
    """The book with that id. Raises NotFound."""
    return found(await database.get(BOOKS, book_id), "book", id=book_id).shown()


async def get_json(database: Database, book_id: int) -> bytes:
    """The book with that id as JSON, which is cached with it. Raises NotFound."""
    return found(await database.get_rendered(BOOKS, book_id, _as_json), "book", id=book_id)


def _as_json(book: BookRow) -> bytes:
    return book.shown().model_dump_json(by_alias=True).encode()


async def get_by_isbn(database: Database, isbn: str) -> Book:
    """The book with that ISBN-13. Raises NotFound."""
    return found(await database.row(BOOKS, {"isbn": isbn}), "book", isbn=isbn).shown()


async def list_page(
    database: Database, filters: BookFilter, sort: BookSort, page: PageRequest
) -> bytes:
    """A BookPage of those that match all filters, as JSON.

    Raises InvalidParams for a cursor of another list.
    """
    documents, cursor = await read_documents(
        database.lists, BOOKS, _clauses(filters), page, field=SORT_FIELDS[sort]
    )
    return page_json([kept(document, _in_list) for document in documents], cursor)


def _in_list(document: Document) -> bytes:
    return _as_json(BOOKS.row_of(document))


def _clauses(filters: BookFilter) -> list[Clause]:
    """All words of `title` are in the title, all of `author` in one name."""
    clauses: list[Clause] = [{"archived": filters.archived}]
    if filters.author is not None:
        words = words_of(filters.author)
        clauses += having_all("author_words", words)
        if len(words) > 1:
            # One lookahead per word: "David Dahl" must not match David Wood and Roald Dahl.
            pattern = "^" + "".join(rf"(?=(.* )?{word}( |$))" for word in words)
            clauses.append({"author_keys": {"$regex": pattern}})
    if filters.title is not None:
        clauses += having_all("title_words", words_of(filters.title))
    clauses += within("price_cents", gte=filters.min_price_cents, lte=filters.max_price_cents)
    if filters.in_stock is not None:
        clauses.append({"stock": {"$gt": 0} if filters.in_stock else 0})
    return clauses


def update(book_id: int, changes: Mapping[str, Any]) -> Change[Book]:
    """Give fields new values, by the names of BookRow. Refused with NotFound or IsbnTaken."""
    isbn, authors = changes.get("isbn"), changes.get("authors")

    def its_authors(state: State) -> list[Need]:
        book = state.get(BOOKS, book_id)
        return [] if book is None or authors is None else authors_needed([book], *authors)

    def decide(state: State) -> Decision[Book]:
        book = known_book(state, book_id)
        decision = edit_book(book, changes, _of_isbn(state, isbn))
        if authors is None:
            return decision
        edited = replace(book, authors=authors)
        return decision.followed_by(*recounted(state, before=[book], after=[edited]))

    foreseen = Assign(BookRow, book_id, changes)
    return Change(
        decide,
        (need(BOOKS, book_id, foreseen=foreseen), *_need_isbn(isbn)),
        further=(its_authors,),
        is_certain=isbn is None and authors is None,
    )


def archive(book_id: int, *, archived: bool) -> Change[Book]:
    """Take a book out of the catalogue, or put it back. Refused with NotFound."""

    def its_authors(state: State) -> list[Need]:
        book = state.get(BOOKS, book_id)
        return [] if book is None else authors_needed([book])

    def decide(state: State) -> Decision[Book]:
        book, holding = known_book(state, book_id), state.get(HOLDINGS, book_id)
        decision = archive_book(book, archived=archived)
        changed = replace(book, archived=archived)
        effects = [*recounted(state, before=[book], after=[changed])]
        if holding is not None and holding.archived != archived:
            effects.append(assign(holding, archived=archived))
        return decision.followed_by(*effects)

    needs = (need(BOOKS, book_id), need(HOLDINGS, book_id))
    return Change(decide, needs, further=(its_authors,))


def restock(book_id: int, quantity: int) -> Change[Book]:
    """Add copies. Refused with NotFound or StockMaximum."""

    def decide(state: State) -> Decision[Book]:
        return restock_book(known_book(state, book_id), quantity, state.unique_id(), state.now)

    return Change(decide, (need(BOOKS, book_id),))


def set_stock(book_id: int, quantity: int, expected: int) -> Change[Book]:
    """Set the stock if it is as expected. Refused with NotFound or StockDiffers."""

    def decide(state: State) -> Decision[Book]:
        return set_stock_of_book(
            known_book(state, book_id), quantity, expected, state.unique_id(), state.now
        )

    return Change(decide, (need(BOOKS, book_id),))


@dataclass(frozen=True, slots=True)
class Arrival:
    """How books of a file, which have ids of their own, compare with the stored books.

    `missing` are to be added, `present` are pairs of a book of the file and the stored book, and
    `isbn_holders` gives for each book whose ISBN is taken the book that has it.
    """

    missing: list[BookRow]
    present: list[tuple[BookRow, BookRow]]
    isbn_holders: dict[int, int]


async def compare(database: Database, arriving: list[BookRow]) -> Arrival:
    """Compare those books with the stored ones."""
    stored = await database.rows(BOOKS, {"_id": {"$in": [book.id for book in arriving]}})
    isbns = [book.isbn for book in arriving if book.isbn is not None]
    holders = await database.rows(BOOKS, {"isbn": {"$in": isbns}}) if isbns else []
    return _arrival(arriving, {row.id: row for row in stored}, {row.isbn: row for row in holders})


def _arrival(
    arriving: list[BookRow], stored: Mapping[int, BookRow], holders: Mapping[str | None, BookRow]
) -> Arrival:
    new = [book for book in arriving if book.id not in stored]
    refused = {book.id: holders[book.isbn].id for book in new if book.isbn in holders}
    return Arrival(
        missing=[book for book in new if book.id not in refused],
        present=[(book, stored[book.id]) for book in arriving if book.id in stored],
        isbn_holders=refused,
    )


def add_missing(arriving: list[BookRow]) -> Change[Arrival]:
    """Add the books whose id is not taken; stored books do not change.

    No two of them may have the same id or ISBN.
    """
    isbns = [book.isbn for book in arriving if book.isbn is not None]

    def decide(state: State) -> Decision[Arrival]:
        stored = {book.id: row for book in arriving if (row := state.get(BOOKS, book.id))}
        holders: dict[str | None, BookRow] = {
            isbn: row for isbn in isbns for row in state.all_by(BOOKS, "isbn", isbn)
        }
        coming = _arrival(arriving, stored, holders)
        effects: list[Effect] = []
        for book in coming.missing:
            first = arrival(book, "loaded", state.unique_id(), state.now)
            effects += [Add(book), first]
        return Decision(coming, (*effects, *recounted(state, after=coming.missing)))

    needs = (
        need(BOOKS, *(book.id for book in arriving)),
        need_by(BOOKS, "isbn", isbns),
        *authors_needed(arriving),
    )
    return Change(decide, needs)
