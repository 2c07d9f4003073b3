"""The catalogue: what a book is, and the rules for its fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, Field

from domain.effects import Add, Decision, assign, increase
from domain.errors import BookArchived, IsbnTaken, StockDiffers, StockMaximum
from domain.examples import with_example
from domain.money import Money
from domain.paging import Page
from domain.values import Id, Text
from domain.words import sort_key

PAGES_MAX = 100_000
AUTHORS_MAX = 50
STOCK_MAX = 1_000_000_000


def _each_once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


BookId = Annotated[Id, Field(description="The book's id.", examples=[1])]
Title = Annotated[Text, Field(description="Title.", examples=["The Lord of the Rings"])]
Authors = Annotated[
    list[Text],
    Field(
        min_length=1,
        max_length=AUTHORS_MAX,
        description="Names of the authors, in the order of the title page.",
        examples=[["J.R.R. Tolkien"]],
    ),
    AfterValidator(_each_once),
]
Pages = Annotated[int, Field(ge=1, le=PAGES_MAX, description="Number of pages.", examples=[1184])]
StockLevel = Annotated[int, Field(ge=0, le=STOCK_MAX, description="Copies on hand.", examples=[7])]


EXAMPLE: Final = {
    "id": 1,
    "title": "The Lord of the Rings",
    "authors": ["J.R.R. Tolkien"],
    "pages": 1184,
    "price": 18.89,
    "isbn": None,
    "stock": 1,
    "archived": False,
}


class Book(BaseModel):
    """A title in the catalogue with its copies on hand."""

    model_config = with_example(**EXAMPLE)

    id: int
    title: str
    authors: list[str]
    pages: int
    price: Money
    isbn: str | None = Field(description="ISBN-13 without hyphens.")
    stock: int = Field(description="Copies on hand, for sale.")
    archived: bool = Field(description="Whether it was taken out of the catalogue.")


class BookPage(Page[Book]):
    """One page of the catalogue."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


@dataclass(frozen=True, slots=True)
class BookRow:
    """What is stored of a book."""

    id: int
    title: str
    authors: list[str]
    pages: int
    price_cents: int
    stock: int
    isbn: str | None = None
    archived: bool = False

    def shown(self) -> Book:
        """The book as callers see it."""
        return Book(
            id=self.id,
            title=self.title,
            authors=self.authors,
            pages=self.pages,
            price=self.price_cents,
            isbn=self.isbn,
            stock=self.stock,
            archived=self.archived,
        )

    def require_listed(self) -> None:
        """Raise BookArchived if the book was taken out of the catalogue."""
        if self.archived:
            raise BookArchived(book_id=self.id)

    def has_title(self, title: str) -> bool:
        """Whether a title equals this one, ignoring case, accents and punctuation."""
        return sort_key(self.title) == sort_key(title)


@dataclass(frozen=True, slots=True)
class StockMovementRow:
    """A change of a book's stock other than a sale, with its reason. Never changed."""

    id: str
    book_id: int
    kind: str
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class BookFilter:
    """Filters of a list of books: a book passes all that are given; bounds are included."""

    author: str | None = None
    title: str | None = None
    min_price_cents: int | None = None
    max_price_cents: int | None = None
    in_stock: bool | None = None
    archived: bool = False


def add_book(
    book: BookRow, of_isbn: Iterable[BookRow], movement_id: str, now: datetime
) -> Decision[Book]:
    """Add a book with its first copies. Raises IsbnTaken if another book has the ISBN."""
    require_free_isbn(book, of_isbn)
    return Decision(book.shown(), (Add(book), arrival(book, "created", movement_id, now)))


def arrival(book: BookRow, kind: str, movement_id: str, now: datetime) -> Add:
    """The row that explains the first copies of a book."""
    return Add(StockMovementRow(movement_id, book.id, kind, book.stock, now))


def require_free_isbn(book: BookRow, of_isbn: Iterable[BookRow]) -> None:
    """Raise IsbnTaken if another book has the ISBN."""
    for holder in of_isbn:
        if holder.id != book.id:
            raise IsbnTaken(isbn=holder.isbn, book_id=holder.id)


def edit_book(
    book: BookRow, changes: Mapping[str, Any], of_isbn: Iterable[BookRow]
) -> Decision[Book]:
    """Give fields new values; past sales do not change. Raises IsbnTaken."""
    edited = replace(book, **changes)
    require_free_isbn(edited, of_isbn)
    return Decision(edited.shown(), (assign(book, **changes),))


def archive(book: BookRow, *, archived: bool) -> Decision[Book]:
    """Take a book out of the catalogue, or put it back; its history does not change."""
    changed = replace(book, archived=archived)
    effects = () if book == changed else (assign(book, archived=archived),)
    return Decision(changed.shown(), effects)


def restock(book: BookRow, quantity: int, movement_id: str, now: datetime) -> Decision[Book]:
    """Add copies to the stock. Raises StockMaximum."""
    if book.stock + quantity > STOCK_MAX:
        raise StockMaximum(book_id=book.id, stock=book.stock, maximum=STOCK_MAX)
    return _move(book, "restocked", quantity, movement_id, now)


def set_stock(
    book: BookRow, quantity: int, expected: int, movement_id: str, now: datetime
) -> Decision[Book]:
    """Set the stock after a count. Raises StockDiffers if it is not what was expected."""
    if book.stock != expected:
        raise StockDiffers(book_id=book.id, expected_quantity=expected, actual_quantity=book.stock)
    return _move(book, "counted", quantity - expected, movement_id, now)


def _move(book: BookRow, kind: str, copies: int, movement_id: str, now: datetime) -> Decision[Book]:
    moved = replace(book, stock=book.stock + copies)
    movement = StockMovementRow(movement_id, book.id, kind, copies, now)
    return Decision(moved.shown(), (increase(book, stock=copies), Add(movement)))
