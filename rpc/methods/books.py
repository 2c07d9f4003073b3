"""books.*: the catalogue and its stock."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.books import Authors, Book, BookFilter, BookId, BookPage, Pages, StockLevel, Title
from domain.errors import Conflict, InvalidParams, NotFound
from domain.isbn import Isbn
from domain.keys import Role
from domain.money import Amount, Price, amount_schema
from domain.paging import Order, PageRequest
from domain.values import (
    CLEARABLE,
    PAGE_SIZE_DEFAULT,
    CursorText,
    PageLimit,
    Quantity,
    Text,
    changed_fields,
)
from domain.words import words_of
from repository import books
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method


def _with_words(text: str) -> str:
    if not words_of(text):
        raise ValueError("must contain a letter or a digit")
    return text


Words = Annotated[
    Text,
    AfterValidator(_with_words),
    Field(description="Whole words to find; case and accents do not matter.", examples=["tolkien"]),
]
MinPrice = Annotated[Amount, amount_schema("Lowest price, included.", 5)]
MaxPrice = Annotated[Amount, amount_schema("Highest price, included.", 9.99)]


@method(
    "books.create",
    role=Role.CLERK,
    errors=(Conflict,),
    example={
        "title": "The Silmarillion",
        "authors": ["J.R.R. Tolkien"],
        "pages": 365,
        "price": 12.99,
        "isbn": "978-0-261-10273-6",
        "quantity": 3,
    },
)
def create(
    _: ChangeContext,
    title: Title,
    authors: Authors,
    pages: Pages,
    price: Price,
    isbn: Isbn | None = None,
    quantity: StockLevel = 1,
) -> Change[Book]:
    """Add a book to the catalogue with its first copies.

    An ISBN that another book has is a conflict.
    """
    return books.create(
        title=title,
        authors=authors,
        pages=pages,
        price_cents=price,
        isbn=isbn,
        quantity=quantity,
    )


@method("books.get", role=Role.PUBLIC, errors=(NotFound,), example={"id": 1})
async def get(
    context: CallContext, id_: BookId | None = None, isbn: Isbn | None = None
) -> Book | bytes:
    """Get one book, by its id or by its ISBN."""
    if isbn is not None and id_ is None:
        return await books.get_by_isbn(context.database, isbn)
    if id_ is not None and isbn is None:
        return await books.get_json(context.database, id_)
    raise InvalidParams.parameter("id", "give either id or isbn")


@method("books.list", role=Role.PUBLIC, kept=True, example={"author": "tolkien"})
async def list_(
    context: CallContext,
    author: Words | None = None,
    title: Words | None = None,
    min_price: MinPrice | None = None,
    max_price: MaxPrice | None = None,
    in_stock: Annotated[bool, Field(description="Only books with copies, or without.")]
    | None = None,
    archived: Annotated[bool, Field(description="Archived books alone.")] = False,  # noqa: FBT002 - by name on the wire
    sort: Annotated[Literal["id", "title", "price"], Field(description="What to sort by.")] = "id",
    order: Order = "asc",
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> BookPage | bytes:
    """List the books that match all filters, a page at a time.

    `author` and `title` find whole words; case and accents do not matter. All words of
    `author` must be in one author's name. Titles sort by their words.
    """
    filters = BookFilter(author, title, min_price, max_price, in_stock, archived)
    page = PageRequest(limit, cursor, descending=order == "desc")
    return await books.list_page(context.database, filters, sort, page)


@method(
    "books.update",
    role=Role.CLERK,
    errors=(NotFound, Conflict),
    example={"id": 2, "title": "The Mother Tongue"},
)
def update(
    _: ChangeContext,
    id_: BookId,
    title: Title | None = None,
    authors: Authors | None = None,
    pages: Pages | None = None,
    price: Price | None = None,
    isbn: Annotated[Isbn | None, CLEARABLE] = None,
) -> Change[Book]:
    """Change the given fields of a book; past sales do not change.

    An `isbn` of null takes it away.
    """
    changes = changed_fields(
        title=title, authors=authors, pages=pages, price_cents=price, isbn=isbn
    )
    return books.update(id_, changes)


@method(
    "books.restock",
    role=Role.CLERK,
    errors=(NotFound, Conflict),
    example={"id": 3, "quantity": 10},
)
def restock(_: ChangeContext, id_: BookId, quantity: Quantity) -> Change[Book]:
    """Add copies of a book to its stock."""
    return books.restock(id_, quantity)


@method(
    "books.set_stock",
    role=Role.CLERK,
    errors=(NotFound, Conflict),
    example={"id": 4, "quantity": 5, "expected_quantity": 1},
)
def set_stock(
    _: ChangeContext, id_: BookId, quantity: StockLevel, expected_quantity: StockLevel
) -> Change[Book]:
    """Set a book's stock after a count, if the stock is the number that you expect.

    If it is not, the conflict gives the real number in `actual_quantity`.
    """
    return books.set_stock(id_, quantity, expected_quantity)


@method("books.archive", role=Role.CLERK, errors=(NotFound,), example={"id": 50})
def archive(_: ChangeContext, id_: BookId) -> Change[Book]:
    """Take a book out of the catalogue.

    It is not sold, ordered or lent anew, nor listed or found; its history stays, and copies on loan
    come back as ever. Archiving again changes nothing.
    """
    return books.archive(id_, archived=True)


@method("books.unarchive", role=Role.CLERK, errors=(NotFound,), example={"id": 50})
def unarchive(_: ChangeContext, id_: BookId) -> Change[Book]:
    """Put an archived book back into the catalogue. Doing it again changes nothing."""
    return books.archive(id_, archived=False)
