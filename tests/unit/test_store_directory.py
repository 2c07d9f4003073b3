"""The directory of stores finds what a look at every store finds, also after changes."""

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from domain.money import number_from_cents
from domain.spans import WEEK_MINUTES, Span, day_minutes, is_open_at, tidied
from domain.stores import (
    BooksCount,
    HoursPerDay,
    HoursPerWeek,
    OpenOn,
    StoreFilter,
    StoreRow,
    StoreSort,
)
from domain.words import sort_key, words_of
from repository.listing_prices import Prices
from repository.store_directory import CASH, STORES, Directory
from repository.store_sets import Clocks

ZONES = ("UTC", "Asia/Kolkata", "America/New_York")
WORDS = ("Corner", "Books", "Ürban", "Tale", "the", "Nook")
SORTS: tuple[StoreSort, ...] = ("id", "name", "hours_per_week", "listings_count")

Test = Callable[[StoreRow, list[int]], bool]


class Town:
    """Stores and their listings, in the directory and as plain rows."""

    def __init__(self, seed: int, zones: tuple[str, ...]) -> None:
        self.random = random.Random(seed)  # noqa: S311 - made-up stores
        self.zones = zones
        self.directory, self.prices = Directory(), Prices()
        self.rows: dict[int, StoreRow] = {}
        self.listings: dict[int, tuple[int, int]] = {}

    def put_store(self, store_id: int) -> None:
        """Add a store or give it other fields, sometimes only some."""
        pick = self.random.choice
        old = self.rows.get(store_id)
        hours = self.hours() if old is None or pick((True, False)) else old.spans
        zone = pick(self.zones) if old is None or self.random.random() < 0.2 else old.time_zone
        name = " ".join(self.random.choices(WORDS, k=pick((1, 2, 3))))
        row = StoreRow(
            store_id, f"{store_id}", name, hours, zone, pick((0, 1, 2, 9)), [], self.special_days()
        )
        self.rows[store_id] = row
        self.directory.put(STORES.document_of(row))

    def hours(self) -> list[list[int]]:
        """Hours of some days, also past midnight, all day long, and overlapping from day to day."""
        spans = []
        for day in self.random.sample(range(7), self.random.randint(0, 7)):
            start = day * 1_440 + self.random.choice((0, 540, 1_080, 1_439))
            spans.append(Span(start, start + self.random.choice((1, 60, 600, 1_440))))
        return [[span.open, span.close] for span in tidied(spans)]

    def special_days(self) -> dict[str, list[list[int]]]:
        """Some of the days around the moments that are asked for."""
        kinds: list[list[list[int]]] = [
            [],
            [[0, 60]],
            [[1_080, 1_500]],
            [[0, 1_440]],
            [[1_439, 2_700]],
        ]
        days = self.random.sample(range(21, 26), self.random.choice((0, 0, 1, 3)))
        return {f"2026-11-{day}": self.random.choice(kinds) for day in days}

    def put_listing(self, listing_id: int) -> None:
        """Add a listing, or give it another price or store."""
        place = self.random.choice((1_000, 1_100, 1_101, 1_200)), self.random.choice([*self.rows])
        self.listings[listing_id] = place
        document = {"_id": listing_id, "price_cents": place[0], "store_id": place[1]}
        self.prices.put(document)

    def drop_store(self, store_id: int) -> None:
        self.rows.pop(store_id)
        self.directory.drop(store_id)

    def drop_listing(self, listing_id: int) -> None:
        self.listings.pop(listing_id)
        self.prices.drop(listing_id)

    def prices_of(self, store_id: int) -> list[int]:
        return [cents for cents, of in self.listings.values() if of == store_id]

    def expected(self, test: Test, sort: StoreSort) -> list[tuple[Any, int]]:
        values: dict[StoreSort, Callable[[StoreRow], Any]] = {
            "id": lambda row: row.id,
            "name": lambda row: sort_key(row.name),
            "hours_per_week": minutes_open,
            "listings_count": lambda row: row.listings_count,
        }
        return sorted(
            (values[sort](row), row.id)
            for row in self.rows.values()
            if test(row, self.prices_of(row.id))
        )


def is_open(row: StoreRow, moment: datetime) -> bool:
    """The slow model: the hours of the day and of the night before, by the store's clock."""
    local = moment.astimezone(ZoneInfo(row.time_zone)) if moment.tzinfo else moment
    minute = local.hour * 60 + local.minute
    ranges: list[tuple[int, int]] = []
    for days_before in (0, 1):
        day = local.date() - timedelta(days=days_before)
        start = day.weekday() * 1_440
        opened = row.special_days.get(
            day.isoformat(),
            [[s.open - start, s.close - start] for s in row.hours if s.day == day.weekday()],
        )
        shift = days_before * 1_440
        ranges += [(opens - shift, closes - shift) for opens, closes in opened]
    return any(opens <= minute < closes for opens, closes in ranges)


def minutes_open(row: StoreRow) -> int:
    """The slow model: every minute of the week in which a span is open, once."""
    return len({at % WEEK_MINUTES for span in row.hours for at in range(span.open, span.close)})


def hours_are(bounds: HoursPerDay) -> Test:
    def is_within(minutes: float) -> bool:
        more, less = bounds.more_than, bounds.less_than
        return (more is None or minutes > more * 60) and (less is None or minutes < less * 60)

    def test(row: StoreRow, _: list[int]) -> bool:
        minutes = day_minutes(row.hours)
        if bounds.day is not None:
            return is_within(minutes[bounds.day])
        within = [is_within(each) for each in minutes]
        return {
            "any": any(within),
            "every": all(within),
            "average": is_within(minutes_open(row) / 7),
        }[bounds.which]

    return test


def has_books(bounds: BooksCount) -> Test:
    def test(row: StoreRow, prices: list[int]) -> bool:
        low, high = bounds.min_price, bounds.max_price
        count = row.listings_count
        if low is not None or high is not None:
            count = sum((low or 0) <= each <= (high or each) for each in prices)
        more, less = bounds.more_than, bounds.less_than
        return (more is None or count > more) and (less is None or count < less)

    return test


MOMENT = datetime.fromisoformat("2026-11-24T18:30:00+01:00")
LOCAL = datetime.fromisoformat("2026-11-22T23:59:00")
QUESTIONS: list[tuple[StoreFilter, Test]] = [
    (StoreFilter(), lambda *_: True),
    *(
        (
            StoreFilter(open_at=moment),
            lambda row, _, at=moment: is_open(row, at),
        )
        for moment in (MOMENT, LOCAL)
    ),
    *(
        (
            StoreFilter(open_on=on),
            lambda row, _, minute=on.minute: is_open_at(row.hours, minute),
        )
        for on in (
            OpenOn(day=day, time=time)
            for day in ("mon", "sun")
            for time in ("00:00", "08:59", "09:00", "24:00")
        )
    ),
    *(
        (
            StoreFilter(hours_per_week=HoursPerWeek(more_than=more, less_than=less)),
            lambda row, _, more=more, less=less: (
                (more is None or minutes_open(row) > more * 60)
                and (less is None or minutes_open(row) < less * 60)
            ),
        )
        for more, less in ((0, None), (None, 20), (10, 30), (30, 10), (24, None))
    ),
    *(
        (StoreFilter(hours_per_day=bounds), hours_are(bounds))
        for bounds in (
            HoursPerDay(more_than=1),
            HoursPerDay(less_than=1, which="every"),
            HoursPerDay(more_than=0, less_than=10, which="average"),
            HoursPerDay(more_than=1, day="Tuesday"),
        )
    ),
    *(
        (StoreFilter(books=bounds), has_books(bounds))
        for bounds in (
            BooksCount(more_than=1),
            BooksCount(less_than=1),
            BooksCount(more_than=0, min_price=11, max_price=11.01),
            BooksCount(less_than=2, min_price=11),
            BooksCount(more_than=-1, less_than=1, max_price=10),
            BooksCount(more_than=0, min_price=12, max_price=11),
        )
    ),
    (
        StoreFilter(name="BOOKS urban"),
        lambda row, _: {"books", "urban"} <= set(words_of(row.name)),
    ),
    (StoreFilter(name="nobody"), lambda *_: False),
    (
        StoreFilter(name="corner", books=BooksCount(more_than=0), open_at=MOMENT),
        lambda row, _: (
            "corner" in words_of(row.name) and row.listings_count > 0 and is_open(row, MOMENT)
        ),
    ),
]


def require_right_answers(town: Town) -> None:
    """Every question in every order, with pages of three."""
    for (filters, test), sort, descending in itertools.product(QUESTIONS, SORTS, (False, True)):
        found: list[tuple[Any, int]] = []
        while True:
            page = town.directory.matching(
                filters,
                town.prices,
                sort,
                descending=descending,
                after=found[-1] if found else None,
                limit=3,
            )
            found += page
            if len(page) < 3:
                break
        expected = town.expected(test, sort)
        assert found == (expected[::-1] if descending else expected), (filters, sort)
        ids = town.directory.ids_of(filters, town.prices)
        assert ids == {store_id for _, store_id in expected}


@pytest.mark.parametrize("zones", [("UTC",), ZONES], ids=["one zone", "three zones"])
@pytest.mark.parametrize("seed", range(3))
def test_every_question_is_answered_as_by_a_look_at_every_store(
    seed: int, zones: tuple[str, ...]
) -> None:
    town = Town(seed, zones)
    require_right_answers(town)
    for store_id in town.random.sample(range(40), 20):
        town.put_store(store_id)
    for listing_id in range(60):
        town.put_listing(listing_id)
    require_right_answers(town)
    for _ in range(2):
        for store_id in town.random.sample([*town.rows], 5):
            town.put_store(store_id)
        for listing_id in town.random.sample([*town.listings], 20):
            town.put_listing(listing_id)
        town.drop_listing(town.random.choice([*town.listings]))
        require_right_answers(town)
    town.put_store(50)  # after all others
    require_right_answers(town)
    town.put_store(next(iter(set(range(40)) - set(town.rows))))  # among the others
    town.drop_store(town.random.choice([*town.rows]))
    require_right_answers(town)


@pytest.mark.parametrize("cents", [0, 1, 448_384, 10_000_000_00])
@pytest.mark.parametrize("at", ["2026-11-24T18:30:00+00:00", "2026-11-24T03:00:00"])
def test_a_store_is_shown_as_its_model_is(cents: int, at: str) -> None:
    row = StoreRow(
        7,
        "Tōkyō",
        'Tōkyō\u2019s "Nook" <&>',
        [[870, 1_200], [10_000, 10_200]],
        "Asia/Tokyo",
        3,
        ["left out: `PH off`"],
        {"2026-11-25": [[0, 240]], "2026-12-25": []},
    )
    directory = Directory()
    directory.put(STORES.document_of(row))
    moment = datetime.fromisoformat(at)

    around = directory.around_cash(7)
    states = [directory.state_at(7, Clocks(moment)) for _ in range(2)]

    assert around is not None
    assert states[0] == states[1]
    before, after = around
    cash = CASH + orjson.dumps(number_from_cents(cents))
    shown = row.shown(cents, moment)
    assert before + cash + after + states[0] == shown.model_dump_json().encode()
    assert before + after + states[0] == shown.without_cash().model_dump_json().encode()


def test_what_a_directory_tells_of_a_store_changes_with_time_and_with_its_hours() -> None:
    directory = Directory()
    row = StoreRow(7, "Nook", "Nook", [[540, 1_020]])
    directory.put(STORES.document_of(row))

    def state(at: str) -> Any:
        rest = directory.state_at(7, Clocks(datetime.fromisoformat(at)))
        return orjson.loads(b"{" + rest[1:])["is_open"]

    times = ("08:59", "09:00", "16:59", "17:00", "08:59", "12:00")
    assert [state(f"2026-11-23T{at}") for at in times] == [False, True, True, False, False, True]
    directory.put(STORES.document_of(replace(row, special_days={"2026-11-23": []})))
    assert not state("2026-11-23T12:00")
    assert state("2026-11-30T12:00")
