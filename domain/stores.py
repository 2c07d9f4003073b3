"""Stores of the marketplace, and the filters of a list of them."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    model_validator,
)

from domain.examples import with_example
from domain.money import Amount, Money, amount_schema
from domain.opening_hours import DayNumber, HoursSpan, TimeOfDay, format_hours, structured
from domain.opening_times import OpenState, Schedule, local_time, with_offset
from domain.paging import Page
from domain.spans import DAY_MINUTES, Span, week_minutes
from domain.special_days import SpecialDay, ranges_by_date, shown_special_days
from domain.time_ranges import UTC_NAME, ShownInstant, known_time_zone, moment_schema
from domain.values import AS_PARAMETERS, Id, Text

DEFAULT_TIME_ZONE: Final = UTC_NAME
ROUNDING_MINUTES: Final = 1e-6
WEEKS_KEPT_MAX: Final = 256
"""One of 200 spans takes 160 kB."""
_COUNT_MAX: Final = 1_000_000_000

StoreId = Annotated[Id, Field(description="The store's id.", examples=[1])]
StoreName = Annotated[Text, Field(description="The store's name.", examples=["Look Inna Book"])]
StoreTimeZone = Annotated[
    str,
    Field(
        max_length=100,
        description="IANA time zone by whose clock the store opens.",
        examples=["Europe/Paris"],
    ),
    AfterValidator(known_time_zone),
]
StoreSort = Literal["id", "name", "hours_per_week", "listings_count"]
SortStoresBy = Annotated[StoreSort, Field(description="What to sort by; ties by id.")]

EXAMPLE: Final = {
    "id": 1,
    "name": "Look Inna Book",
    "cash": 4483.84,
    "hours": [{"day": "mon", "open": "14:30", "close": "20:00"}],
    "hours_per_week": 5.5,
    "time_zone": "UTC",
    "listings_count": 14,
    "hours_text": "Mon 14:30 - 20:00",
    "notes": [],
    "special_days": [],
    "is_open": True,
    "closes_at": "2026-11-23T20:00:00+00:00",
    "opens_at": "2026-11-30T14:30:00+00:00",
}


class Store(BaseModel):
    """A store: what it has in cash, when it is open and how many listings it has."""

    model_config = with_example(**EXAMPLE)

    id: int
    name: str
    cash: Money | None = Field(
        None, description="Left out for a public key.", exclude_if=lambda cents: cents is None
    )
    hours: list[HoursSpan] = Field(description="Every span of a week; each day's as they open.")
    hours_per_week: float
    time_zone: str = Field(description="IANA name; the hours are local time there.")
    listings_count: int
    hours_text: str = Field(description="The hours as one line.")
    notes: list[str] = Field(description="What of the text of the hours was left out.")
    special_days: list[SpecialDay] = Field(description="Days that go before the week's hours.")
    is_open: bool = Field(description="Whether it is open at `open_at`, else now.")
    closes_at: ShownInstant | None = Field(
        description="When it closes, with the store's offset; null while it is closed."
    )
    opens_at: ShownInstant | None = Field(
        description="When it opens next, with the store's offset, also while it is open."
    )

    def without_cash(self) -> "Store":
        """The store as a public key sees it."""
        return self.model_copy(update={"cash": None})


class StorePage(Page[Store]):
    """One page of stores."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


POPULAR_EXAMPLE: Final = {"id": 4, "name": "Downtown Books", "count": 31, "value": 370.02}


PopularBy = Literal["count", "value"]


class PopularStore(BaseModel):
    """A store with what was bought there in a period."""

    model_config = with_example(**POPULAR_EXAMPLE)

    id: int
    name: str
    count: int = Field(description="Purchases.")
    value: Money = Field(description="What they came to.")


class PopularStores(BaseModel):
    """Stores by what was bought there, the most popular first."""

    model_config = with_example(items=[POPULAR_EXAMPLE], time_zone="UTC")

    items: list[PopularStore]
    time_zone: str


def parse_moment(text: Any) -> datetime:
    """A local datetime, or one with an offset; ValueError for anything else."""
    if isinstance(text, str) and len(text) > len("2026-11-23"):
        try:
            moment = datetime.fromisoformat(text)
            moment.timestamp()
        except (ValueError, OverflowError, OSError):
            pass
        else:
            return moment
    raise ValueError("must be an ISO 8601 datetime such as 2026-11-24T11:00")


def minute_of(local: datetime) -> int:
    """The minute of the week of a local time, from Monday 00:00."""
    return local.weekday() * DAY_MINUTES + local.hour * 60 + local.minute


OpenAt = Annotated[
    Any,
    BeforeValidator(parse_moment),
    moment_schema(
        "Open then: a local datetime, or one with an offset, which is converted to the store's"
        " time zone.",
        "2099-11-24T11:00",
        or_day=False,
    ),
]


class OpenOn(BaseModel):
    """A day of the week and a local time."""

    model_config = AS_PARAMETERS | with_example(day="tue", time="11:00")

    day: DayNumber
    time: TimeOfDay

    @property
    def minute(self) -> int:
        """The minute of the week; 24:00 is the next day's 00:00."""
        minute: int = self.day * DAY_MINUTES + self.time
        return minute % (7 * DAY_MINUTES)


HoursBound = Annotated[float, Field(ge=0, le=1_000)]


class _Bounds(BaseModel):
    @model_validator(mode="after")
    def _has_a_bound(self) -> "_Bounds":
        if getattr(self, "more_than", None) is None and getattr(self, "less_than", None) is None:
            raise ValueError("give more_than, less_than or both")
        return self


class HoursPerWeek(_Bounds):
    """Bounds of the hours open in a week, both excluded."""

    model_config = AS_PARAMETERS | with_example(more_than=60)

    more_than: HoursBound | None = None
    less_than: HoursBound | None = None


class HoursPerDay(_Bounds):
    """Bounds of the hours open on a day, both excluded; a span counts for the day it opens.

    A day on which a store stays closed has 0 hours. With `day` only that day counts; else `which`
    says whether any day, every day or the average of the seven has to be within the bounds.
    """

    model_config = AS_PARAMETERS | with_example(more_than=8, which="every")

    more_than: HoursBound | None = None
    less_than: HoursBound | None = None
    day: DayNumber | None = None
    which: Literal["any", "every", "average"] = "any"


CountBound = Annotated[int, Field(ge=-_COUNT_MAX, le=_COUNT_MAX)]


class BooksCount(_Bounds):
    """Bounds, both excluded, of the number of listings within a price range.

    The prices are included. A store without listings in the range counts as 0.
    """

    model_config = AS_PARAMETERS | with_example(more_than=3, min_price=10, max_price=12)

    more_than: CountBound | None = None
    less_than: CountBound | None = None
    min_price: Annotated[Amount, amount_schema("Lowest price, included.", 10)] | None = None
    max_price: Annotated[Amount, amount_schema("Highest price, included.", 12)] | None = None


@dataclass(frozen=True, slots=True)
class StoreWeek:
    """A week of opening hours, as a change and as a caller sees it."""

    spans: tuple[Span, ...]
    schedule: Schedule
    """Without special days."""
    shown: list[HoursSpan]
    hours: float
    text: str


@lru_cache(WEEKS_KEPT_MAX)
def _week_of(spans: tuple[tuple[int, int], ...]) -> StoreWeek:
    week = tuple(Span(opens, closes) for opens, closes in spans)
    return StoreWeek(
        spans=week,
        schedule=Schedule(week, {}),
        shown=structured(week),
        hours=week_minutes(week) / 60,
        text=format_hours(week),
    )


@dataclass(frozen=True, slots=True)
class StoreRow:
    """What is stored of a store; its cash is in its account, its listings are rows of their own.

    `source_name` identifies a file's row, also when the store was renamed. `spans` are
    pairs of minutes of the week; those of a special day, by its date, are pairs of minutes of the
    day. `notes` say what of the hours' text was left out.
    """

    id: int
    source_name: str
    name: str
    spans: list[list[int]]
    time_zone: str = DEFAULT_TIME_ZONE
    listings_count: int = 0
    notes: list[str] = field(default_factory=list)
    special_days: dict[str, list[list[int]]] = field(default_factory=dict)

    @property
    def week(self) -> "StoreWeek":
        """The hours of a week."""
        return _week_of(tuple((opens, closes) for opens, closes in self.spans))

    @property
    def hours(self) -> tuple[Span, ...]:
        """The spans of a week."""
        return self.week.spans

    @property
    def schedule(self) -> Schedule:
        """When the store is open."""
        week = self.week
        if not self.special_days:
            return week.schedule
        return Schedule(week.spans, ranges_by_date(self.special_days))

    def shown(self, cash_cents: int, at: datetime) -> Store:
        """The store as callers see it, with whether it is open at a moment."""
        week = self.week
        local = local_time(at, self.time_zone)
        opening = self.opening(self.schedule.state_at(local), local)
        return Store(
            id=self.id,
            name=self.name,
            cash=cash_cents,
            hours=week.shown,
            hours_per_week=week.hours,
            time_zone=self.time_zone,
            listings_count=self.listings_count,
            hours_text=week.text,
            notes=self.notes,
            special_days=shown_special_days(self.special_days),
            **opening,
        )

    def opening(self, state: OpenState, local: datetime) -> dict[str, Any]:
        """The fields that say whether the store is open at a local time, and what comes next."""
        closes, opens = (
            None if at is None else with_offset(at, self.time_zone, local).isoformat()
            for at in (state.closes, state.opens)
        )
        return {"is_open": state.is_open, "closes_at": closes, "opens_at": opens}


@dataclass(frozen=True, slots=True)
class StoreFilter:
    """Filters of a list of stores: a store passes all that are given."""

    open_at: datetime | None = None
    open_on: OpenOn | None = None
    hours_per_week: HoursPerWeek | None = None
    hours_per_day: HoursPerDay | None = None
    books: BooksCount | None = None
    name: str | None = None


def minute_bounds(
    bounds: HoursPerWeek | HoursPerDay, *, days: int = 1
) -> tuple[float | None, float | None]:
    """The bounds, in hours a day, as minutes of a number of days; both stay excluded."""
    more, less = (
        None if hours is None else _whole(hours * 60 * days)
        for hours in (bounds.more_than, bounds.less_than)
    )
    return more, less


def _whole(minutes: float) -> float:
    """Hours as minutes, rounded where binary fractions fall short: 2.05 hours are 123 minutes."""
    nearest = round(minutes)
    return nearest if abs(minutes - nearest) < ROUNDING_MINUTES else minutes
