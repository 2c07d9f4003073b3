"""The search terms of a thing, stored in the thing's own document; so a new name is one write.

`search_words` is the dictionary of all words that were ever in a name: its letter triples find a
part of a word, its typo keys a misspelt word. A word that no name has any more remains in it and
finds nothing.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from domain.typos import typo_keys
from domain.words import words_of
from repository.mongo.collections import Collection, Document, Index
from repository.mongo.connection import Database

INDEXES: Final = (
    Index(
        "search_key",
        [("search_key", 1)],
        query={"search_key": {"$gte": "ruby", "$lt": "rubz"}},
    ),
    Index(
        "search_words",
        [("search_words", 1), ("search_length", 1), ("search_key", 1)],
        query={"search_words": "ruby"},
        sort=[("search_length", 1), ("search_key", 1)],
    ),
    Index(
        "search_typos",
        [("search_typo_keys", 1)],
        query={"search_typo_keys": {"$in": ["5^ru"]}},
    ),
)
"""The indexes of each collection that is searched."""


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of the dictionary; the word is the id."""

    id: str


SEARCH_WORDS: Final = Collection(
    "search_words",
    WordRow,
    indexes=(
        Index("word", [("word", 1)], query={"word": {"$gte": "ru", "$lt": "rv"}}),
        Index("triples", [("triples", 1)], query={"triples": "rub"}),
        Index("typo_keys", [("typo_keys", 1)], query={"typo_keys": {"$in": ["5^ru"]}}),
    ),
)


def found_by(name: str) -> Document:
    """The fields by which a thing with a name is found."""
    words = words_of(name)
    key = " ".join(words)
    return {
        "search_key": key,
        "search_length": len(key),
        "search_words": words,
        "search_typo_keys": typo_keys("".join(words)),
    }


async def learn(database: Database, *names: str) -> None:
    """Put the words of names into the dictionary, before things get these names."""
    words = sorted({word for name in names for word in words_of(name)})
    await database.add_missing(SEARCH_WORDS, [_word_document(word) for word in words])


def learning(database: Database, *names: str) -> Callable[[], Awaitable[None]]:
    """The work to do before a change that gives these names."""
    return partial(learn, database, *names)


def _word_document(word: str) -> Document:
    return {"_id": word, "word": word, "triples": triples(word), "typo_keys": typo_keys(word)}


def triples(word: str) -> list[str]:
    """All runs of three letters in a word."""
    return sorted({word[start : start + 3] for start in range(len(word) - 2)})
