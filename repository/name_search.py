"""Things found by words of their names, or by the beginnings of these, with an index."""

from collections.abc import Iterable
from typing import Final

from domain.errors import InvalidParams
from domain.words import sort_key, words_of
from repository.mongo.collections import Document
from repository.mongo.paging import Clause

BEGINNING_LETTERS_MAX: Final = 12
"""Longer words are found by so many letters of them, and then compared as a whole."""


def found_by_name(name: str) -> Document:
    """The fields by which a document is found: all beginnings of the words of its name."""
    beginnings = beginnings_of(words_of(name), BEGINNING_LETTERS_MAX)
    return {"name_key": sort_key(name), "name_beginnings": beginnings}


def beginnings_of(words: Iterable[str], letters_max: int) -> list[str]:
    """All beginnings of words, of so many letters at most."""
    lengths = range(1, letters_max + 1)
    return sorted({word[:length] for word in words for length in lengths})


def named_like(query: str) -> list[Clause]:
    """The clauses for names in which a word begins with each word of a query.

    Raises InvalidParams for a query without words.
    """
    words = required_words("query", query)
    beginnings = [word[:BEGINNING_LETTERS_MAX] for word in words]
    clauses = having_all("name_beginnings", beginnings)
    long_ones = (word for word in words if len(word) > BEGINNING_LETTERS_MAX)
    return [*clauses, *({"name_key": {"$regex": f"(^| ){word}"}} for word in long_ones)]


def required_words(parameter: str, text: str) -> list[str]:
    """The words of a text. Raises InvalidParams, which names the parameter, if there are none."""
    words = words_of(text)
    if not words:
        raise InvalidParams.parameter(parameter, "must have a letter or a digit")
    return words


def having_all(field: str, words: list[str]) -> list[Clause]:
    """The clauses for a field with all of these words; the longest, likely the rarest, first."""
    return [{field: word} for word in sorted(set(words), key=len, reverse=True)]
