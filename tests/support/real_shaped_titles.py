"""A catalogue of titles in the shapes of real ones, and searches that people judged.

tests/data/judged_searches.txt has real titles with their authors, and for each the queries after
which a person expects it first. Made-up titles of the same words are put among them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.search_text import NameText
from domain.words import sort_key

JUDGED = Path(__file__).parents[1] / "data" / "judged_searches.txt"
SHAPES = (
    "The {} of {}",
    "{} and {}",
    "{} {}",
    "A {} in {}",
    "The {} {}",
    "{}: The {} of {}",
    "{}: A {} {}",
    "{} {} ({} Saga, #{n})",
    "The {} {} ({} Chronicles, #{n})",
    "{}, Vol. {n}",
    "{} & {}",
    "{}'s {}",
    "The {}'s {} of {}",
    "My {} {} {}",
    "How to {} a {}",
    "{}-{}",
)
MORE_WORDS = [
    "Winter",
    "Summer",
    "Midnight",
    "Garden",
    "Secret",
    "House",
    "River",
    "Shadow",
    "Daughter",
    "Mountain",
    "Letter",
    "Promise",
    "Silence",
    "Kingdom",
    "Stranger",
    "Ocean",
    "Memory",
    "Island",
    "Heart",
    "Storm",
    "Bridge",
    "Window",
    "Mirror",
    "Forest",
    "Queen",
    "Soldier",
    "Doctor",
    "Teacher",
    "Baker",
    "Sailor",
    "Painter",
    "Captain",
    "Empire",
    "Harbor",
    "Lantern",
    "Orchard",
    "Feather",
    "Thunder",
    "Whisper",
    "Journey",
    "Return",
    "Beginning",
    "Morning",
    "Evening",
    "Autumn",
    "Spring",
    "Coffee",
    "Kitchen",
    "Money",
    "Mind",
    "Body",
    "Science",
    "Nature",
    "Animals",
    "History",
    "Music",
    "Language",
    "Numbers",
    "Cooking",
    "Running",
    "Sleeping",
]
FIRST_NAMES = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Ella",
    "Frank",
    "Grace",
    "Henry",
    "Ida",
    "Jack",
    "Kate",
    "Leo",
    "Mia",
    "Noah",
]
LAST_NAMES = [
    "Abbott",
    "Brooks",
    "Carter",
    "Dalton",
    "Ellis",
    "Foster",
    "Graham",
    "Hughes",
    "Irving",
    "Jensen",
    "Keller",
]


@dataclass(frozen=True)
class Judged:
    """A query, and the title that a person expects first."""

    query: str
    title: str


def judged_books() -> Iterator[tuple[str, list[str], list[str]]]:
    """The real titles with their authors and their queries."""
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            title, authors, queries = line.split(" | ")
            yield title, authors.split(", "), [each.strip() for each in queries.split(";")]


def judged_queries() -> list[Judged]:
    """All judged queries."""
    return [Judged(query, title) for title, _, queries in judged_books() for query in queries]


def catalogue(size: int) -> list[tuple[str, list[str]]]:
    """So many books: the real ones, then made-up ones that no query means exactly.

    A word that is a query of its own, such as Azkaban, is in no made-up title.
    """
    source = random.Random(10)  # noqa: S311 - made-up titles
    books = {title: authors for title, authors, _ in judged_books()}
    meant = {sort_key(query) for _, _, queries in judged_books() for query in queries}
    names = {query for query in meant if " " not in query}
    words = [word.strip(".,!?()#&:") for title in books for word in title.split()]
    words = [
        word
        for word in words
        if word[:1].isupper() and word.isalpha() and sort_key(word) not in names
    ] + MORE_WORDS * 5
    while len(books) < size:
        shape = source.choice(SHAPES)
        title = shape.format(*source.choices(words, k=4), n=source.randint(1, 12))
        text = NameText.of(title)
        mains = {" ".join(text.words[:end]) for end in (text.main, text.titled)}
        if not any(key in meant or key.removeprefix("the ") in meant for key in mains):
            author = f"{source.choice(FIRST_NAMES)} {source.choice(LAST_NAMES)}"
            books.setdefault(title, [author])
    return list(books.items())
