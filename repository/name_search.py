"""People found by words of their names, or by the beginnings of these, with an index."""

from typing import Final

from domain.errors import InvalidParams
from domain.words import sort_key, words_of
from repository.mongo.collections import Document
from repository.mongo.paging import Clause

BEGINNING_LETTERS_MAX: Final = 12
"""Longer words are found by so many letters of them, and then compared as a whole."""


def found_by_name(name: str) -> Document:
    """The fields by which a document is found: all beginnings of the words of its name."""
    lengths = range(1, BEGINNING_LETTERS_MAX + 1)
    beginnings = {word[:length] for word in words_of(name) for length in lengths}
    return {"name_key": sort_key(name), "name_beginnings": sorted(beginnings)}


def named_like(query: str) -> list[Clause]:
    """The clauses for names in which a word begins with each word of a query.

    Raises InvalidParams for a query without words.
    """
    words = sorted(set(words_of(query)), key=len, reverse=True)
    if not words:
        raise InvalidParams.parameter("query", "must have a letter or a digit")
    clauses: list[Clause] = [{"name_beginnings": word[:BEGINNING_LETTERS_MAX]} for word in words]
    long_ones = (word for word in words if len(word) > BEGINNING_LETTERS_MAX)
    return [*clauses, *({"name_key": {"$regex": f"(^| ){word}"}} for word in long_ones)]
