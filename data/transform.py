"""From rows to what the database takes; a row that breaks a rule is rejected with why."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from data.extract import Row
from domain.books import Authors, BookId, Pages, StockLevel, Title
from domain.isbn import Isbn
from domain.money import Price

BOOK_COLUMNS: Final = ("id", "title", "author", "pages", "price")
CO_AUTHOR_SEPARATOR: Final = "/"


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out: where it stands, which column is at fault, and why."""

    line: int
    column: str
    problem: str


def _whole_number(text: str) -> int:
    if not text.strip().isdecimal():
        raise ValueError("must be a whole number")
    return int(text)


def _decimal_number(text: str) -> float:
    try:
        return float(Decimal(text.strip()))
    except InvalidOperation:
        raise ValueError("must be a number") from None


def _separate_authors(text: str) -> list[str]:
    return text.split(CO_AUTHOR_SEPARATOR)


class BookRow(BaseModel):
    """A book of a file; each row is a copy unless it has a `stock` of its own."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[BookId, BeforeValidator(_whole_number)]
    title: Title
    author: Annotated[Authors, BeforeValidator(_separate_authors)]
    pages: Annotated[Pages, BeforeValidator(_whole_number)]
    price: Annotated[Price, BeforeValidator(_decimal_number)]
    isbn: Isbn | None = None
    stock: Annotated[StockLevel, BeforeValidator(_whole_number)] = 1


def book_row(row: Row) -> BookRow | list[Reject]:
    """The book in a row, or a reject for each column at fault."""
    try:
        return BookRow.model_validate(row.cells)
    except ValidationError as failure:
        return [
            Reject(row.line, str(error["loc"][0]), _problem(error["type"], error["msg"]))
            for error in failure.errors(include_url=False)
        ]


def _problem(kind: str, message: str) -> str:
    return "is missing" if kind == "missing" else message.removeprefix("Value error, ")
