"""Books and their stock: copies that come in leave a row in `stock_movements`, sold ones a sale."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson

from domain.books import STOCK_MAX, Book, BookPage
from domain.errors import Conflict, found
from domain.words import sort_key, words_of
from repository import search
from repository.keyset import read_page
from repository.mongo_connection import Database, Document, Documents
from repository.transactions import Transaction

BOOKS: Final = "books"
STOCK_MOVEMENTS: Final = "stock_movements"
SORT_FIELDS: Final = {"id": "_id", "title": "title_key", "price": "price_cents"}


def book_document(
    book_id: int,
    *,
    title: str,
    authors: list[str],
    pages: int,
    price_cents: int,
    isbn: str | None,
    stock: int,
) -> Document:
    """A new book as it is kept."""
    return {
        "_id": book_id,
        **_searchable(title=title, authors=authors),
        "pages": pages,
        "price_cents": price_cents,
        **({} if isbn is None else {"isbn": isbn}),
        "stock": stock,
    }


def stock_movement(book_id: int, kind: str, quantity: int) -> Document:
    """The row that explains why a book's stock changed by `quantity` other than by a sale."""
    return {"book_id": book_id, "kind": kind, "quantity": quantity, "at": datetime.now(UTC)}


def _searchable(*, title: str | None = None, authors: list[str] | None = None) -> Document:
    """The given fields, each with the words by which it is found and sorted."""
    fields: Document = {}
    if title is not None:
        fields |= {"title": title, "title_key": sort_key(title), "title_words": words_of(title)}
    if authors is not None:
        keys = [sort_key(author) for author in authors]
        words = sorted({word for author in authors for word in words_of(author)})
        fields |= {"authors": authors, "author_keys": keys, "author_words": words}
    return fields


def as_book(document: Document) -> Book:
    """A kept book as the outside sees it."""
    return Book(
        id=document["_id"],
        title=document["title"],
        authors=document["authors"],
        pages=document["pages"],
        price=document["price_cents"],
        isbn=document.get("isbn"),
        stock=document["stock"],
    )


async def create(
    transaction: Transaction,
    *,
    title: str,
    authors: list[str],
    pages: int,
    price_cents: int,
    isbn: str | None,
    quantity: int,
) -> Book:
    """Add a book with its first copies. Raises Conflict when another book has the ISBN."""
    await _require_free_isbn(transaction, isbn)
    book_id = await transaction.database.ids.next(BOOKS, block_size=1)
    document = book_document(
        book_id,
        title=title,
        authors=authors,
        pages=pages,
        price_cents=price_cents,
        isbn=isbn,
        stock=quantity,
    )
    transaction.append(BOOKS, document)
    await search.add_all(transaction, [search.name_document("catalogue", book_id, title)])
    transaction.append(STOCK_MOVEMENTS, stock_movement(book_id, "created", quantity))
    return as_book(document)


async def _require_free_isbn(
    transaction: Transaction, isbn: str | None, book_id: int | None = None
) -> None:
    if isbn is None:
        return
    holder = await transaction.find_one(BOOKS, {"isbn": isbn})
    if holder is not None and holder["_id"] != book_id:
        raise Conflict(f"Book {holder['_id']} has ISBN {isbn}.", isbn=isbn, book_id=holder["_id"])


async def get(database: Database, book_id: int) -> Book:
    """The book with that id. Raises NotFound."""
    document = found(await database.get(BOOKS, book_id), "book", id=book_id)
    return as_book(document)


async def get_by_isbn(documents: Documents, isbn: str) -> Book:
    """The book with that ISBN-13. Raises NotFound."""
    document = found(await documents.find_one(BOOKS, {"isbn": isbn}), "book", isbn=isbn)
    return as_book(document)


async def list_page(
    documents: Documents,
    *,
    author: str | None,
    title: str | None,
    min_price_cents: int | None,
    max_price_cents: int | None,
    in_stock: bool | None,
    sort: Literal["id", "title", "price"],
    order: Literal["asc", "desc"],
    limit: int,
    cursor: str | None,
) -> BookPage:
    """The books that match all filters. Raises InvalidParams for a cursor of another list."""
    query = list_query(author, title, min_price_cents, max_price_cents, in_stock=in_stock)
    listing = orjson.dumps(["books", query, sort, order]).decode()
    rows, next_cursor = await read_page(
        documents,
        BOOKS,
        query,
        listing=listing,
        field=SORT_FIELDS[sort],
        descending=order == "desc",
        limit=limit,
        cursor=cursor,
    )
    return BookPage(items=[as_book(row) for row in rows], next_cursor=next_cursor)


def list_query(
    author: str | None,
    title: str | None,
    min_price_cents: int | None,
    max_price_cents: int | None,
    *,
    in_stock: bool | None,
) -> dict[str, Any]:
    """The filter for a list: all words of `title` in the title, of `author` in one name."""
    query: dict[str, Any] = {}
    if author is not None:
        words = words_of(author)
        query["author_words"] = _all_of(words)
        if len(words) > 1:
            # One lookahead a word: "David Dahl" must not match David Wood and Roald Dahl.
            query["author_keys"] = {"$regex": "^" + "".join(rf"(?=(.* )?{w}( |$))" for w in words)}
    if title is not None:
        query["title_words"] = _all_of(words_of(title))
    if min_price_cents is not None or max_price_cents is not None:
        bounds = {"$gte": min_price_cents, "$lte": max_price_cents}
        query["price_cents"] = {name: cents for name, cents in bounds.items() if cents is not None}
    if in_stock is not None:
        query["stock"] = {"$gt": 0} if in_stock else 0
    return query


def _all_of(words: list[str]) -> Any:
    """That a field holds all of these words; one alone is asked for in a form any index serves."""
    return words[0] if len(words) == 1 else {"$all": words}


async def hold_book(transaction: Transaction, book_id: int) -> Document:
    """The book as the transaction sees it. Raises NotFound."""
    return found(await transaction.hold(BOOKS, book_id), "book", id=book_id)


async def update(
    transaction: Transaction,
    book_id: int,
    *,
    title: str | None,
    authors: list[str] | None,
    pages: int | None,
    price_cents: int | None,
    isbn: str | None,
) -> Book:
    """Change the given fields. Raises NotFound, or Conflict when another book has the ISBN."""
    book = await hold_book(transaction, book_id)
    await _require_free_isbn(transaction, isbn, book_id)
    plain = {"pages": pages, "price_cents": price_cents, "isbn": isbn}
    changes = _searchable(title=title, authors=authors)
    changes |= {name: value for name, value in plain.items() if value is not None}
    transaction.change(BOOKS, book, assign=changes)
    if title is not None:
        await search.rename(transaction, "catalogue", book_id, title)
    return as_book(book)


async def restock(transaction: Transaction, book_id: int, quantity: int) -> Book:
    """Add copies. Raises NotFound, or Conflict when the stock would exceed its maximum."""
    book = await hold_book(transaction, book_id)
    if book["stock"] + quantity > STOCK_MAX:
        message = f"Book {book_id} has {book['stock']} copies; {STOCK_MAX} is the most it can have."
        raise Conflict(message, stock=book["stock"], maximum=STOCK_MAX)
    _move_stock(transaction, book, "restocked", quantity)
    return as_book(book)


async def set_stock(
    transaction: Transaction, book_id: int, quantity: int, expected_quantity: int
) -> Book:
    """Set the stock if it is as expected. Raises NotFound, or Conflict with the real stock."""
    book = await hold_book(transaction, book_id)
    if book["stock"] != expected_quantity:
        message = f"Book {book_id} has {book['stock']} copies on hand, not {expected_quantity}."
        raise Conflict(message, expected_quantity=expected_quantity, actual_quantity=book["stock"])
    _move_stock(transaction, book, "counted", quantity - expected_quantity)
    return as_book(book)


def _move_stock(transaction: Transaction, book: Document, kind: str, copies: int) -> None:
    transaction.change(BOOKS, book, add={"stock": copies})
    transaction.append(STOCK_MOVEMENTS, stock_movement(book["_id"], kind, copies))


@dataclass(frozen=True, slots=True)
class Arrival:
    """What there is to do about books that come with ids of their own.

    `missing` are to be added, `present` are pairs of a book as it comes and as it stands, and
    `isbn_holders` names for each book refused because of its ISBN the one that has it.
    """

    missing: list[Document]
    present: list[tuple[Document, Document]]
    isbn_holders: dict[int, int]


async def compare(documents: Documents, arriving: list[Document]) -> Arrival:
    """What adding those books would do."""
    ids = [book["_id"] for book in arriving]
    standing = {row["_id"]: row for row in await documents.find(BOOKS, {"_id": {"$in": ids}})}
    new = [book for book in arriving if book["_id"] not in standing]
    holders = await _isbn_holders(documents, new)
    refused = {book["_id"]: holders[book["isbn"]] for book in new if book.get("isbn") in holders}
    return Arrival(
        missing=[book for book in new if book["_id"] not in refused],
        present=[(book, standing[book["_id"]]) for book in arriving if book["_id"] in standing],
        isbn_holders=refused,
    )


async def add_missing(transaction: Transaction, arriving: list[Document]) -> Arrival:
    """Add those books whose id is not taken; what stands is left as it is, sold copies and all.

    No two of them may have the same id or ISBN.
    """
    arrival = await compare(transaction, arriving)
    for book in arrival.missing:
        transaction.append(BOOKS, book)
        transaction.append(STOCK_MOVEMENTS, stock_movement(book["_id"], "loaded", book["stock"]))
    names = [
        search.name_document("catalogue", book["_id"], book["title"]) for book in arrival.missing
    ]
    await search.add_all(transaction, names)
    return arrival


async def _isbn_holders(documents: Documents, books: list[Document]) -> dict[str | None, int]:
    isbns = [book["isbn"] for book in books if "isbn" in book]
    if not isbns:
        return {}
    rows = await documents.find(BOOKS, {"isbn": {"$in": isbns}})
    return {row["isbn"]: row["_id"] for row in rows}
