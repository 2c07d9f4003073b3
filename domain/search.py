"""Search by name: how well a name matches a query, and the order of the hits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field
from rapidfuzz import fuzz

from domain.examples import with_example
from domain.typos import typos_between, typos_forgiven

Kind = Literal["store", "book"]
Source = Literal["stores", "listings", "catalogue"]
Match = Literal["exact", "prefix", "words", "part", "typo"]
Kinds = Annotated[
    list[Kind],
    Field(min_length=1, max_length=2, description="What to find; all if left out."),
]
MATCHES: Final[tuple[Match, ...]] = ("exact", "prefix", "words", "part", "typo")
"""How a name matches, the best first."""
PART_LETTERS_MIN: Final = 3
"""The shortest part of a word that is found anywhere in it; a shorter one only at its start."""

EXAMPLE: Final = {
    "kind": "book",
    "source": "listings",
    "id": 2,
    "store_id": 1,
    "name": "Ruby!",
    "match": "exact",
    "score": 1.0,
}


class Hit(BaseModel):
    """A store, a listing of a store, or a book of the catalogue."""

    model_config = with_example(**EXAMPLE)

    kind: Kind
    source: Source = Field(description="What `id` names: one of stores, listings or catalogue.")
    id: int
    store_id: int | None = Field(description="The listing's store; null for other hits.")
    name: str
    match: Match = Field(description="Why it was found, best first: exact, prefix, …, typo.")
    score: float = Field(description="1 for an exact match; lower the less alike they are.")


class Hits(BaseModel):
    """What was found, the best first."""

    model_config = with_example(items=[EXAMPLE])

    items: list[Hit]


@dataclass(frozen=True, slots=True)
class Query:
    """A query: its text as given, and its words."""

    text: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class Relevance:
    """How well a name matches a query."""

    match: Match
    score: float

    @property
    def rank(self) -> tuple[int, float]:
        """What to sort by, the best first."""
        return MATCHES.index(self.match), -self.score


def relevance(query: Query, name: str, words: Sequence[str]) -> Relevance | None:
    """How well a name with these words matches a query; None if it does not.

    Every word of the query has to be found in the name, in any order.
    """
    wanted, key = " ".join(query.words), " ".join(words)
    match = _match(query.words, words, wanted, key)
    if match is None:
        return None
    likeness = _exactness(query.text, name) if match == "exact" else fuzz.ratio(wanted, key) / 100
    # Each reason has a band of its own, so the score alone gives the same order.
    band = len(MATCHES) - 1 - MATCHES.index(match)
    return Relevance(match, round((band + likeness) / len(MATCHES), 6))


def _exactness(query: str, name: str) -> float:
    """Names that differ only in case, accents or punctuation are exact too, but come after."""
    if query == name:
        return 1.0
    return 0.9 if query.casefold() == name.casefold() else 0.8


def _match(query: Sequence[str], name: Sequence[str], wanted: str, key: str) -> Match | None:
    if wanted == key:
        return "exact"
    if key.startswith(wanted):
        return "prefix"
    if set(query) <= set(name):
        return "words"
    if all(any(is_part(word, each) for each in name) for word in query):
        return "part"
    by_words = all(any(_is_like(word, each) for each in name) for word in query)
    return "typo" if by_words or _is_misspelt("".join(query), "".join(name)) else None


def is_part(part: str, word: str) -> bool:
    """Whether a word contains this part; a very short part must be at its start."""
    return word.startswith(part) or (len(part) >= PART_LETTERS_MIN and part in word)


def _is_like(wanted: str, word: str) -> bool:
    return is_part(wanted, word) or _is_misspelt(wanted, word)


def _is_misspelt(wanted: str, text: str) -> bool:
    forgiven = typos_forgiven(wanted)
    return forgiven > 0 and typos_between(wanted, text, forgiven) is not None
