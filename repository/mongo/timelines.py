"""Timelines: what rows add to reports, in the order of time, and the pages that they are cut into.

A movement is what one row adds at one moment: one to the count, its amounts, and whose they are. A
page has the movements of a stretch of time and the sums of all movements before it. So the sums up
to any instant take one page to read, however many rows there are and however they lie in time.
"""

from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from domain.effects import Row
from repository.mongo.clock import EPOCH, milliseconds
from repository.mongo.collections import Collection, Document, Index, collection_of

RowOf = TypeVar("RowOf", bound=Row)
Key = TypeVar("Key", str, int)
Sums = dict[str, int]
"""The count of movements and the sum of each amount."""
SumsByOwner = dict[str, dict[int, int]]
"""The same for each owner: first by the amount's name, then by the owner's id."""

AT: Final = "at"
COUNT: Final = "count"
BEGINNING: Final = datetime.min.replace(tzinfo=EPOCH.tzinfo)
BEGINNING_MS: Final = milliseconds(BEGINNING)
PAGE_MOVEMENTS: Final = 512
TAIL: Final = "unrolled"
TAIL_SINCE: Final = "unrolled_since"
TAIL_INDEX: Final = Index(
    TAIL_SINCE,
    [(TAIL_SINCE, 1)],
    query={TAIL_SINCE: {"$gte": None}},
    options={"sparse": True},
)


@dataclass(frozen=True, eq=False)
class Timeline(Generic[RowOf]):
    """What each row of a class adds at the time in its field `at`.

    `amounts` work out the amounts; `owners` are fields with ids, by which the sums are kept too.
    """

    name: str
    row: type[RowOf]
    at: str
    amounts: Mapping[str, Callable[[RowOf], int]]
    owners: tuple[str, ...] = ()

    @property
    def collection(self) -> Collection[RowOf]:
        """Where the rows are stored."""
        return collection_of(self.row)

    def moment_of(self, row: RowOf) -> int:
        """When a row adds something, in milliseconds."""
        return milliseconds(getattr(row, self.at))

    def movements_of(self, rows: Sequence[RowOf]) -> "Movements":
        """What rows add."""
        columns = {AT: [self.moment_of(row) for row in rows]}
        columns |= {owner: [getattr(row, owner) for row in rows] for owner in self.owners}
        columns |= {name: [of(row) for row in rows] for name, of in self.amounts.items()}
        return Movements.sorted(columns)

    def nothing(self) -> "Movements":
        """No movements."""
        return self.movements_of([])


class Movements:
    """Movements in the order of time, one column for the time, each owner and each amount."""

    def __init__(self, columns: Mapping[str, Sequence[int]]) -> None:
        self.columns = columns
        self.at = columns[AT]

    @classmethod
    def sorted(cls, columns: Mapping[str, Sequence[int]]) -> "Movements":
        """Movements of columns in any order; equal ones for the same movements."""
        rows = sorted(zip(*columns.values(), strict=True))
        if not rows:
            return cls({name: array("q") for name in columns})
        values = zip(*rows, strict=True)
        return cls({name: array("q", next(values)) for name in columns})

    @classmethod
    def of_document(cls, document: Document) -> "Movements":
        """Movements as `document` has packed them."""
        values = array("q")
        values.frombytes(document["values"])
        names = document["names"]
        length = len(values) // len(names)
        return cls({name: values[n * length : (n + 1) * length] for n, name in enumerate(names)})

    def document(self) -> Document:
        """The movements packed: 64 bits a number, column after column."""
        values = b"".join(array("q", column).tobytes() for column in self.columns.values())
        return {"names": [*self.columns], "values": values}

    def __len__(self) -> int:
        return len(self.at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Movements) and self.document() == other.document()

    __hash__ = None  # type: ignore[assignment] # they may be equal, and are no keys

    def listed(self) -> list[tuple[int, ...]]:
        """Each movement as a tuple."""
        return list(zip(*self.columns.values(), strict=True))

    def part(self, start: int | None, end: int | None) -> "Movements":
        """The movements from `start` (included) to `end` (excluded), in milliseconds."""
        first = 0 if start is None else bisect_left(self.at, start)
        last = len(self) if end is None else bisect_left(self.at, end)
        return self.slice(first, last)

    def slice(self, first: int, last: int) -> "Movements":
        """The movements from one place to before another."""
        return Movements({name: column[first:last] for name, column in self.columns.items()})

    def with_more(self, others: Iterable["Movements"]) -> "Movements":
        """These movements and others."""
        more = [each for each in others if len(each)]
        if not more:
            return self
        return Movements.sorted(
            {
                name: [*column, *(value for each in more for value in each.columns[name])]
                for name, column in self.columns.items()
            }
        )

    def sums(self, timeline: Timeline[Any]) -> Sums:
        """The count and the sum of each amount."""
        return {COUNT: len(self)} | {name: sum(self.columns[name]) for name in timeline.amounts}

    def sums_by(self, timeline: Timeline[Any], owner: str) -> SumsByOwner:
        """The same for each owner."""
        owners = self.columns[owner]
        sums: SumsByOwner = {COUNT: dict(Counter(owners))}
        for name in timeline.amounts:
            of_owner: defaultdict[int, int] = defaultdict(int)
            for owner_id, value in zip(owners, self.columns[name], strict=True):
                of_owner[owner_id] += value
            sums[name] = dict(of_owner)
        return sums


def added(sums: Mapping[Key, int], more: Mapping[Key, int]) -> dict[Key, int]:
    """The sums of both."""
    joined = dict(sums)
    for key, value in more.items():
        joined[key] = joined.get(key, 0) + value
    return joined


def taken_off(sums: Mapping[Key, int], less: Mapping[Key, int]) -> dict[Key, int]:
    """What is left of sums."""
    return {name: value - less.get(name, 0) for name, value in sums.items()}


def added_by_owner(sums: SumsByOwner, more: SumsByOwner) -> SumsByOwner:
    """The sums of both, by owner."""
    return {name: added(sums.get(name, {}), more.get(name, {})) for name in {**sums, **more}}


def taken_off_by_owner(sums: SumsByOwner, less: SumsByOwner) -> SumsByOwner:
    """What is left of sums, by owner."""
    return {name: taken_off(of_one, less.get(name, {})) for name, of_one in sums.items()}


@dataclass(frozen=True, slots=True)
class PageRow:
    """What is stored of a page: `before` are the sums of all movements earlier than `start`.

    `owners` are the same by owner, packed; `start` is in milliseconds since 1970.
    """

    id: str
    timeline: str
    start: int
    before: Sums
    owners: dict[str, Document]
    movements: Document


PAGES: Final = Collection(
    "rollup_pages",
    PageRow,
    indexes=(
        Index(
            "start",
            [("timeline", 1), ("start", 1)],
            query={"timeline": "sold", "start": {"$lte": 7}},
            sort=[("start", -1)],
        ),
    ),
)


@dataclass
class Page:
    """A page, unpacked."""

    timeline: Timeline[Any]
    start: int
    movements: Movements
    before: Sums = field(default_factory=dict)
    owners: dict[str, SumsByOwner] = field(default_factory=dict)

    @classmethod
    def first(cls, timeline: Timeline[Any]) -> "Page":
        """The page of a timeline without movements."""
        page = cls(timeline, BEGINNING_MS, timeline.nothing())
        page.before = page.movements.sums(timeline)
        page.owners = {owner: page.movements.sums_by(timeline, owner) for owner in timeline.owners}
        return page

    @classmethod
    def of_row(
        cls, timeline: Timeline[Any], row: PageRow, owners_wanted: Iterable[str] | None = None
    ) -> "Page":
        """The page that is stored in a row, with the sums of all owners or of those wanted."""
        wanted = row.owners if owners_wanted is None else owners_wanted
        owners = {name: unpacked(row.owners[name]) for name in wanted}
        movements = Movements.of_document(row.movements)
        return cls(timeline, row.start, movements, row.before, owners)

    @property
    def row(self) -> PageRow:
        """What is stored of the page."""
        name = self.timeline.name
        owners = {each: packed(sums) for each, sums in self.owners.items()}
        movements = self.movements.document()
        return PageRow(f"{name}:{self.start}", name, self.start, self.before, owners, movements)

    def next(self, start: int, movements: Movements) -> "Page":
        """The page that begins where this one ends."""
        mine, line = self.movements, self.timeline
        return Page(
            line,
            start,
            movements,
            added(self.before, mine.sums(line)),
            {
                owner: added_by_owner(sums, mine.sums_by(line, owner))
                for owner, sums in self.owners.items()
            },
        )

    @property
    def movements_max(self) -> int:
        """How many movements a page should have: the more, the larger its sums by owner are."""
        owners = sum(len(sums[COUNT]) for sums in self.owners.values())
        return max(PAGE_MOVEMENTS, owners // 2)

    def cut(self) -> "list[Page]":
        """The page itself, or the pages that it is cut into where it has grown too long."""
        page, left, pages = self, self.movements, list[Page]()
        while len(left) >= 2 * page.movements_max:
            place = bisect_left(left.at, left.at[page.movements_max - 1] + 1)
            if place == len(left):
                break
            page.movements = left.slice(0, place)
            pages.append(page)
            left = left.slice(place, len(left))
            page = page.next(left.at[0], left)
        page.movements = left
        return [*pages, page]


def grown(
    pages: Sequence[Page], end: int | None, movements: Movements, earlier: Page
) -> tuple[list[Page], Page]:
    """Pages that follow one another up to `end`, with more movements.

    `earlier` has the sums of the movements that were put into pages before these; the second result
    is the same for the pages after these.
    """
    timeline = earlier.timeline
    ends = [*(page.start for page in pages[1:]), end]
    result = []
    for page, its_end in zip(pages, ends, strict=True):
        mine = movements.part(page.start, its_end)
        page.before = added(page.before, earlier.before)
        page.owners = {
            owner: added_by_owner(sums, earlier.owners[owner])
            for owner, sums in page.owners.items()
        }
        page.movements = page.movements.with_more([mine])
        result += page.cut()
        earlier.movements = mine
        earlier = earlier.next(page.start, timeline.nothing())
    return result, earlier


def packed(sums: SumsByOwner) -> Document:
    """Sums by owner, packed as movements are: the owners' ids, then each sum."""
    owners = sorted(sums[COUNT])
    columns = [owners, *([of_one.get(each, 0) for each in owners] for of_one in sums.values())]
    return {"names": [*sums], "values": b"".join(array("q", each).tobytes() for each in columns)}


def unpacked(document: Document) -> SumsByOwner:
    """Sums by owner, from what `packed` made."""
    values = array("q")
    values.frombytes(document["values"])
    names = document["names"]
    length = len(values) // (len(names) + 1)
    owners = values[:length]
    return {
        name: dict(zip(owners, values[n * length : (n + 1) * length], strict=True))
        for n, name in enumerate(names, 1)
    }


def tail_of(*timelines: Timeline[Any]) -> Callable[[Sequence[Any]], Document]:
    """Makes what the first of the rows that a group adds says of all of them.

    It is the tail: movements that are in no page yet. A roller puts them into pages.
    """

    def tail(rows: Sequence[Any]) -> Document:
        since = min(getattr(row, each.at) for row in rows for each in timelines)
        movements = {each.name: each.movements_of(rows).document() for each in timelines}
        return {TAIL: {"rows": [row.id for row in rows], **movements}, TAIL_SINCE: since}

    return tail
