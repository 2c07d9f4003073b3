"""Listings: what a store of the marketplace offers."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from domain.examples import with_example
from domain.money import Money
from domain.paging import Page
from domain.values import Id, Text

ListingId = Annotated[Id, Field(description="The listing's id.", examples=[1])]
ListingName = Annotated[Text, Field(description="The book's name.", examples=["Ruby!"])]
ListingSort = Annotated[
    Literal["id", "price", "name"], Field(description="What to sort by; ties by id.")
]

EXAMPLE: Final = {
    "id": 2,
    "store_id": 1,
    "store_name": "Look Inna Book",
    "name": "Ruby!",
    "price": 10.64,
}


class Listing(BaseModel):
    """A book in a store at a price."""

    model_config = with_example(**EXAMPLE)

    id: int
    store_id: int
    store_name: str
    name: str
    price: Money


class ListingPage(Page[Listing]):
    """One page of listings."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)
