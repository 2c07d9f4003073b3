"""Which names of an index match a query, and their ranks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.search_ranking import (
    COSTS,
    JOINED,
    TYPO,
    FoundName,
    Tier,
    run_typo_cost,
    series_number,
    whole_typo_cost,
)
from domain.search_text import SMALL_WORDS, Query
from domain.typos import typos_forgiven
from repository.search_index import NameIndex
from repository.search_words import ABSENT

FINE_MAX: Final = 400
"""Names of one tier that are compared word by word; more are ranked by their length."""
COMPARED_MAX: Final = 2_000
"""Names that are compared with the query as a whole for one tier."""
INITIALS_MAX: Final = 4
READINGS_MAX: Final = 8
WORDS_REFINED_MAX: Final = 32
"""Longer queries are matched by their words as they are."""
WIDENED_MAX: Final = 16
"""Words of a query that longer and misspelt ones are looked up for; no more, lest it take long."""
_OTHER_ARTICLE: Final = 6
_ROUGH_MAX: Final = 2_000

Ints = NDArray[np.int64]


def flatnonzero(flags: NDArray[np.bool_]) -> Ints:
    """The places that are set."""
    return flags.nonzero()[0]


@dataclass(frozen=True, slots=True)
class Matches:
    """The slots of an index whose names match, and the rank of each: the lower, the better."""

    index: NameIndex
    slots: Ints
    ranks: Ints

    @classmethod
    def none(cls, index: NameIndex) -> "Matches":
        """No slots."""
        return cls(index, np.zeros(0, np.int64), np.zeros(0, np.int64))


class Matching:
    """One query asked of one index; `usable` are the slots that may be found."""

    def __init__(self, index: NameIndex, query: Query, usable: NDArray[np.bool_]) -> None:
        self._index = index
        self._query = query
        self._usable = usable
        self._is_article_first = query.has_article
        self._required = query.words[1:] if query.has_article else query.words
        self._joined = "".join(self._required)
        vocabulary = index.vocabulary
        # The last word may be unfinished.
        widened = {*_longest({*query.words} - SMALL_WORDS), *query.words[-1:]}
        alike = {word: vocabulary.alike(word) for word in widened}
        self._like = [alike.get(word, vocabulary.itself(word)) for word in query.words]
        self._readings = {query.words: 0}
        """The query, and how else its words may be parted, with the penalty of that."""

    def matches(self) -> Matches:
        """The names that have every word of the query, or one like it."""
        if not self._query.words or not len(self._index):
            return Matches.none(self._index)
        levels = [self._level(place) for place in range(len(self._query.words))]
        required = levels[self._is_article_first :]
        worst = np.maximum.reduce(required)
        slots = flatnonzero((worst < ABSENT) & self._usable)
        ranks = np.zeros(0, np.int64)
        if len(slots):
            ranks = self._by_words(slots, worst, levels)
            self._rank_beginnings(slots, ranks)
            self._rank_refined(slots, ranks)
            if ranks.min() < Tier.BEGINNING * COSTS:  # the query is a name, not a misspelt one
                return Matches(self._index, slots, ranks)
        more, their_ranks = self._misspelt_as_a_whole(worst, required)
        return Matches(
            self._index, np.concatenate((slots, more)), np.concatenate((ranks, their_ranks))
        )

    def _level(self, place: int) -> NDArray[np.uint8]:
        """For each slot the penalty with which it has a word of the query."""
        level = self._index.vocabulary.levels(self._like[place].items(), len(self._index))
        words, numbers_of = self._query.words, self._index.vocabulary.numbers_of
        if len(words) > WORDS_REFINED_MAX:
            return level
        for start, end, parts in chain(_other_partings(words, place), self._cuts(place)):
            known = numbers_of(parts)
            if known and len(slots := self._with_neighbours(known)):
                level[slots] = np.minimum(level[slots], JOINED)
                if len(self._readings) < READINGS_MAX:
                    self._readings[*words[:start], *parts, *words[end:]] = JOINED
        return level

    def _cuts(self, place: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Ways to part a word in two that are known."""
        word, number_of = self._query.words[place], self._index.vocabulary.number_of
        for cut in range(1, len(word)):
            if number_of(word[:cut]) and number_of(word[cut:]):
                yield place, place + 1, (word[:cut], word[cut:])

    def _with_neighbours(self, numbers: list[int]) -> Ints:
        """The slots of names that have these words one after the other."""
        index = self._index
        found = index.vocabulary.slots_of(numbers[0]).astype(np.int64)
        if len(numbers) == 1:
            return found
        for number in numbers[1:]:
            found = np.intersect1d(found, index.vocabulary.slots_of(number), assume_unique=True)
        if not len(found):
            return found
        extents = index.starts.values[found + 1] - index.starts.values[found]
        has_run = np.zeros(len(found), np.bool_)
        for offset in range(int(extents.max()) - len(numbers) + 1):
            here = np.ones(len(found), np.bool_)
            for step, number in enumerate(numbers):
                here &= index.at(found, offset + step) == number
            has_run |= here
        return found[has_run]

    def _by_words(self, slots: Ints, worst: NDArray[Any], levels: list[NDArray[Any]]) -> Ints:
        """Ranks by the worst word, then by all words and the length of the name."""
        level = worst[slots]
        tiers = np.where(
            level <= JOINED, Tier.WORDS, np.where(level < TYPO, Tier.PART, Tier.TYPO)
        ).astype(np.int64)
        costs = np.zeros(len(slots), np.int64)
        for number, each in enumerate(levels):
            of_word = each[slots].astype(np.int64)
            if self._is_article_first and number == 0:
                of_word[of_word > 0] = _OTHER_ARTICLE
            costs += of_word
        costs += self._rest(slots)
        return tiers * COSTS + np.minimum(costs, _ROUGH_MAX)

    def _rank_beginnings(self, slots: Ints, ranks: Ints) -> None:
        """Give those names their ranks that are the query, or that begin with it."""
        index = self._index
        none = np.zeros(len(slots), np.int64)
        skipped = (index.article.values[slots] > 0).astype(np.int64)
        for words, penalty in self._readings.items():
            self._rank_from(slots, ranks, words, none, penalty)
            bare = words[self._is_article_first :]
            if self._is_article_first or skipped.any():
                lacks = penalty + (_OTHER_ARTICLE if self._is_article_first else 1)
                self._rank_from(slots, ranks, bare, skipped, lacks)
        for place in flatnonzero(ranks == Tier.WHOLE * COSTS).tolist():
            name = index.name(int(slots[place]))
            if name != self._query.text:
                ranks[place] += 1 if name.casefold() == self._query.text.casefold() else 2
        for place in flatnonzero(ranks == Tier.WITHOUT_SERIES * COSTS).tolist()[:FINE_MAX]:
            slot = int(slots[place])
            ranks[place] += series_number(index.words(slot)[0][index.titled[slot] :])

    def _rank_from(
        self, slots: Ints, ranks: Ints, words: tuple[str, ...], skipped: Ints, penalty: int
    ) -> None:
        """Compare names with words, from a place in each name on."""
        index, number_of = self._index, self._index.vocabulary.number_of
        equal = np.ones(len(slots), np.bool_)
        for offset, word in enumerate(words[:-1]):
            number = number_of(word)
            if number is None:
                return
            equal &= index.at(slots, skipped + offset) == number
        last, cost = index.at(slots, skipped + len(words) - 1), self._rest(slots) + penalty
        begins = equal & self._continues(words[-1])[last]
        self._improve(ranks, begins, Tier.BEGINNING_IN_WORD, cost)
        if (number := number_of(words[-1])) is None:
            return
        equal &= last == number
        self._improve(ranks, equal, Tier.BEGINNING, cost)
        for count, tier in (
            (index.main, Tier.WITHOUT_SUBTITLE),
            (index.titled, Tier.WITHOUT_SERIES),
            (index.counts, Tier.WHOLE),
        ):
            is_whole = equal & (count.values[slots] == skipped + len(words))
            if not penalty:
                self._improve(ranks, is_whole, tier, 0)
            elif words in {self._required, self._query.words}:
                self._improve(ranks, is_whole, Tier.WITHOUT_ARTICLE, int(tier))
            else:
                self._improve(ranks, is_whole, Tier.WITHOUT_SPACES, int(tier) + penalty)

    def _continues(self, word: str) -> NDArray[np.bool_]:
        """Which words, by number, are longer than the last of the query and begin with it."""
        words = self._index.vocabulary.words
        flags = np.zeros(len(words), np.bool_)
        flags[[number for number in self._like[-1] if words[number].startswith(word)]] = True
        return flags

    def _rest(self, slots: Ints) -> Ints:
        """What the names have besides the query: a cost that grows with their length."""
        index = self._index
        main = index.main_letters.values[slots].astype(np.int64)
        subtitle = index.titled_letters.values[slots] - main
        series = index.letters.values[slots] - index.titled_letters.values[slots].astype(np.int64)
        extra = np.abs(main - len(self._joined))
        rest: Ints = extra + np.where(subtitle > 0, 3 + subtitle // 16, 0) + series // 32
        return rest

    @staticmethod
    def _improve(ranks: Ints, which: NDArray[np.bool_], tier: Tier, cost: Ints | int) -> None:
        better = tier * COSTS + np.minimum(cost, COSTS - 1)
        np.copyto(ranks, np.minimum(ranks, better), where=which)

    def _rank_refined(self, slots: Ints, ranks: Ints) -> None:
        """Rank names by their own words, where they are not too many."""
        if len(self._query.words) > WORDS_REFINED_MAX:
            return
        self._rank_without_spaces(slots, ranks)
        tiers = ranks // COSTS
        is_near = self._is_near(slots)
        for tier in (Tier.WORDS, Tier.PART, Tier.TYPO):
            places = flatnonzero(tiers == tier)
            if len(places) > FINE_MAX or np.count_nonzero(tiers < tier) > FINE_MAX:
                continue
            for place in places.tolist():
                ranks[place] = self._fine_rank(int(slots[place]), tier, may_be_typo=is_near[place])

    def _fine_rank(self, slot: int, tier: Tier, *, may_be_typo: bool) -> int:
        words, authors = self._index.words(slot)
        if tier == Tier.WORDS:
            for number, author in enumerate(authors):
                if self._is_author(author):
                    return Tier.AUTHOR * COSTS + number
        elif may_be_typo and (cost := self._whole_typo(slot)) is not None:
            return Tier.WHOLE_TYPO * COSTS + cost
        name = FoundName(words, self._index.main[slot], self._index.titled[slot], authors)
        return tier * COSTS + name.cost(self._required, self._penalties)

    @cached_property
    def _penalties(self) -> list[Mapping[str, int]]:
        words = self._index.vocabulary.words
        return [
            {words[number]: penalty for number, penalty in like.items()}
            for like in self._like[self._is_article_first :]
        ]

    def _is_author(self, author: list[str]) -> bool:
        return "".join(author) == self._joined or sorted(author) == sorted(self._required)

    def _rank_without_spaces(self, slots: Ints, ranks: Ints) -> None:
        length = len(self._joined)
        may_be = (self._index.main_letters.values[slots] == length) | (
            self._index.letters.values[slots] == length
        )
        places = flatnonzero(may_be & (ranks // COSTS == Tier.WORDS))
        for place in places[:COMPARED_MAX].tolist():
            slot = int(slots[place])
            start = int(self._index.article[slot] > 0)
            if self._joined in self._joined_names(slot, start):
                ranks[place] = Tier.WITHOUT_SPACES * COSTS

    def _joined_names(self, slot: int, start: int) -> tuple[str, str, str]:
        """The whole name, without its series, and without its subtitle too, all without spaces."""
        words, _ = self._index.words(slot)
        ends = (len(words), self._index.titled[slot], self._index.main[slot])
        whole, titled, main = ("".join(words[start:end]) for end in ends)
        return whole, titled, main

    def _whole_typo(self, slot: int) -> int | None:
        """The cost of the typos in a name as a whole; None if there are too many."""
        has_article = self._index.article[slot] > 0
        costs = [whole_typo_cost(self._joined, *self._joined_names(slot, int(has_article)))]
        if has_article:
            costs.append(whole_typo_cost(self._joined, *self._joined_names(slot, 0)))
        return min((cost for cost in costs if cost is not None), default=None)

    def _is_near(self, slots: Ints | slice) -> NDArray[np.bool_]:
        """Whether a name has about as many letters as the query, so that typos may be all."""
        most, length = typos_forgiven(self._joined), len(self._joined)
        article = self._index.article.values[slots].astype(np.int64)
        near = np.zeros(len(article), np.bool_)
        for letters in (self._index.letters, self._index.titled_letters, self._index.main_letters):
            longer = letters.values[slots].astype(np.int64) - length
            near |= (np.abs(longer) <= most) | (np.abs(longer + article) <= most)
        return near

    def nearly(self) -> Matches:
        """The names with a run of words that is the query but for typos, however it is parted."""
        if not typos_forgiven(self._joined) or not len(self._index):
            return Matches.none(self._index)
        ranks: dict[int, int] = {}
        near = flatnonzero(self._is_near(slice(None)) & self._usable)
        for slot in near.tolist() if len(near) <= COMPARED_MAX else ():
            if (cost := self._whole_typo(slot)) is not None:
                ranks[slot] = Tier.WHOLE_TYPO * COSTS + cost
        levels = [self._level(place) for place in range(len(self._query.words))]
        letters = self._letters_found(levels[self._is_article_first :])
        slots = flatnonzero((2 * letters >= len(self._joined)) & self._usable)
        for slot in slots[:COMPARED_MAX].tolist():
            words, _ = self._index.words(slot)
            cost = run_typo_cost(self._joined, len(self._required), words)
            if cost is not None:
                ranks.setdefault(slot, Tier.TYPO * COSTS + cost)
        return Matches(
            self._index, np.array(list(ranks), np.int64), np.array(list(ranks.values()), np.int64)
        )

    def _letters_known(self, levels: list[NDArray[Any]]) -> int:
        """The letters of the words of the query that any name has, misspelt or not."""
        known = zip(self._required, levels, strict=True)
        return sum(len(word) for word, level in known if level.min() < ABSENT)

    def _letters_found(self, levels: list[NDArray[Any]]) -> Ints:
        """How many letters the words of the query have that are in each name, misspelt or not."""
        letters = np.zeros(len(self._index), np.int64)
        for word, level in zip(self._required, levels, strict=True):
            has_word = (level <= JOINED) | ((level >= TYPO) & (level < ABSENT))
            letters += has_word * np.int64(len(word))
        return letters

    def _misspelt_as_a_whole(
        self, worst: NDArray[Any], levels: list[NDArray[Any]]
    ) -> tuple[Ints, Ints]:
        """Names that lack a word, but differ from the query by few typos as a whole."""
        none = np.zeros(0, np.int64), np.zeros(0, np.int64)
        if not typos_forgiven(self._joined):
            return none
        if len(levels) > 1 and 3 * self._letters_known(levels) < len(self._joined):
            return none
        near = self._is_near(slice(None)) & (worst == ABSENT) & self._usable
        if len(levels) > 1:
            near &= 3 * self._letters_found(levels) >= len(self._joined)
        found = flatnonzero(near)
        if len(found) > COMPARED_MAX or (len(levels) == 1 and len(found) > FINE_MAX):
            return none
        costs = {
            slot: cost for slot in found.tolist() if (cost := self._whole_typo(slot)) is not None
        }
        ranks = [Tier.WHOLE_TYPO * COSTS + cost for cost in costs.values()]
        return np.array(list(costs), np.int64), np.array(ranks, np.int64)


def _longest(words: Iterable[str]) -> list[str]:
    """The words that are worth comparing with others, where there are very many."""
    return sorted(words, key=lambda word: (-len(word), word))[:WIDENED_MAX]


def _other_partings(
    words: tuple[str, ...], place: int
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Ways to join a word with its neighbours or to part it: from, to, and what is there then."""
    for start in (place - 1, place):
        if start >= 0 and start + 2 <= len(words):
            yield start, start + 2, ("".join(words[start : start + 2]),)
    start, end = place, place + 1
    while start > 0 and len(words[start - 1]) == 1:
        start -= 1
    while end < len(words) and len(words[end]) == 1:
        end += 1
    if len(words[place]) == 1 and end - start > len("ab"):
        yield start, end, ("".join(words[start:end]),)
    word = words[place]
    if len("ab") < len(word) <= INITIALS_MAX:
        yield place, place + 1, tuple(word)
