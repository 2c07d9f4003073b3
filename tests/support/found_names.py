"""Search in an index of names without a database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.search import Match
from domain.search_ranking import tier_of
from domain.search_text import Query
from repository import search
from repository.search_index import NameIndex


@dataclass(frozen=True)
class Found:
    """A hit: its name, and why it was found."""

    name: str
    match: Match


def index_of(books: Iterable[tuple[str, Sequence[str]]]) -> NameIndex:
    """An index of books, each a title with its authors; ids from 1."""
    index = NameIndex(search.SUBJECTS["book"])
    for number, (title, authors) in enumerate(books, 1):
        index.put(
            {"_id": number, "title": title, "authors": list(authors), "price_cents": 1, "stock": 1}
        )
    return index


def found(index: NameIndex, query: str, limit: int = 500) -> list[Found]:
    """The names that a query finds, in order."""
    places = search.ranked([index], Query.of(query), limit)
    return [Found(place.name, tier_of(place.rank).match) for place in places]
