"""books.*: the catalogue and its stock."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from domain.books import Authors, Book, BookId, BookPage, Pages, StockLevel, Title
from domain.errors import Conflict, InvalidParams, NotFound
from domain.isbn import Isbn
from domain.keys import Role
from domain.money import Amount, Price, amount_schema
from domain.paging import Order
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit, Quantity, Text
from domain.words import words_of
from repository import books
from rpc.method_registry import CallContext, ChangeContext, method


def _with_words(text: str) -> str:
    if not words_of(text):
        raise ValueError("must contain a letter or a digit")
    return text


Words = Annotated[
    Text,
    AfterValidator(_with_words),
    Field(
        description="Whole words to find, whatever their case and accents.", examples=["tolkien"]
    ),
]
MinPrice = Annotated[Amount, amount_schema("Lowest price, included.", 5)]
MaxPrice = Annotated[Amount, amount_schema("Highest price, included.", 9.99)]


def book_lane(params: dict[str, Any]) -> str:
    """Where changes to the same book's stock join."""
    return f"book {params.get('book_id', params.get('id'))}"


@method(
    "books.create",
    role=Role.CLERK,
    changes=True,
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
async def create(
    context: ChangeContext,
    title: Title,
    authors: Authors,
    pages: Pages,
    price: Price,
    isbn: Isbn | None = None,
    quantity: StockLevel = 1,
) -> Book:
    """Add a book to the catalogue with its first copies.

    An ISBN that another book has is a conflict.
    """
    return await books.create(
        context.transaction,
        title=title,
        authors=authors,
        pages=pages,
        price_cents=price,
        isbn=isbn,
        quantity=quantity,
    )


@method("books.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: BookId | None = None, isbn: Isbn | None = None) -> Book:
    """Get one book, by its id or by its ISBN."""
    if isbn is not None and id_ is None:
        return await books.get_by_isbn(context.database, isbn)
    if id_ is not None and isbn is None:
        return await books.get(context.database, id_)
    raise InvalidParams.parameter("id", "give either id or isbn")


@method("books.list", role=Role.READER, example={"author": "tolkien"})
async def list_(
    context: CallContext,
    author: Words | None = None,
    title: Words | None = None,
    min_price: MinPrice | None = None,
    max_price: MaxPrice | None = None,
    in_stock: Annotated[bool, Field(description="Only books with copies, or without.")]
    | None = None,
    sort: Annotated[Literal["id", "title", "price"], Field(description="What to sort by.")] = "id",
    order: Order = "asc",
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> BookPage:
    """List the books that match all filters, a page at a time.

    `author` and `title` find whole words, whatever their case and accents; all the words of
    `author` have to stand in one author's name. Titles sort by their words.
    """
    return await books.list_page(
        context.database,
        author=author,
        title=title,
        min_price_cents=min_price,
        max_price_cents=max_price,
        in_stock=in_stock,
        sort=sort,
        order=order,
        limit=limit,
        cursor=cursor,
    )


@method(
    "books.update",
    role=Role.CLERK,
    changes=True,
    lane=book_lane,
    errors=(NotFound, Conflict),
    example={"id": 2, "title": "The Mother Tongue"},
)
async def update(
    context: ChangeContext,
    id_: BookId,
    title: Title | None = None,
    authors: Authors | None = None,
    pages: Pages | None = None,
    price: Price | None = None,
    isbn: Isbn | None = None,
) -> Book:
    """Change a book's fields, those that are given. Past sales keep their price and pages."""
    if all(value is None for value in (title, authors, pages, price, isbn)):
        raise InvalidParams.parameter("title", "give at least one field to change")
    return await books.update(
        context.transaction,
        id_,
        title=title,
        authors=authors,
        pages=pages,
        price_cents=price,
        isbn=isbn,
    )


@method(
    "books.restock",
    role=Role.CLERK,
    changes=True,
    lane=book_lane,
    errors=(NotFound, Conflict),
    example={"id": 3, "quantity": 10},
)
async def restock(context: ChangeContext, id_: BookId, quantity: Quantity) -> Book:
    """Add copies of a book to its stock."""
    return await books.restock(context.transaction, id_, quantity)


@method(
    "books.set_stock",
    role=Role.CLERK,
    changes=True,
    lane=book_lane,
    errors=(NotFound, Conflict),
    example={"id": 4, "quantity": 5, "expected_quantity": 1},
)
async def set_stock(
    context: ChangeContext, id_: BookId, quantity: StockLevel, expected_quantity: StockLevel
) -> Book:
    """Set a book's stock after a count, provided that it is what you take it to be.

    When it is not, the conflict tells the real one in `actual_quantity`.
    """
    return await books.set_stock(context.transaction, id_, quantity, expected_quantity)
