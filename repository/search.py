"""Searching by name: an index of terms that is kept in the transaction of every new name.

`search_names` holds a row for each thing that bears a name, with its words, its beginning (`key`)
and the keys by which a misspelt whole name is found. `search_words` is the dictionary of all words
that ever stood in a name: by its letter triples a part of a word is found, by its typo keys a
misspelt one. A word that no name has any more stays there and finds nothing.
"""

from collections.abc import Container, Iterable, Mapping
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
from repository.mongo_connection import Document, Documents, Filter
from repository.pages import Clause, Pipeline
from repository.transactions import Transaction

SEARCH_NAMES: Final = "search_names"
SEARCH_WORDS: Final = "search_words"
KIND_OF: Final[Mapping[Source, Kind]] = {"stores": "store", "listings": "book", "catalogue": "book"}
EXPANSIONS_MAX: Final = 200
"""Words of the dictionary that one word of a query may stand for; the most alike are taken."""
CANDIDATES_MAX: Final = 1_000
"""Names that are ranked for each reason; of those with a common word the shortest are taken."""
ANCHORS_MAX: Final = 2
"""Words of a query that are looked up in the dictionary, the longest; all of them are compared."""
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
    for reached, candidates in enumerate(_STEPS):
        rows = await candidates(documents, query.words, of_kinds)
        new = [row for row in rows if row["_id"] not in found]
        matching = [(row, alike) for row in new if (alike := _relevance(query, row))]
        for row, alike in await _of_stores(documents, matching, store_clauses):
            found[row["_id"]] = (row, alike)
        if sum(alike.rank[0] <= reached for _, alike in found.values()) >= limit:
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


async def _exact(documents: Documents, words: list[str], of_kinds: Filter) -> list[Document]:
    key = " ".join(words)
    return await documents.find(SEARCH_NAMES, {"key": key, **of_kinds}, limit=CANDIDATES_MAX)


async def _beginning(documents: Documents, words: list[str], of_kinds: Filter) -> list[Document]:
    key = " ".join(words)
    query = {"key": {"$gte": key, "$lt": key + _LAST}, **of_kinds}
    return await documents.find(SEARCH_NAMES, query, sort=[("key", 1)], limit=CANDIDATES_MAX)


async def _with_words(documents: Documents, words: list[str], of_kinds: Filter) -> list[Document]:
    return await _having(documents, [[word] for word in _longest_first(words)], of_kinds)


async def _with_parts(documents: Documents, words: list[str], of_kinds: Filter) -> list[Document]:
    anchors = _longest_first(words)[:ANCHORS_MAX]
    parts = [[word, *await _words_with_part(documents, word)] for word in anchors]
    return await _having(documents, parts, of_kinds)


async def _with_typos(documents: Documents, words: list[str], of_kinds: Filter) -> list[Document]:
    anchors = _longest_first(words)[:ANCHORS_MAX]
    alike = [
        [
            word,
            *await _words_like(documents, word),
            *await _words_with_part(documents, word),
        ]
        for word in anchors
    ]
    probes = typo_probes("".join(words))
    whole = await documents.find(SEARCH_NAMES, {"typo_keys": {"$in": probes}, **of_kinds})
    return whole + await _having(documents, alike, of_kinds)


_STEPS: Final = (_exact, _beginning, _with_words, _with_parts, _with_typos)
"""Where the names for each of MATCHES are looked for; names found by one stay for the next."""


def _longest_first(words: list[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))


async def _having(
    documents: Documents, choices: list[list[str]], of_kinds: Filter
) -> list[Document]:
    """Names with a word of each choice, the shortest; a choice cut short does not exclude any."""
    certain = [words for words in choices if len(words) < EXPANSIONS_MAX] or choices[:1]
    clauses = [{"words": words[0] if len(words) == 1 else {"$in": words}} for words in certain]
    sort = [("length", 1)] if all(len(words) == 1 for words in certain) else None
    query = {"$and": [*clauses, *([of_kinds] if of_kinds else [])]}
    return await documents.find(SEARCH_NAMES, query, sort=sort, limit=CANDIDATES_MAX)


async def _words_with_part(documents: Documents, part: str) -> list[str]:
    """Words of the dictionary with a part, the shortest first."""
    by_start: Filter = {"word": {"$gte": part, "$lt": part + _LAST}}
    by_triple: Filter = {"triples": part[:PART_LETTERS_MIN]}
    rows = await documents.find(
        SEARCH_WORDS, by_triple if len(part) >= PART_LETTERS_MIN else by_start
    )
    words = [row["word"] for row in rows if row["word"] != part and is_part(part, row["word"])]
    return sorted(words, key=lambda word: (len(word), word))[:EXPANSIONS_MAX]


async def _words_like(documents: Documents, wanted: str) -> list[str]:
    """Words of the dictionary that differ by no more typos than are forgiven."""
    forgiven = typos_forgiven(wanted)
    if not forgiven:
        return []
    rows = await documents.find(SEARCH_WORDS, {"typo_keys": {"$in": typo_probes(wanted)}})
    typos = {row["word"]: typos_between(wanted, row["word"], forgiven) for row in rows}
    words = [(count, word) for word, count in typos.items() if count and word != wanted]
    return [word for _, word in sorted(words)][:EXPANSIONS_MAX]
