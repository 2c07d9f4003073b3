"""Listings: what a store of the marketplace offers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from domain.effects import Add, Decision, assign, increase, remove
from domain.examples import with_example
from domain.money import Money
from domain.paging import Page
from domain.stores import StoreRow
from domain.values import Id, Text

ListingId = Annotated[Id, Field(description="The listing's id.", examples=[1])]
ListingName = Annotated[Text, Field(description="The book's name.", examples=["Ruby!"])]
WordsOfName = Annotated[
    Text, Field(description="Words that the name has, in any order.", examples=["ruby"])
]
ListingSort = Literal["id", "price", "name"]
SortListingsBy = Annotated[ListingSort, Field(description="What to sort by; ties by id.")]

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


@dataclass(frozen=True, slots=True)
class ListingRow:
    """What is stored of a listing.

    `source_name` identifies a file's row within its store; None if it did not come from a file.
    """

    id: int
    store_id: int
    source_name: str | None
    name: str
    price_cents: int

    def shown(self, store_name: str) -> Listing:
        """The listing as callers see it."""
        return Listing(
            id=self.id,
            store_id=self.store_id,
            store_name=store_name,
            name=self.name,
            price=self.price_cents,
        )


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Filters of a list of listings; bounds are included, `name` is words of the name."""

    store_id: int | None = None
    min_price_cents: int | None = None
    max_price_cents: int | None = None
    name: str | None = None


def edit_listing(
    listing: ListingRow, changes: Mapping[str, Any], store_name: str
) -> Decision[Listing]:
    """Give fields new values; past purchases do not change."""
    result = replace(listing, **changes).shown(store_name)
    return Decision(result, (assign(listing, **changes),))


def list_book(store: StoreRow, listing_id: int, name: str, price_cents: int) -> Decision[Listing]:
    """Add a book to what a store offers."""
    listing = ListingRow(listing_id, store.id, None, name, price_cents)
    return Decision(listing.shown(store.name), (Add(listing), increase(store, listings_count=1)))


def take_off(store: StoreRow, listing: ListingRow) -> Decision[Listing]:
    """Remove a listing from what its store offers; past purchases do not change."""
    return Decision(
        listing.shown(store.name), (remove(listing), increase(store, listings_count=-1))
    )
