"""Made-up stores and users in the grammar of the dataset, of any size, the same for a seed.

    python -m bench.marketplace_data FOLDER [--stores 2203 --listings 18716 ...]

writes FOLDER/stores.json and FOLDER/users.json.
"""

import argparse
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

DAY_SPELLINGS: Final = (
    ("Mon", "Monday"),
    ("Tues", "Tue", "Tuesday"),
    ("Wed", "Weds", "Wednesday"),
    ("Thurs", "Thu", "Thur"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
)
SYLLABLES: Final = tuple(first + vowel for first in "bcdfghklmnprstvwz" for vowel in "aeiou")
SMALL_WORDS: Final = ("the", "of", "and", "a", "in", "to", "for")
FIRST_DAY: Final = datetime(2018, 1, 1, tzinfo=UTC)
DAYS: Final = 1_200


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    stores: int = 2_203
    listings: int = 18_716
    users: int = 1_000
    purchases: int = 9_308
    words: int = 6_000


class Generator:
    """Makes one data set."""

    def __init__(self, size: Size, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up data
        self._size = size
        self._words = self._vocabulary(size.words)
        self._names: set[str] = set()

    def _vocabulary(self, count: int) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < count:
            length = self._random.choice((2, 2, 3, 3, 4, 5))
            words["".join(self._random.choices(SYLLABLES, k=length))] = None
        return list(words)

    def _word(self) -> str:
        """A word, the first ones of the vocabulary far more often than the last."""
        return self._words[int(len(self._words) * self._random.random() ** 2)]

    def _title(self) -> str:
        words = [self._word().capitalize() for _ in range(self._random.choice((1, 2, 2, 3, 4, 6)))]
        if len(words) > 1 and self._random.random() < 0.5:  # noqa: PLR2004 - every other title
            words.insert(1, self._random.choice(SMALL_WORDS))
        title = " ".join(words)
        form = self._random.choice(("{}", "{}", "{}: {}", "{}!", "{} ({} Trilogy)", "The {}"))
        return form.format(title, self._word().capitalize())

    def _name(self, suffix: str = "") -> str:
        while True:
            name = self._title() + suffix
            if name not in self._names:
                self._names.add(name)
                return name

    def hours(self) -> str:
        """Opening hours of all seven days, days alike written together."""
        order = list(range(7))
        entries = []
        while order:
            taken = order[: self._random.choice((1, 1, 1, 2, 3))]
            if len(order) > 2 and self._random.random() < 0.3:  # noqa: PLR2004 - a list of two days
                taken = [order[0], self._random.choice(order[1:])]
            order = [day for day in order if day not in taken]
            entries.append(f"{self._days(taken)} {self._time()} - {self._time()}")
        return " / ".join(entries)

    def _days(self, days: list[int]) -> str:
        names = [self._random.choice(DAY_SPELLINGS[day]) for day in days]
        neighbours = all(after - before == 1 for before, after in pairwise(days))
        if len(days) > 1 and neighbours and self._random.random() < 0.8:  # noqa: PLR2004 - mostly
            return f"{names[0]} - {names[-1]}"
        return ", ".join(names)

    def _time(self) -> str:
        hour, minute = self._random.randint(1, 12), self._random.choice((0, 0, 15, 30, 45))
        return f"{hour}{f':{minute:02}' if minute else ''} {self._random.choice(('am', 'pm'))}"

    def stores(self) -> list[dict[str, Any]]:
        """The stores with their listings."""
        stores: list[dict[str, Any]] = [
            {
                "cashBalance": self._cents(50_000, 600_000),
                "books": [],
                "openingHours": self.hours(),
                "storeName": self._name(" Books"),
            }
            for _ in range(self._size.stores)
        ]
        for number in range(self._size.listings):
            store = self._random.choice(stores) if number >= len(stores) else stores[number]
            book = {"bookName": self._name(), "price": self._cents(1_000, 1_400)}
            store["books"].append(book)
        return stores

    def _cents(self, low: int, high: int) -> float:
        return self._random.randint(low, high) / 100

    def users(self, stores: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The users with what they bought in those stores; one id in between is left out."""
        users: list[dict[str, Any]] = [
            {
                "cashBalance": self._cents(1_000, 100_000),
                "id": number + (number > 1),
                "name": f"{self._word().capitalize()} {self._word().capitalize()}",
                "purchaseHistory": [],
            }
            for number in range(self._size.users)
        ]
        selling = [store for store in stores if store["books"]]
        for _ in range(self._size.purchases):
            store = self._random.choice(selling)
            book = self._random.choice(store["books"])
            moment = FIRST_DAY + timedelta(minutes=self._random.randrange(DAYS * 1_440))
            self._random.choice(users)["purchaseHistory"].append(
                {
                    "bookName": book["bookName"],
                    "storeName": store["storeName"],
                    "transactionAmount": self._random.choice(
                        (book["price"], self._cents(1_000, 1_400))
                    ),
                    "transactionDate": moment.strftime("%m/%d/%Y %I:%M %p"),
                }
            )
        return users


def write(folder: Path, size: Size, seed: int = 1) -> tuple[Path, Path]:
    """Write both files; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = Generator(size, seed)
    stores = generator.stores()
    paths = folder / "stores.json", folder / "users.json"
    for path, rows in zip(paths, (stores, generator.users(stores)), strict=True):
        path.write_text(json.dumps(rows, indent=1))
    return paths


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name in Size.__dataclass_fields__:
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    options = vars(parser.parse_args())
    write(options.pop("folder"), Size(**options))


if __name__ == "__main__":
    main()
