"""Stores of the marketplace, and the filters of a list of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from domain.accounts import AccountRow
from domain.effects import Decision, assign
from domain.examples import with_example
from domain.money import Amount, Money, amount_schema
from domain.opening_hours import (
    DAY_MINUTES,
    DayNumber,
    HoursSpan,
    Span,
    TimeOfDay,
    format_hours,
    structured,
    week_minutes,
)
from domain.paging import Page
from domain.time_ranges import UTC_NAME
from domain.values import Id, Text

DEFAULT_TIME_ZONE: Final = UTC_NAME
ROUNDING_MINUTES: Final = 1e-6
_COUNT_MAX: Final = 1_000_000_000
_STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

StoreId = Annotated[Id, Field(description="The store's id.", examples=[1])]
StoreName = Annotated[Text, Field(description="The store's name.", examples=["Look Inna Book"])]
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


def minute_of_week(moment: datetime, time_zone: str) -> int:
    """The minute of the week of a moment in a zone, from Monday 00:00.

    A moment without an offset is local time.
    """
    try:
        local = moment.astimezone(ZoneInfo(time_zone)) if moment.tzinfo else moment
    except OverflowError:
        local = moment
    return local.weekday() * DAY_MINUTES + local.hour * 60 + local.minute


OpenAt = Annotated[
    Any,
    BeforeValidator(parse_moment),
    WithJsonSchema(
        {
            "type": "string",
            "description": (
                "Open then: a local datetime, or one with an offset, which is converted to the"
                " store's time zone."
            ),
            "examples": ["2026-11-24T11:00"],
        }
    ),
]


class OpenOn(BaseModel):
    """A day of the week and a local time."""

    model_config = _STRICT | with_example(day="tue", time="11:00")

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

    model_config = _STRICT | with_example(more_than=60)

    more_than: HoursBound | None = None
    less_than: HoursBound | None = None


class HoursPerDay(_Bounds):
    """Bounds of the hours open on a day, both excluded; a span counts for the day it opens.

    A day on which a store stays closed has 0 hours. With `day` only that day counts; else `which`
    says whether any day, every day or the average of the seven has to be within the bounds.
    """

    model_config = _STRICT | with_example(more_than=8, which="every")

    more_than: HoursBound | None = None
    less_than: HoursBound | None = None
    day: DayNumber | None = None
    which: Literal["any", "every", "average"] = "any"


CountBound = Annotated[int, Field(ge=-_COUNT_MAX, le=_COUNT_MAX)]


class BooksCount(_Bounds):
    """Bounds, both excluded, of the number of listings within a price range.

    The prices are included. A store without listings in the range counts as 0.
    """

    model_config = _STRICT | with_example(more_than=3, min_price=10, max_price=12)

    more_than: CountBound | None = None
    less_than: CountBound | None = None
    min_price: Annotated[Amount, amount_schema("Lowest price, included.", 10)] | None = None
    max_price: Annotated[Amount, amount_schema("Highest price, included.", 12)] | None = None


@dataclass(frozen=True, slots=True)
class StoreRow:
    """What is stored of a store; its cash is in its account, its listings are rows of their own.

    `source_name` identifies a file's row, also when the store was renamed. `spans` are
    pairs of minutes of the week.
    """

    id: int
    source_name: str
    name: str
    spans: list[list[int]]
    time_zone: str = DEFAULT_TIME_ZONE
    listings_count: int = 0

    @property
    def hours(self) -> list[Span]:
        """The spans of a week."""
        return [Span(opens, closes) for opens, closes in self.spans]

    def shown(self, cash_cents: int) -> Store:
        """The store as callers see it."""
        spans = self.hours
        return Store(
            id=self.id,
            name=self.name,
            cash=cash_cents,
            hours=structured(spans),
            hours_per_week=week_minutes(spans) / 60,
            time_zone=self.time_zone,
            listings_count=self.listings_count,
            hours_text=format_hours(spans),
        )


def spans_of(hours: Iterable[Span]) -> list[list[int]]:
    """Spans as a row has them."""
    return [[span.open, span.close] for span in hours]


def edit_store(
    store: StoreRow, account: AccountRow, name: str | None, hours: Iterable[Span] | None
) -> Decision[Store]:
    """Give a store and its account a new name, or the store new hours, which replace all others."""
    changes = store_changes(name, hours)
    result = replace(store, **changes).shown(account.cents)
    renamed = () if name is None else (assign(account, name=name),)
    return Decision(result, (assign(store, **changes), *renamed))


def store_changes(name: str | None, hours: Iterable[Span] | None) -> dict[str, Any]:
    """The fields of a row that a new name or new hours change."""
    given = {"name": name, "spans": None if hours is None else spans_of(hours)}
    return {field: value for field, value in given.items() if value is not None}


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


def is_between(bounds: BooksCount, count: int) -> bool:
    """Whether a number of listings is strictly between the bounds."""
    more, less = bounds.more_than, bounds.less_than
    return (more is None or count > more) and (less is None or count < less)
