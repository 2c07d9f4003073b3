"""The names of one kind of thing in memory: what each is called, and which have a word.

A name has a slot. A changed name gets a new slot, so slots of a word stay in order; the old slot
is dead. `is_worn` says when so many are dead that it pays to read all names again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.search import Kind, Source
from domain.search_text import NameText, words_in
from domain.words import ARTICLES
from repository.mongo.collections import Collection, Document
from repository.search_words import SEPARATOR, Column, Vocabulary

DEAD_MIN: Final = 1_000


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that is found: where it is stored, and its fields.

    `name` is the field with its name, `numbers` are shown with a hit.
    """

    kind: Kind
    source: Source
    collection: Collection[Any]
    name: str
    numbers: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of its documents that search reads."""
        return (self.name, *self.numbers, *self.more)


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that was found: its name, and for a book its authors."""

    id: int
    name: str
    authors: tuple[str, ...]


class NameIndex:
    """The index of one kind of thing; a picture of its collection."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.clear()

    def clear(self) -> None:
        """Remove all."""
        self.vocabulary = Vocabulary()
        self.signs = Vocabulary()
        """Signs in the place of words."""
        self.row_ids = Column(np.int64)
        self.alive = Column(np.bool_)
        self.starts = Column(np.int64)
        """Where the words of a name begin in `sequence`; one more at the end."""
        self.starts.append(1)
        self.sequence = Column(np.uint32)
        self.sequence.append(SEPARATOR)
        """The numbers of the words of all names, then of their authors with separators."""
        self.counts = Column(np.uint16)
        """How many words a name has."""
        self.titled = Column(np.uint16)
        self.main = Column(np.uint16)
        self.letters = Column(np.uint16)
        self.titled_letters = Column(np.uint16)
        self.main_letters = Column(np.uint16)
        self.article = Column(np.uint8)
        """The letters of the article that a name begins with."""
        self.numbers = {field: Column(np.int64) for field in self.subject.numbers}
        self._names = bytearray()
        self._name_starts = Column(np.int64)
        self._name_starts.append(0)
        self._slots: dict[int, int] = {}
        self._authors: dict[int, tuple[str, ...]] = {}
        self._isbns: dict[str, int] = {}
        self._isbn_of: dict[int, str] = {}

    def __len__(self) -> int:
        """The number of slots, dead ones too."""
        return len(self.row_ids)

    @property
    def is_worn(self) -> bool:
        """Whether more slots are dead than alive, and many."""
        return len(self) - len(self._slots) > len(self._slots) + DEAD_MIN

    def put(self, document: Document) -> None:
        """Put in a thing, or what is new of it. An archived one is not found."""
        row_id, name = document["_id"], document[self.subject.name]
        if document.get("archived"):
            self.drop(row_id)
            return
        authors, isbn = tuple(document.get("authors", ())), document.get("isbn")
        slot = self._slots.get(row_id)
        if slot is None or self.named(slot) != Named(row_id, name, authors):
            self.drop(row_id)
            slot = self._add(row_id, name, authors)
        self._give_isbn(slot, isbn)
        for field, column in self.numbers.items():
            column[slot] = document[field]

    def drop(self, row_id: Any) -> None:
        """Remove a thing, if it is there."""
        slot = self._slots.pop(row_id, None)
        if slot is not None:
            self.alive[slot] = False
            self._authors.pop(slot, None)
            self._give_isbn(slot, None)

    def _give_isbn(self, slot: int, isbn: str | None) -> None:
        old = self._isbn_of.pop(slot, None)
        if old is not None and self._isbns.get(old) == slot:
            del self._isbns[old]
        if isbn is not None:
            self._isbns[isbn], self._isbn_of[slot] = slot, isbn

    def _add(self, row_id: int, name: str, authors: tuple[str, ...]) -> int:
        text, slot = NameText.of(name), len(self)
        numbers = [self.vocabulary.add(word, slot) for word in text.words]
        for author in authors:
            numbers.append(SEPARATOR)
            numbers += [self.vocabulary.add(word, slot) for word in words_in(author)]
        for word in text.words:
            if word[0] == ".":
                self.vocabulary.add(word[1:], slot)
        for sign in text.signs:
            self.signs.add(sign, slot)
        first = text.words[0] if text.words else ""
        self.row_ids.append(row_id)
        self.alive.append(True)
        self.sequence.append(*numbers)
        self.starts.append(len(self.sequence))
        self.counts.append(len(text.words))
        self.titled.append(text.titled)
        self.main.append(text.main)
        self.letters.append(_letters(text.words))
        self.titled_letters.append(_letters(text.words[: text.titled]))
        self.main_letters.append(_letters(text.words[: text.main]))
        self.article.append(len(first) if first in ARTICLES and text.main > 1 else 0)
        for column in self.numbers.values():
            column.append(0)
        self._names += name.encode()
        self._name_starts.append(len(self._names))
        self._slots[row_id] = slot
        if authors:
            self._authors[slot] = authors
        return slot

    def slot_of(self, row_id: int) -> int | None:
        """The slot of a thing; None if there is no such thing."""
        return self._slots.get(row_id)

    def with_isbn(self, isbn: str) -> int | None:
        """The slot of the book with an ISBN."""
        return self._isbns.get(isbn)

    def name_of(self, row_id: int) -> str | None:
        """The name of a thing; None if there is no such thing."""
        slot = self._slots.get(row_id)
        return None if slot is None else self.name(slot)

    def authors(self, slot: int) -> tuple[str, ...]:
        """The authors of the book in a slot."""
        return self._authors.get(slot, ())

    def numbers_of(self, slot: int) -> dict[str, int]:
        """The numbers of the thing in a slot."""
        return {field: column[slot] for field, column in self.numbers.items()}

    def name(self, slot: int) -> str:
        """The name in a slot."""
        return self._names[self._name_starts[slot] : self._name_starts[slot + 1]].decode()

    def named(self, slot: int) -> Named:
        """The thing in a slot."""
        return Named(self.row_ids[slot], self.name(slot), self._authors.get(slot, ()))

    def words(self, slot: int) -> tuple[list[str], list[list[str]]]:
        """The words of the name in a slot, and those of each author."""
        known = self.vocabulary.words
        numbers = self.sequence.values[self.starts[slot] : self.starts[slot + 1]].tolist()
        count = self.counts[slot]
        authors: list[list[str]] = []
        for number in numbers[count:]:
            if number == SEPARATOR:
                authors.append([])
            else:
                authors[-1].append(known[number])
        return [known[number] for number in numbers[:count]], authors

    def at(self, slots: NDArray[Any], offset: NDArray[Any] | int) -> NDArray[Any]:
        """The number of the word at an offset in each of these slots; 0 beyond the name."""
        places = self.starts.values[slots] + offset
        within = places < self.starts.values[slots.astype(np.int64) + 1]
        safe = np.where(within, places, 0)
        return np.where(within, self.sequence.values[safe], SEPARATOR)


def _letters(words: Sequence[str]) -> int:
    """The letters of words; of a title its article does not count."""
    return sum(map(len, words[len(words) > 1 and words[0] in ARTICLES :]))
