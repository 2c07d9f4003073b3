"""Searching by name: an index of terms that is kept in the transaction of every new name.

`search_names` holds a row for each thing that bears a name, with its words, its beginning (`key`)
and the keys by which a misspelt whole name is found. `search_words` is the dictionary of all words
that ever stood in a name: by its letter triples a part of a word is found, by its typo keys a
misspelt one. A word that no name has any more stays there and finds nothing.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, get_args

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
from domain.typos import typo_keys, typo_probes, typos_between, typos_forgiven
from domain.words import words_of
from repository.marketplace import STORES
from repository.mongo_connection import Document, Documents, Filter, Sort
from repository.pages import Clause, Pipeline
from repository.transactions import Transaction

SEARCH_NAMES: Final = "search_names"
SEARCH_WORDS: Final = "search_words"
KIND_OF: Final[Mapping[Source, Kind]] = {"stores": "store", "listings": "book", "catalogue": "book"}
REACHES: Final = (1_000, 10_000, 100_000)
"""Names that are ranked for a reason: so many, and more only if these do not fill the answer."""
NAMES_PER_EXPANSION: Final = 5
"""For so many names, one word of the dictionary that a word of the query may stand for."""
ANCHORS_MAX: Final = 2
"""Words of a query that are looked up in the dictionary, the longest; all of them are compared."""
BY_LENGTH: Final = [("length", 1), ("key", 1)]
_LAST: Final = "\U0010ffff"


def name_document(
    source: Source, thing_id: int, name: str, store_id: int | None = None
) -> Document:
    """The row by which a thing is found; `store_id` is a listing's store."""
    return {
        "_id": f"{source}:{thing_id}",
        "kind": KIND_OF[source],
        "source": source,
        "thing_id": thing_id,
        "store_id": thing_id if source == "stores" else store_id,
        **_found_by(name),
    }


def _found_by(name: str) -> Document:
    words = words_of(name)
    return {
        "name": name,
        "key": (key := " ".join(words)),
        "length": len(key),
        "words": words,
        "typo_keys": typo_keys("".join(words)),
    }


def word_document(word: str) -> Document:
    """A word of the dictionary."""
    return {"_id": word, "word": word, "triples": _triples(word), "typo_keys": typo_keys(word)}


def _triples(word: str) -> list[str]:
    return sorted({word[start : start + 3] for start in range(len(word) - 2)})


async def add_all(
    transaction: Transaction, rows: Iterable[Document], known_words: Container[str] = ()
) -> set[str]:
    """Make new things findable, from what `name_document` made of them.

    Returns their words. `known_words` are known to be in the dictionary.
    """
    words: set[str] = set()
    for row in rows:
        transaction.append(SEARCH_NAMES, row)
        words |= set(row["words"])
    await _learn(transaction, (word for word in words if word not in known_words))
    return words


async def rename(transaction: Transaction, source: Source, thing_id: int, name: str) -> None:
    """Find a thing under its new name, and no longer under the old one."""
    found_by = _found_by(name)
    await _learn(transaction, found_by["words"])
    await transaction.guarded_update(
        SEARCH_NAMES, {"_id": f"{source}:{thing_id}"}, {"$set": found_by}
    )


async def _learn(transaction: Transaction, words: Iterable[str]) -> None:
    """Put words into the dictionary that it lacks."""
    rows = [word_document(word) for word in sorted(set(words))]
    await transaction.append_missing(SEARCH_WORDS, rows)


async def find(
    documents: Documents,
    text: str,
    *,
    kinds: list[Kind],
    store_clauses: list[Clause],
    limit: int,
) -> Hits:
    """The first `limit` names that answer a query, the best first; ties by name, then id.

    With `store_clauses`, stores for which they do not hold are left out, and so are their listings.
    Raises InvalidParams for a query without a letter or a digit.
    """
    query = Query(text.strip(), words_of(text))
    if not query.words:
        raise InvalidParams.parameter("query", "must contain a letter or a digit")
    found: dict[str, tuple[Document, Relevance]] = {}
    of_kinds: Filter = {} if len(set(kinds)) == len(get_args(Kind)) else {"kind": {"$in": kinds}}
    for number, step in enumerate(_STEPS):
        for reach in REACHES:
            look = _Look(documents, query, of_kinds, reach)
            rows = {row["_id"]: row for row in await step(look) if row["_id"] not in found}
            matching = [(row, alike) for row in rows.values() if (alike := _relevance(query, row))]
            for row, alike in await _of_stores(documents, matching, store_clauses):
                found[row["_id"]] = (row, alike)
            enough = sum(alike.rank[0] <= number for _, alike in found.values()) >= limit
            if enough or not look.is_cut:
                break
        if enough:
            break
    ranked = sorted(found.values(), key=_place)
    return Hits(items=[_hit(row, alike) for row, alike in ranked[:limit]])


def _relevance(query: Query, row: Document) -> Relevance | None:
    return relevance(query, row["name"], row["words"])


def _place(found: tuple[Document, Relevance]) -> tuple[int, float, str, str, int]:
    row, alike = found
    return (*alike.rank, row["key"], row["name"], row["thing_id"])


def _hit(row: Document, alike: Relevance) -> Hit:
    return Hit(
        kind=row["kind"],
        source=row["source"],
        id=row["thing_id"],
        store_id=row["store_id"] if row["source"] == "listings" else None,
        name=row["name"],
        match=alike.match,
        score=alike.score,
    )


async def _of_stores(
    documents: Documents, found: list[tuple[Document, Relevance]], clauses: list[Clause]
) -> list[tuple[Document, Relevance]]:
    """What is of no store, or of one for which the clauses hold."""
    ids = {row["store_id"] for row, _ in found} - {None}
    if not clauses or not ids:
        return found
    pipeline: Pipeline = [
        {"$match": {"_id": {"$in": sorted(ids)}}},
        {"$match": {"$and": clauses}},
        {"$project": {"_id": 1}},
    ]
    holding = {row["_id"] for row in await documents.aggregate(STORES, pipeline)}
    return [each for each in found if each[0]["store_id"] in {None, *holding}]


@dataclass
class _Look:
    """One look for names that may answer a query's words, `reach` of them at the most."""

    documents: Documents
    query: Query
    of_kinds: Filter
    reach: int
    is_cut: bool = False
    """Whether there may be more than were given."""

    async def names(self, query: Filter, sort: Sort | None = None) -> list[Document]:
        rows = await self.documents.find(
            SEARCH_NAMES, {**query, **self.of_kinds}, sort=sort, limit=self.reach
        )
        self.is_cut |= len(rows) == self.reach
        return rows

    async def having(self, choices: list[list[str]]) -> list[Document]:
        """Names with a word of each choice; one with more words than are looked for excludes none.

        Those with a single word are given by length, the shortest first.
        """
        most = self.reach // NAMES_PER_EXPANSION
        self.is_cut |= any(len(words) > most for words in choices)
        certain = [words for words in choices if len(words) <= most] or [choices[0][:most]]
        clauses = [{"words": words[0] if len(words) == 1 else {"$in": words}} for words in certain]
        single = all(len(words) == 1 for words in certain)
        return await self.names({"$and": clauses}, BY_LENGTH if single else None)

    def anchors(self) -> list[str]:
        """The words to look up in the dictionary: the longest, which are rare as a rule."""
        return _longest_first(self.query.words)[:ANCHORS_MAX]


async def _exact(look: _Look) -> list[Document]:
    key = " ".join(look.query.words)
    literal = await look.names({"key": key, "name": look.query.text})
    return literal + await look.names({"key": key})


async def _beginning(look: _Look) -> list[Document]:
    key = " ".join(look.query.words)
    beginning = {"key": {"$gte": key, "$lt": key + _LAST}}
    rows = await look.names(beginning, [("key", 1)])
    if look.is_cut:
        # Of so many the shortest are wanted; only the last word may be the beginning of one.
        whole = look.query.words[:-1] or look.query.words
        clauses = [*({"words": word} for word in _longest_first(whole)), beginning]
        rows += await look.names({"$and": clauses}, BY_LENGTH)
    return rows


async def _with_words(look: _Look) -> list[Document]:
    return await look.having([[word] for word in _longest_first(look.query.words)])


async def _with_parts(look: _Look) -> list[Document]:
    return await look.having(
        [[word, *await _words_with_part(look.documents, word)] for word in look.anchors()]
    )


async def _with_typos(look: _Look) -> list[Document]:
    alike = [
        [
            word,
            *await _words_like(look.documents, word),
            *await _words_with_part(look.documents, word),
        ]
        for word in look.anchors()
    ]
    probes = typo_probes("".join(look.query.words))
    whole = await look.documents.find(SEARCH_NAMES, {"typo_keys": {"$in": probes}, **look.of_kinds})
    return whole + await look.having(alike)


_STEPS: Final = (_exact, _beginning, _with_words, _with_parts, _with_typos)
"""Where the names for each of MATCHES are looked for; names found by one stay for the next."""


def _longest_first(words: list[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))


async def _words_with_part(documents: Documents, part: str) -> list[str]:
    """Words of the dictionary with a part, the shortest first."""
    by_start: Filter = {"word": {"$gte": part, "$lt": part + _LAST}}
    by_triple: Filter = {"triples": part[:PART_LETTERS_MIN]}
    rows = await documents.find(
        SEARCH_WORDS, by_triple if len(part) >= PART_LETTERS_MIN else by_start
    )
    words = [row["word"] for row in rows if row["word"] != part and is_part(part, row["word"])]
    return sorted(words, key=lambda word: (len(word), word))


async def _words_like(documents: Documents, wanted: str) -> list[str]:
    """Words of the dictionary with no more typos than are forgiven, those with fewer first."""
    forgiven = typos_forgiven(wanted)
    if not forgiven:
        return []
    rows = await documents.find(SEARCH_WORDS, {"typo_keys": {"$in": typo_probes(wanted)}})
    typos = {row["word"]: typos_between(wanted, row["word"], forgiven) for row in rows}
    words = [(count, word) for word, count in typos.items() if count and word != wanted]
    return [word for _, word in sorted(words)]
