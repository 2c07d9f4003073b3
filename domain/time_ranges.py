"""Ranges of time: `from`/`to` as whole days of a time zone or as instants, half-open."""

import contextlib
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final, TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from domain.errors import InvalidParams

UTC_NAME = "UTC"
_DAY_AND_TIME: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?"
_OFFSET: Final = r"(Z|[+-]\d\d:\d\d)"


def parse_day_or_instant(text: Any) -> date | datetime:
    """A day (`2026-11-23`), an instant (`2026-11-23T09:30:00Z`), or a datetime without an offset.

    Raises ValueError for anything else than one of these in ISO 8601.
    """
    message = "must be an ISO 8601 date (2026-11-23) or datetime (2026-11-23T09:30:00Z)"
    if not isinstance(text, str):
        raise ValueError(message)  # noqa: TRY004 - pydantic reports only ValueError
    with contextlib.suppress(ValueError):
        return date.fromisoformat(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(message) from None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999 in UTC") from None


def known_time_zone(name: str) -> str:
    """The name itself, if the IANA time zone database has it; ValueError otherwise."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be an IANA time zone name such as Europe/Paris") from None
    return name


ShownDay = Annotated[str, Field(json_schema_extra={"format": "date"})]
"""A day in a result."""

ShownInstant = Annotated[
    str,
    Field(json_schema_extra={"format": "date-time", "pattern": f"{_DAY_AND_TIME}{_OFFSET}$"}),
]
"""An instant in a result, with an offset."""


def moment_schema(description: str, example: str, *, or_day: bool = True) -> WithJsonSchema:
    """The JSON Schema of a parameter that is an instant, a datetime without an offset or a day."""
    forms: list[dict[str, Any]] = [
        {"format": "date-time", "pattern": f"{_DAY_AND_TIME}{_OFFSET}$"},
        {"pattern": f"{_DAY_AND_TIME}$"},
    ]
    if or_day:
        forms.insert(0, {"format": "date"})
    variants = [{"type": "string"} | form for form in forms]
    return WithJsonSchema({"anyOf": variants, "description": description, "examples": [example]})


From = Annotated[
    Any,
    BeforeValidator(parse_day_or_instant),
    moment_schema(
        "Start: a date means from that day on, a datetime is an instant (included); without an"
        " offset it is by the clock of `time_zone`.",
        "2099-01-01",
    ),
]
To = Annotated[
    Any,
    BeforeValidator(parse_day_or_instant),
    moment_schema(
        "End: a date includes that whole day, a datetime is an instant (excluded); without an"
        " offset it is by the clock of `time_zone`.",
        "2099-12-31",
    ),
]
TimeZoneName = Annotated[
    str,
    Field(max_length=100, description="IANA time zone whose days and clock `from` and `to` mean."),
    AfterValidator(known_time_zone),
]


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Instants from `start` (included) to `end` (excluded), in UTC; None is open."""

    start: datetime | None
    end: datetime | None


EVER: Final = TimeRange(None, None)


class OfPeriod(BaseModel):
    """A report of a period, which it repeats."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)

    from_: datetime | None = Field(alias="from", description="Start (included), null if open.")
    to: datetime | None = Field(description="End (excluded), null if open.")
    time_zone: str


def time_range(
    from_: date | datetime | None, to: date | datetime | None, time_zone: str = UTC_NAME
) -> TimeRange:
    """The range that `from` and `to` name, by the days and the clock of `time_zone`.

    Raises InvalidParams when it ends before it starts, and for a local time that the clock skips.
    """
    zone = ZoneInfo(time_zone)
    start = _instant("from", from_, zone, days_on=0)
    end = _instant("to", to, zone, days_on=1)
    # `to` the day before `from` ends where `from` starts: a reversed range, not an empty one.
    is_reversed = _is_day(from_) and _is_day(to) and to < from_
    if is_reversed or (start and end and end < start):
        raise InvalidParams.parameter("to", "must not be before `from`")
    return TimeRange(start, end)


def end_of(name: str, moment: date | datetime, time_zone: str) -> datetime | None:
    """The instant that a parameter names, for a day its end; None after the year 9999.

    Raises InvalidParams for a local time that the clock skips.
    """
    return _instant(name, moment, ZoneInfo(time_zone), days_on=1)


def _is_day(moment: date | datetime | None) -> TypeGuard[date]:
    return isinstance(moment, date) and not isinstance(moment, datetime)


def _instant(
    name: str, moment: date | datetime | None, zone: ZoneInfo, *, days_on: int
) -> datetime | None:
    """The instant itself, or the beginning of the local day `days_on` days later."""
    if moment is None:
        return None
    try:
        if isinstance(moment, datetime):
            return _up_to_millisecond(moment if moment.tzinfo else _local(name, moment, zone))
        return _start_of_day(moment + timedelta(days=days_on), zone)
    except OverflowError:
        return None


def _local(name: str, moment: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time; of two that have it, the first."""
    try:
        instant = moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        problem = "must lie in the years 1 to 9999 in UTC"
        raise InvalidParams.parameter(name, problem) from None
    if instant.astimezone(zone).replace(tzinfo=None) != moment:
        problem = f"does not exist in {zone.key}: the clock skips {moment.isoformat()}"
        raise InvalidParams.parameter(name, problem)
    return instant


def _up_to_millisecond(moment: datetime) -> datetime:
    """The next whole millisecond: stored times have milliseconds, so it bounds the same rows."""
    return moment + timedelta(microseconds=-moment.microsecond % 1000)


def _start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day in a zone; not midnight where a clock change skips it."""
    midnight = datetime.combine(day, time(), zone)
    last = midnight.astimezone(UTC)
    first = midnight.replace(fold=1).astimezone(UTC)
    if first >= last:  # only where the clock skips midnight is it the other way round
        return last
    seconds = range(round((last - first).total_seconds()))
    skipped = bisect_left(
        seconds, day, key=lambda s: (first + timedelta(seconds=s)).astimezone(zone).date()
    )
    return first + timedelta(seconds=skipped)
