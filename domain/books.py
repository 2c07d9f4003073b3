"""The catalogue: what a book is, and the rules for its fields."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from domain.examples import with_example
from domain.money import Money
from domain.paging import Page
from domain.values import Id, Text

PAGES_MAX = 100_000
AUTHORS_MAX = 50
STOCK_MAX = 1_000_000_000

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


class BookPage(Page[Book]):
    """One page of the catalogue."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)
