"""Search by name: stores, listings and books in one ranked list.

The search looks for the best kind of match first, then the next; `domain.search.relevance` ranks
what each step finds. Each thing has its search terms in its own document (search_terms).
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from domain.errors import InvalidParams
from domain.search import (
    PART_LETTERS_MIN,
    Hit,
    Hits,
    Kind,
    Query,
    Relevance,
    Source,
    is_part,
    relevance,
)
from domain.typos import typo_probes, typos_between, typos_forgiven
from domain.words import words_of
from repository.books import BOOKS
from repository.listings import LISTINGS
from repository.mongo.collections import Collection, Document, Sort
from repository.mongo.connection import Database, Filter
from repository.search_terms import SEARCH_WORDS
from repository.store_directory import STORES

REACHES: Final = (1_000, 10_000, 100_000)
"""Names that are ranked for one kind of match; more only if these do not fill the answer."""
NAMES_PER_EXPANSION: Final = 5
"""One word of the dictionary is tried for each word of the query per so many names."""
ANCHORS_MAX: Final = 2
"""The longest words of a query that are looked up in the dictionary; all words are compared."""
BY_LENGTH: Final = [("search_length", 1), ("search_key", 1)]
_FOUND_BY: Final = {"search_key": 1, "search_length": 1, "search_words": 1}
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class _Place:
    """The collection of one kind of thing, and the field with its name."""

    source: Source
    kind: Kind
    collection: Collection[Any]
    name: str


_PLACES: Final = (
    _Place("stores", "store", STORES, "name"),
    _Place("listings", "book", LISTINGS, "name"),
    _Place("catalogue", "book", BOOKS, "title"),
)


@dataclass(frozen=True, slots=True)
class _Named:
    """A thing that may match a query."""

    place: _Place
    id: int
    name: str
    key: str
    length: int
    words: list[str]
    store_id: int | None

    @property
    def identity(self) -> tuple[Source, int]:
        return self.place.source, self.id


def _named(place: _Place, document: Document) -> _Named:
    thing_id = document["_id"]
    return _Named(
        place=place,
        id=thing_id,
        name=document[place.name],
        key=document["search_key"],
        length=document["search_length"],
        words=document["search_words"],
        store_id=thing_id if place.source == "stores" else document.get("store_id"),
    )


async def find(
    database: Database, text: str, *, kinds: list[Kind], of_stores: set[int] | None, limit: int
) -> Hits:
    """The first `limit` names that match a query, the best first; ties by name, then id.

    `of_stores` leaves out other stores and their listings. Raises InvalidParams for
    a query without a letter or a digit.
    """
    query = Query(text.strip(), words_of(text))
    if not query.words:
        raise InvalidParams.parameter("query", "must contain a letter or a digit")
    found: dict[tuple[Source, int], tuple[_Named, Relevance]] = {}
    places = [place for place in _PLACES if place.kind in kinds]
    dictionary = _Dictionary(database)
    wanted = None if of_stores is None else {None, *of_stores}
    for number, step in enumerate(_STEPS):
        for reach in REACHES:
            look = _Look(database, dictionary, query, places, reach)
            for row in await step(look):
                if wanted is not None and row.store_id not in wanted:
                    continue
                if row.identity not in found and (alike := _relevance(query, row)):
                    found[row.identity] = (row, alike)
            enough = sum(alike.rank[0] <= number for _, alike in found.values()) >= limit
            if enough or not look.is_cut:
                break
        if enough:
            break
    ranked = sorted(found.values(), key=_rank)
    return Hits(items=[_hit(row, alike) for row, alike in ranked[:limit]])


def _relevance(query: Query, row: _Named) -> Relevance | None:
    return relevance(query, row.name, row.words)


def _rank(found: tuple[_Named, Relevance]) -> tuple[int, float, str, str, int]:
    row, alike = found
    return (*alike.rank, row.key, row.name, row.id)


def _hit(row: _Named, alike: Relevance) -> Hit:
    return Hit(
        kind=row.place.kind,
        source=row.place.source,
        id=row.id,
        store_id=row.store_id if row.place.source == "listings" else None,
        name=row.name,
        match=alike.match,
        score=alike.score,
    )


class _Dictionary:
    """Looks words up for one search, each word once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._with: dict[str, list[str]] = {}
        self._like: dict[str, list[str]] = {}

    async def words_with(self, part: str) -> list[str]:
        """Words that contain a part, the shortest first."""
        if part not in self._with:
            by_start: Filter = {"word": {"$gte": part, "$lt": part + _LAST}}
            by_triple: Filter = {"triples": part[:PART_LETTERS_MIN]}
            rows = await self._database.find(
                SEARCH_WORDS, by_triple if len(part) >= PART_LETTERS_MIN else by_start
            )
            words = [row["word"] for row in rows]
            words = [word for word in words if word != part and is_part(part, word)]
            self._with[part] = sorted(words, key=lambda word: (len(word), word))
        return self._with[part]

    async def words_like(self, wanted: str) -> list[str]:
        """Words within the forgiven typos, those with fewer first."""
        forgiven = typos_forgiven(wanted)
        if forgiven and wanted not in self._like:
            rows = await self._database.find(
                SEARCH_WORDS, {"typo_keys": {"$in": typo_probes(wanted)}}
            )
            typos = {row["word"]: typos_between(wanted, row["word"], forgiven) for row in rows}
            words = [(count, word) for word, count in typos.items() if count and word != wanted]
            self._like[wanted] = [word for _, word in sorted(words)]
        return self._like.get(wanted, [])


@dataclass
class _Look:
    """One look for names that may match a query's words, at most `reach` of each kind."""

    database: Database
    dictionary: _Dictionary
    query: Query
    places: list[_Place]
    reach: int
    is_cut: bool = False
    """Whether there may be more names than were given."""

    async def names(self, query: Filter, sort: Sort | None = None) -> list[_Named]:
        """Names that match; of each kind, the first ones."""
        found = await asyncio.gather(*(self._of(place, query, sort) for place in self.places))
        return [row for rows in found for row in rows]

    async def _of(self, place: _Place, query: Filter, sort: Sort | None) -> list[_Named]:
        fields = {place.name: 1, "store_id": 1, "archived": 1, **_FOUND_BY}
        documents = await self.database.find(
            place.collection.name, query, sort=sort, limit=self.reach, projection=fields
        )
        self.is_cut |= len(documents) == self.reach
        listed = (document for document in documents if not document.get("archived"))
        return [_named(place, document) for document in listed]

    async def with_name(self, name: str, key: str) -> list[_Named]:
        """The candidates with exactly this name; others may share its sort key."""
        looks = [
            self._of(place, {"search_key": key, place.name: name}, None) for place in self.places
        ]
        return [row for rows in await asyncio.gather(*looks) for row in rows]

    async def having(self, choices: list[list[str]]) -> list[_Named]:
        """Names with a word of each choice; a choice of too many words is ignored.

        Where each choice is a single word, the shortest names come first.
        """
        most = self.reach // NAMES_PER_EXPANSION
        self.is_cut |= any(len(words) > most for words in choices)
        certain = [words for words in choices if len(words) <= most] or [choices[0][:most]]
        clauses = [
            {"search_words": words[0] if len(words) == 1 else {"$in": words}} for words in certain
        ]
        single = all(len(words) == 1 for words in certain)
        return await self.names({"$and": clauses}, BY_LENGTH if single else None)

    def anchors(self) -> list[str]:
        """The words to look up in the dictionary: the longest, likely the rarest."""
        return _longest_first(self.query.words)[:ANCHORS_MAX]


async def _exact(look: _Look) -> list[_Named]:
    key = " ".join(look.query.words)
    rows = await look.names({"search_key": key})
    # Among so many the literal name may be missing.
    return rows + await look.with_name(look.query.text, key) if look.is_cut else rows


async def _beginning(look: _Look) -> list[_Named]:
    key = " ".join(look.query.words)
    beginning = {"search_key": {"$gte": key, "$lt": key + _LAST}}
    rows = await look.names(beginning, [("search_key", 1)])
    if look.is_cut:
        # Among so many the shortest are wanted; only the last word may be incomplete.
        whole = look.query.words[:-1] or look.query.words
        clauses = [*({"search_words": word} for word in _longest_first(whole)), beginning]
        rows += await look.names({"$and": clauses}, BY_LENGTH)
    return rows


async def _with_words(look: _Look) -> list[_Named]:
    return await look.having([[word] for word in _longest_first(look.query.words)])


async def _with_parts(look: _Look) -> list[_Named]:
    return await look.having(
        [[word, *await look.dictionary.words_with(word)] for word in look.anchors()]
    )


async def _with_typos(look: _Look) -> list[_Named]:
    alike = [
        [
            word,
            *await look.dictionary.words_like(word),
            *await look.dictionary.words_with(word),
        ]
        for word in look.anchors()
    ]
    probes = typo_probes("".join(look.query.words))
    whole = await look.names({"search_typo_keys": {"$in": probes}})
    return whole + await look.having(alike)


_STEPS: Final = (_exact, _beginning, _with_words, _with_parts, _with_typos)
"""The looks for each of MATCHES; names found by one step remain candidates for the next."""


def _longest_first(words: list[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))
