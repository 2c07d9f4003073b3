"""Search by name: what is found, and why."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from domain.examples import with_example
from domain.money import Money
from domain.paging import NextCursor

Kind = Literal["store", "listing", "book"]
Source = Literal["stores", "listings", "catalogue"]
Match = Literal["exact", "prefix", "words", "part", "typo"]
KINDS: Final[tuple[Kind, ...]] = ("store", "listing", "book")
Kinds = Annotated[
    list[Kind],
    Field(min_length=1, max_length=len(KINDS), description="What to find; all if left out."),
]
PART_LETTERS_MIN: Final = 3
"""The shortest part of a word that is found anywhere in it; a shorter one only at its start."""

EXAMPLE: Final = {
    "kind": "listing",
    "source": "listings",
    "id": 2,
    "name": "Ruby!",
    "match": "exact",
    "score": 1.0,
    "store_id": 1,
    "store_name": "Look Inna Book",
    "price": 10.64,
    "stock": None,
    "authors": None,
}


class Hit(BaseModel):
    """A store, a listing of a store, or a book of the catalogue."""

    model_config = with_example(**EXAMPLE)

    kind: Kind
    source: Source = Field(description="What `id` names: one of stores, listings or catalogue.")
    id: int
    name: str
    match: Match = Field(description="Why it was found: exact, prefix, words, part or typo.")
    score: float = Field(description="1 for the exact name; the less alike, the lower.")
    store_id: int | None = Field(None, description="The listing's store; null for other hits.")
    store_name: str | None = Field(None, description="The name of the listing's store.")
    price: Money | None = Field(None, description="Of a listing or book.")
    stock: int | None = Field(None, description="Copies of a book on hand.")
    authors: list[str] | None = Field(None, description="Of a book.")


class Hits(BaseModel):
    """What was found, the best first."""

    model_config = with_example(items=[EXAMPLE], total=1, next_cursor=None)

    items: list[Hit]
    total: int = Field(description="How many there are on all pages.")
    next_cursor: NextCursor


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the ranked list: by rank, then by name, id and kind."""

    rank: int
    key: str
    name: str
    id: int
    kind: int
