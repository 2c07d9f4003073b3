"""Ranks what search finds: first by the reason, then by how much of the name was asked for."""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Final

from domain.search import Match
from domain.search_text import SMALL_WORDS
from domain.typos import typos_between, typos_forgiven

JOINED: Final = 1
"""The penalty of a word that is written in two, or of two words written as one."""
PREFIX: Final = 2
INNER: Final = 14
TYPO: Final = 30
"""The least penalty of a longer word that begins with the word, of one that has it elsewhere, and
of one with a typo."""
_EXTRA_LETTERS_MAX: Final = 9
_OTHER_FIRST_LETTER: Final = 5

COSTS: Final = 4_096
"""One more than the largest cost within a tier."""
_HALF_OF_A_TIER: Final = 50
_NOT_IN_MAIN: Final = 10
_BY_AUTHOR_ALONE: Final = 14
_SCATTERED: Final = 5
_IN_ORDER: Final = 2
_NUMBER_MAX: Final = 30


class Tier(IntEnum):
    """The reasons, the best first."""

    WHOLE = 0
    WITHOUT_SERIES = 1
    WITHOUT_SUBTITLE = 2
    WITHOUT_ARTICLE = 3
    WITHOUT_SPACES = 4
    BEGINNING = 5
    BEGINNING_IN_WORD = 6
    AUTHOR = 7
    WORDS = 8
    WHOLE_TYPO = 9
    PART = 10
    TYPO = 11

    @property
    def match(self) -> Match:
        """The reason as callers see it."""
        return _MATCHES[self]


_MATCHES: Final[Mapping[Tier, Match]] = {
    Tier.WHOLE: "exact",
    Tier.WITHOUT_SERIES: "exact",
    Tier.WITHOUT_SUBTITLE: "exact",
    Tier.WITHOUT_ARTICLE: "words",
    Tier.WITHOUT_SPACES: "words",
    Tier.BEGINNING: "prefix",
    Tier.BEGINNING_IN_WORD: "prefix",
    Tier.AUTHOR: "words",
    Tier.WORDS: "words",
    Tier.WHOLE_TYPO: "typo",
    Tier.PART: "part",
    Tier.TYPO: "typo",
}


def tier_of(rank: int) -> Tier:
    """The tier of a rank."""
    return Tier(rank // COSTS)


def score_of(rank: int) -> float:
    """A number that falls as the rank grows, from 1."""
    tier, cost = divmod(rank, COSTS)
    return round(1 - (tier + cost / (cost + _HALF_OF_A_TIER)) / len(Tier), 8)


def part_penalty(part: str, word: str, *, at_start: bool) -> int:
    """The penalty of a longer word that contains the part."""
    extra = min(len(word) - len(part), _EXTRA_LETTERS_MAX)
    return (PREFIX if at_start else INNER) + extra


def typo_penalty(wanted: str, word: str, typos: int) -> int:
    """The penalty of a word with typos; few misspell the first letter."""
    other_first = _OTHER_FIRST_LETTER * (wanted[:1] != word[:1])
    return TYPO * typos + other_first + abs(len(word) - len(wanted))


def whole_typo_cost(wanted: str, *names: str) -> int | None:
    """The cost of the name that has the fewest typos; None if all have more than are forgiven.

    `names` are the whole name and then what is left of it without its parts.
    """
    most = typos_forgiven(wanted)
    costs = [
        typo_penalty(wanted, name, typos) + place
        for place, name in enumerate(names)
        if name and (typos := typos_between(wanted, name, most)) is not None
    ]
    return min(costs, default=None)


def run_typo_cost(wanted: str, count: int, words: Sequence[str]) -> int | None:
    """The cost of the run of about `count` words that has the fewest typos; None if all have more.

    `wanted` has no spaces.
    """
    most = typos_forgiven(wanted)
    costs = [
        TYPO * typos + start
        for length in range(max(count - 1, 1), count + 2)
        for start in range(len(words) - length + 1)
        if (typos := typos_between(wanted, "".join(words[start : start + length]), most))
        is not None
    ]
    return min(costs, default=None)


class FoundName:
    """A name that has the words of a query, or words like them."""

    def __init__(
        self, words: Sequence[str], main: int, titled: int, authors: Sequence[Sequence[str]]
    ) -> None:
        self._words = words
        self._main = main
        self._titled = titled
        self._authors = authors

    def cost(self, wanted: Sequence[str], penalties: Sequence[Mapping[str, int]]) -> int:
        """What the words found differ by from those wanted, and what else is in the name.

        `penalties` has for each word wanted the words that are taken for it.
        """
        places: list[int] = []
        cost = by_author = 0
        for number, (word, alike) in enumerate(zip(wanted, penalties, strict=True)):
            near = places[-1] + 1 if places else -1
            found = self._best_place(alike, near, places)
            author = self._best_author(alike)
            if found is not None and (author is None or found[0] <= author):
                cost += found[0]
                places.append(found[1])
            elif author is not None:
                cost += author
                by_author += 1
            else:
                run = self._run(word, wanted[number + 1 : number + 2])
                cost += JOINED
                places += [place for place in run if place not in places]
        return min(cost + self._rest(places, by_author), COSTS - 1)

    def _best_place(
        self, alike: Mapping[str, int], near: int, taken: Sequence[int]
    ) -> tuple[int, int] | None:
        found = [
            (alike[word], place != near, place)
            for place, word in enumerate(self._words)
            if word in alike and place not in taken
        ]
        if not found:
            return None
        penalty, _, place = min(found)
        return penalty, place

    def _best_author(self, alike: Mapping[str, int]) -> int | None:
        costs = [
            alike[word] + 1 + min(number, _EXTRA_LETTERS_MAX)
            for number, author in enumerate(self._authors)
            for word in author
            if word in alike
        ]
        return min(costs, default=None)

    def _run(self, word: str, following: Sequence[str]) -> range:
        """The places of neighbours that are the word when joined, or of the word and the next."""
        joined = word + "".join(following)
        for start, first in enumerate(self._words):
            if first == joined:
                return range(start, start + 1)
            end, text = start, ""
            while end < len(self._words) and len(text) < len(word):
                text += self._words[end]
                end += 1
            if text == word:
                return range(start, end)
        return range(0)

    def _rest(self, places: list[int], by_author: int) -> int:
        """What is in the name besides what was found, and how it lies."""
        main = [place for place in places if place < self._main]
        if main:
            cost = _weight(
                word for place, word in enumerate(self._words[: self._main]) if place not in main
            )
        elif places:
            cost = _NOT_IN_MAIN + self._around(places)
        else:
            cost = _BY_AUTHOR_ALONE
        if not by_author or len(places) > 1:
            steps = [after - before for before, after in pairwise(places)]
            if any(step != 1 for step in steps):
                cost += _IN_ORDER if all(step > 0 for step in steps) else _SCATTERED
        return cost + min(_weight(self._words[self._main :]) // 8, 8)

    def _around(self, places: Sequence[int]) -> int:
        """What is in the subtitle, or in the series, besides what was found there."""
        in_series = min(places) >= self._titled
        start, end = (self._titled, len(self._words)) if in_series else (self._main, self._titled)
        others = [self._words[each] for each in range(start, end) if each not in places]
        if in_series and (number := series_number(others)):
            return number
        return _weight(others) // 2


def series_number(words: Iterable[str]) -> int:
    """The number within a series that words name, up to a limit; 0 if they name none."""
    numbers = [int(word) for word in words if word.isdecimal() and len(word) < len("1000")]
    return min(numbers[-1], _NUMBER_MAX) if numbers else 0


def _weight(words: Iterable[str]) -> int:
    """How much words add to a name: their letters, one for a small word."""
    return sum(1 if word in SMALL_WORDS else len(word) for word in words)
