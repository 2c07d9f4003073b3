"""How names and queries are read for search: their words, their parts, and the signs in them."""

import re
from dataclasses import dataclass
from typing import Final

from domain.isbn import normalise_isbn
from domain.words import ARTICLES, folded

SMALL_WORDS: Final = ARTICLES | {"and", "of", "by", "in", "on", "to", "for", "from", "with", "at"}
"""Words that a query may have and a name lack, if nothing has all words."""

_N_FOR_AND: Final = re.compile(r"(?<!\w)['\u2018\u2019]?n['\u2018\u2019](?!\w)")
_APOSTROPHE: Final = re.compile(r"(?<=\w)['\u2018\u2019\u02bc`](?=\w)")
_TOKEN: Final = re.compile(
    r"(?<![^\s(\[{\"/])\.[^\W\d_]{2,}"  # .NET
    r"|[^\W\d_]+[+#]+(?![^\W\d_])"  # C++, C#
    r"|[^\W_]+"
)
_SIGN: Final = re.compile(r"[^\w\s]|_")
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
_SUBTITLE: Final = re.compile(
    r":\s|\s[-\u2010-\u2015]+\s|[\u2014\u2015]|;\s|,\s+or,?\s", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class NameText:
    """A name as search reads it.

    `words` are all its words; the first `titled` come before a series in brackets, the
    first `main` of these before a subtitle. `signs` are its characters that are in no word.
    """

    words: tuple[str, ...]
    main: int
    titled: int
    signs: frozenset[str]

    @classmethod
    def of(cls, name: str) -> "NameText":
        """The text of a name."""
        title = _without_brackets(name)
        main = _without_subtitle(title)
        first = _tokens(main)
        second = _tokens(title[len(main) :]) if len(title) > len(main) else []
        third = _tokens(name[len(title) :]) if len(name) > len(title) else []
        return cls(
            (*first, *second, *third),
            len(first),
            len(first) + len(second),
            frozenset(_SIGN.findall(name)),
        )


def _without_brackets(name: str) -> str:
    title = name.rstrip()
    while opening := _BRACKETS.get(title[-1:]):
        before = title[: max(title.rfind(opening), 0)].rstrip()
        if not _TOKEN.search(before):
            break
        title = before
    return title


def _without_subtitle(title: str) -> str:
    for separator in _SUBTITLE.finditer(title):
        main = title[: separator.start()]
        if _TOKEN.search(main):
            return main if _TOKEN.search(title, separator.end()) else title
    return title


def _tokens(text: str) -> list[str]:
    bare = folded(text)
    if "&" in bare:
        bare = bare.replace("&", " and ")
    if "'" in bare or not bare.isascii():
        bare = _APOSTROPHE.sub("", _N_FOR_AND.sub(" and ", bare))
    return [_number(token) if token[0] == "0" else token for token in _TOKEN.findall(bare)]


def _number(token: str) -> str:
    """A number without leading zeros: `01` is 1."""
    return token.lstrip("0") or "0" if token.isdigit() else token


def words_in(text: str) -> tuple[str, ...]:
    """The words of a text for search: with the signs that tell apart, `&` as and."""
    return tuple(_tokens(text))


@dataclass(frozen=True, slots=True)
class Query:
    """A query: its text as given, its words, its signs, and the ISBN that it is."""

    text: str
    words: tuple[str, ...]
    signs: frozenset[str]
    isbn: str | None

    @classmethod
    def of(cls, text: str) -> "Query":
        """The query of a text."""
        return cls(
            text=text,
            words=words_in(text),
            signs=frozenset(_SIGN.findall(text)),
            isbn=_isbn(text),
        )

    @property
    def has_article(self) -> bool:
        """Whether it begins with an article, which names may lack."""
        return len(self.words) > 1 and self.words[0] in ARTICLES

    def without_small_words(self) -> "Query | None":
        """The query of its other words; None if that is no other query."""
        words = tuple(word for word in self.words if word not in SMALL_WORDS)
        if not words or words == self.words:
            return None
        return Query(" ".join(words), words, frozenset(), None)


def _isbn(text: str) -> str | None:
    try:
        return normalise_isbn(text)
    except ValueError:
        return None
