"""The words of many names: which names have a word, and which words are like another one."""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from domain.search import PART_LETTERS_MIN
from domain.search_ranking import PREFIX, part_penalty, typo_penalty
from domain.typos import typos_forgiven

SEPARATOR: Final = 0
"""The number of the word that is between the names of authors."""
UNJOINED_MAX: Final = 64
"""New words that are looked through one by one before they are joined with the others."""
WORDS_NOTED_MAX: Final = 2_000
ALIKE_NOTED_MAX: Final = 100
"""So many words of queries are noted with the words that are taken for them, if these are few."""
Slots = NDArray[np.uint32]


class Column:
    """Numbers, one a row, that can be appended while they are read as an array."""

    def __init__(self, dtype: Any) -> None:
        self._room = np.zeros(1_024, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, *values: int) -> None:
        """Add rows."""
        end = self._length + len(values)
        if end > len(self._room):
            larger = np.zeros(max(end, 2 * len(self._room)), self._room.dtype)
            larger[: self._length] = self._room[: self._length]
            self._room = larger
        self._room[self._length : end] = values
        self._length = end

    def __setitem__(self, row: int, value: int) -> None:
        self._room[row] = value

    def __getitem__(self, row: int) -> int:
        return int(self._room[row])

    @property
    def values(self) -> NDArray[Any]:
        """All rows."""
        return self._room[: self._length]


class Vocabulary:
    """Words, each with a number and the slots of the names that have it, in ascending order."""

    def __init__(self) -> None:
        self.words: list[str] = [""]
        self._numbers: dict[str, int] = {}
        self._slots: list[array[int]] = [array("I")]
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        self._like_length: dict[tuple[int, int], list[str]] = {}
        self._alike: dict[str, Mapping[int, int]] = {}
        self._joined = ""
        self._starts: list[int] = []
        self._joined_count = 1

    def __len__(self) -> int:
        return len(self.words)

    def add(self, word: str, slot: int) -> int:
        """Note that the name in a slot, the highest so far, has a word. Return its number."""
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.words)
            self.words.append(word)
            self._slots.append(array("I", (slot,)))
            self._by_length[len(word)].append(word)
            self._like_length.clear()
            self._alike.clear()
        elif (slots := self._slots[number])[-1] != slot:
            slots.append(slot)
        return number

    def number_of(self, word: str) -> int | None:
        """The number of a word; None if no name has ever had it."""
        return self._numbers.get(word)

    def numbers_of(self, words: Iterable[str]) -> list[int]:
        """The numbers of words, in their order; none if one of them is not known."""
        numbers = [self._numbers.get(word, 0) for word in words]
        return numbers if all(numbers) else []

    def parted(self, text: str) -> list[str]:
        """The fewest known words that are this text together; none if there are no such words."""
        fewest: list[list[str] | None] = [[], *[None] * len(text)]
        for end in range(1, len(text) + 1):
            for start in range(end):
                before = fewest[start]
                if before is not None and text[start:end] in self._numbers:
                    words = [*before, text[start:end]]
                    best = fewest[end]
                    if best is None or len(words) < len(best):
                        fewest[end] = words
        return fewest[-1] or []

    def slots_of(self, number: int) -> Slots:
        """The slots of the names with a word."""
        return np.array(self._slots[number], np.uint32)

    def levels(self, penalties: Iterable[tuple[int, int]], size: int) -> NDArray[np.uint8]:
        """For each of `size` slots the least penalty of a word in it; ABSENT where there is none.

        `penalties` are numbers of words, each with its penalty.
        """
        level = np.full(size, ABSENT, np.uint8)
        worst_first = sorted(penalties, key=lambda each: -each[1])
        if worst_first:
            slots = [self._slots[number] for number, _ in worst_first]
            counts = [len(each) for each in slots]
            given = np.array([penalty for _, penalty in worst_first], np.uint8)
            # Of several values for one slot the last one stays.
            level[np.frombuffer(b"".join(slots), np.uint32)] = np.repeat(given, counts)
        return level

    def itself(self, word: str) -> dict[int, int]:
        """The number of a word with no penalty, if any name has had it."""
        number = self._numbers.get(word)
        return {} if number is None else {number: 0}

    def alike(self, word: str) -> Mapping[int, int]:
        """The words that are taken for a word of a query, by number, with their penalties."""
        known = self._alike.get(word)
        if known is not None:
            return known
        words = self.words
        found = {
            number: typo_penalty(word, words[number], typos) for number, typos in self.like(word)
        }
        for number, at_start in self.with_part(word):
            found[number] = part_penalty(word, words[number], at_start=at_start)
        if word[0] == "." and (bare := self._numbers.get(word[1:])) is not None:
            found[bare] = PREFIX
        found |= self.itself(word)
        if len(found) <= ALIKE_NOTED_MAX:
            if len(self._alike) >= WORDS_NOTED_MAX:
                self._alike.clear()
            self._alike[word] = found
        return found

    def with_part(self, part: str) -> Iterator[tuple[int, bool]]:
        """Longer words that contain a part, by number, and whether they begin with it.

        A very short part is looked for at the start of words only.
        """
        if len(self.words) - self._joined_count > UNJOINED_MAX + self._joined_count // 16:
            self._join()
        wanted = part if len(part) >= PART_LETTERS_MIN else f"\n{part}"
        place = self._joined.find(wanted)
        while place >= 0:
            index = bisect_right(self._starts, place + len(wanted) - len(part)) - 1
            number, start = index + 1, self._starts[index]
            if len(self.words[number]) > len(part):
                yield number, place + len(wanted) - len(part) == start
            place = self._joined.find(wanted, start + len(self.words[number]))
        for number in range(self._joined_count, len(self.words)):
            word = self.words[number]
            if len(word) > len(part):
                at_start = word.startswith(part)
                if at_start or (len(part) >= PART_LETTERS_MIN and part in word):
                    yield number, at_start

    def _join(self) -> None:
        self._joined = "\n".join(self.words) + "\n"
        lengths = [len(word) + 1 for word in self.words]
        self._starts = list(accumulate(lengths[:-1]))
        self._joined_count = len(self.words)

    def like(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Other words within the forgiven typos, by number, and how many typos."""
        most = 0 if wanted.isdigit() else typos_forgiven(wanted)
        if not most:
            return
        words = self._of_length(len(wanted), most)
        if not words:
            return
        distances = cdist([wanted], words, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[
            0
        ]
        for index in (distances <= most).nonzero()[0].tolist():
            if distances[index]:
                yield self._numbers[words[index]], int(distances[index])

    def _of_length(self, length: int, most: int) -> list[str]:
        """The words that are longer or shorter by `most` letters at most."""
        words = self._like_length.get((length, most))
        if words is None:
            lengths = range(length - most, length + most + 1)
            words = [word for each in lengths for word in self._by_length.get(each, ())]
            self._like_length[length, most] = words
        return words


ABSENT: Final = 255
"""The level of a slot without a word that is wanted."""
