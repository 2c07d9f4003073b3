"""What a request for an order says: books, who buys, and how it is paid."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from domain.books import BookId
from domain.emails import Email
from domain.isbn import Isbn
from domain.values import AS_PARAMETERS, Quantity, Text

ITEMS_MAX = 100
TOKEN_CHARACTERS_MAX = 255


class OrderItem(BaseModel):
    """An item of a request: a book by its ISBN or by its id, and how many copies."""

    model_config = AS_PARAMETERS

    isbn: Isbn | None = None
    book_id: BookId | None = None
    quantity: Quantity = 1

    @model_validator(mode="after")
    def _one_name(self) -> "OrderItem":
        if (self.isbn is None) == (self.book_id is None):
            raise ValueError("give either isbn or book_id")
        return self


class Customer(BaseModel):
    """Who buys."""

    model_config = AS_PARAMETERS

    name: Annotated[Text, Field(description="Name.", examples=["Ada Lovelace"])]
    email: Email | None = None


class PaymentMethod(BaseModel):
    """How it is paid."""

    model_config = AS_PARAMETERS

    token: Annotated[
        str,
        Field(
            min_length=1,
            max_length=TOKEN_CHARACTERS_MAX,
            description=(
                "The gateway's name for the customer's card. The simulated gateway knows tok_ok,"
                " tok_declined, tok_insufficient_funds, tok_error and tok_slow."
            ),
            examples=["tok_ok"],
        ),
    ]


# Not strict: they come as JSON objects, whose own fields are strict.
OrderItems = Annotated[
    list[Annotated[OrderItem, Field(strict=False)]],
    Field(min_length=1, max_length=ITEMS_MAX, description="Books and how many copies of each."),
]
CustomerParameter = Annotated[Customer, Field(strict=False, description="Who buys.")]
PaymentParameter = Annotated[
    PaymentMethod, Field(strict=False, description="Which card is charged.")
]


def demand(wanted: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Copies wanted of each book over all items, books in the order they were first named."""
    copies: dict[int, int] = {}
    for book_id, quantity in wanted:
        copies[book_id] = copies.get(book_id, 0) + quantity
    return copies
