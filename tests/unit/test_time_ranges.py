from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidParams
from domain.time_ranges import (
    TimeRange,
    known_time_zone,
    parse_day_or_instant,
    time_range,
)

ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Toronto",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str, zone: str) -> TimeRange:
    """The one day in that zone."""
    return time_range(date.fromisoformat(text), date.fromisoformat(text), zone)


@pytest.mark.parametrize(
    ("zone", "of", "start", "end"),
    [
        ("UTC", "2026-11-23", "2026-11-23T00:00", "2026-11-24T00:00"),
        ("Europe/Paris", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Paris", "2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00", "2026-03-09T04:00"),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00", "2026-04-05T13:30"),
        ("Asia/Kathmandu", "2026-11-23", "2026-11-22T18:15", "2026-11-23T18:15"),
    ],
)
def test_a_day_lasts_as_long_as_it_does_in_its_zone(
    zone: str, of: str, start: str, end: str
) -> None:
    assert day(of, zone) == TimeRange(utc(start), utc(end))


def test_a_day_whose_midnight_does_not_exist_begins_when_the_clock_jumps() -> None:
    # In São Paulo the clock went from 23:59:59 on the 3rd to 01:00 on the 4th.
    assert day("2018-11-04", "America/Sao_Paulo").start == utc("2018-11-04T03:00")
    assert day("2018-11-03", "America/Sao_Paulo").end == utc("2018-11-04T03:00")


def test_a_clock_that_jumps_over_midnight_begins_the_day_in_the_middle_of_its_first_hour() -> None:
    # In Toronto it went from 23:30 on the 30th to 00:30 on the 31st.
    assert day("1919-03-31", "America/Toronto").start == utc("1919-03-31T04:30")


def test_a_day_that_a_zone_left_out_is_empty() -> None:
    # Samoa changed sides of the date line and had no 30 December 2011.
    left_out = day("2011-12-30", "Pacific/Apia")

    assert left_out.start == left_out.end == utc("2011-12-30T10:00")


@given(
    zone=st.sampled_from(ZONES),
    moment=st.datetimes(datetime(1915, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - made UTC below
)
def test_an_instant_lies_in_just_the_day_that_its_zone_has_then(
    zone: str, moment: datetime
) -> None:
    instant = moment.replace(tzinfo=UTC, microsecond=0)
    local_day = instant.astimezone(ZoneInfo(zone)).date()
    around = [local_day + timedelta(days=days) for days in (-2, -1, 0, 1, 2)]

    holding = [
        each
        for each in around
        if (period := time_range(each, each, zone)).start is not None
        and period.end is not None
        and period.start <= instant < period.end
    ]

    assert holding == [local_day]


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(1915, 1, 1), date(2035, 1, 1)),
    days=st.integers(0, 40),
)
def test_days_follow_each_other_without_gap_or_overlap(zone: str, first: date, days: int) -> None:
    last = first + timedelta(days=days)

    earlier = time_range(first, last, zone)
    later = time_range(last + timedelta(days=1), None, zone)

    assert earlier.end == later.start


def test_datetimes_are_instants_and_the_end_is_excluded() -> None:
    from_, to = utc("2026-11-23T09:00"), utc("2026-11-23T10:00")

    assert time_range(from_, to, "Asia/Tokyo") == TimeRange(from_, to)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("UTC", "2026-11-23T09:30", "2026-11-23T09:30"),
        ("Asia/Kathmandu", "2026-11-23T14:00", "2026-11-23T08:15"),
        # The clock shows this time twice, an hour apart.
        ("Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
    ],
)
def test_a_datetime_without_an_offset_is_by_the_clock_of_the_zone(
    zone: str, local: str, instant: str
) -> None:
    moment = datetime.fromisoformat(local)

    assert time_range(moment, moment, zone) == TimeRange(utc(instant), utc(instant))


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Europe/Paris", "2026-03-29T02:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15"),
        ("Pacific/Apia", "2011-12-30T12:00"),
        ("America/New_York", "9999-12-31T23:00"),
        ("Asia/Tokyo", "0001-01-01T00:00"),
    ],
)
def test_a_local_time_that_does_not_exist_is_refused_by_name(
    zone: str, local: str, name: str
) -> None:
    moment = datetime.fromisoformat(local)
    from_, to = (moment, None) if name == "from" else (None, moment)

    with pytest.raises(InvalidParams) as refusal:
        time_range(from_, to, zone)

    assert refusal.value.details["errors"][0]["parameter"] == name


@given(
    zone=st.sampled_from(ZONES),
    moment=st.datetimes(datetime(1915, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - made UTC below
)
def test_the_local_time_of_an_instant_names_it_or_an_earlier_one(
    zone: str, moment: datetime
) -> None:
    instant = moment.replace(tzinfo=UTC, microsecond=0)
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    start = time_range(local, None, zone).start

    assert start is not None
    assert start <= instant
    assert start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local


def test_an_empty_instant_range_is_allowed() -> None:
    moment = utc("2026-11-23T09:00")

    assert time_range(moment, moment) == TimeRange(moment, moment)


def test_a_fraction_of_a_millisecond_bounds_as_the_next_millisecond_does() -> None:
    # Kept instants have milliseconds: one at .001 is not before .0005, and one at .000 is.
    start = time_range(utc("2026-11-23T09:00:00.000500"), None).start

    assert start == utc("2026-11-23T09:00:00.001000")


@pytest.mark.parametrize(
    ("from_", "to", "zone"),
    [
        (date(2026, 11, 24), date(2026, 11, 23), "UTC"),
        (utc("2026-11-23T10:00"), utc("2026-11-23T09:59"), "UTC"),
        (utc("2026-11-24T12:00"), date(2026, 11, 23), "UTC"),
        # This day begins at 10:00 UTC on the 24th.
        (date(2026, 11, 25), utc("2026-11-24T09:59"), "Pacific/Kiritimati"),
    ],
)
def test_a_range_that_ends_before_it_starts_is_refused(
    from_: date | datetime, to: date | datetime, zone: str
) -> None:
    with pytest.raises(InvalidParams) as refusal:
        time_range(from_, to, zone)

    assert refusal.value.details["errors"][0]["parameter"] == "to"


@pytest.mark.parametrize("zone", ZONES)
def test_the_first_and_the_last_day_that_can_be_written_are_no_fault(zone: str) -> None:
    ever = time_range(date.min, date.max, zone)

    assert ever.start is None or ever.start.year <= 1
    assert ever.end is None or ever.end.year == 9999


def test_nothing_given_is_open_at_both_ends() -> None:
    assert time_range(None, None) == TimeRange(None, None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("20261123", date(2026, 11, 23)),
        ("2026-11-23T09:30:00Z", utc("2026-11-23T09:30")),
        ("2026-11-23T09:30:00+02:00", utc("2026-11-23T07:30")),
        ("2026-11-23T09:30", datetime.fromisoformat("2026-11-23T09:30")),
        ("2026-11-23 09:30:00.25", datetime.fromisoformat("2026-11-23T09:30:00.250")),
    ],
)
def test_days_and_instants_are_told_apart(text: str, meant: date | datetime) -> None:
    parsed = parse_day_or_instant(text)

    assert parsed == meant
    assert type(parsed) is type(meant)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026-13-01",
        "2026-02-29",
        "23/11/2026",
        "2026-11-23T25:00",
        1,
        1.5,
        None,
        [],
        {},
    ],
)
def test_what_is_no_time_is_refused_with_an_example_of_one(text: Any) -> None:
    with pytest.raises(ValueError, match="2026-11-23T09:30:00Z"):
        parse_day_or_instant(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00"])
def test_an_instant_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        parse_day_or_instant(text)


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "America", "Europe/Paris\0", "\ud800"],
)
def test_an_unknown_time_zone_is_refused_with_an_example_of_one(name: str) -> None:
    with pytest.raises(ValueError, match="Europe/Paris"):
        known_time_zone(name)


@pytest.mark.parametrize("name", ZONES)
def test_a_known_time_zone_keeps_its_name(name: str) -> None:
    assert known_time_zone(name) == name
