"""Whether a store is open and what comes next, compared with a look at every minute."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.opening_hours import parse_hours
from domain.opening_times import OpenState, Schedule, local_time, with_offset
from domain.spans import DAY_MINUTES, span_of, tidied
from domain.stores import StoreRow

FIRST = date(2026, 11, 23)  # a Monday
MIDNIGHT = datetime(2026, 11, 23)  # noqa: DTZ001 - by the store's clock
DAYS_LOOKED_AT = 40
times = st.sampled_from((0, 1, 60, 540, 720, 1_080, 1_439))
ranges = st.lists(
    st.tuples(times, st.sampled_from((1, 60, 480, 720, 1_440))).map(lambda t: (t[0], sum(t))),
    max_size=2,
)
weeks = st.lists(st.builds(span_of, st.integers(0, 6), times, times), max_size=4)
special_days = st.dictionaries(
    st.integers(-2, 20).map(lambda days: FIRST + timedelta(days=days)), ranges.map(tuple)
)


def open_minutes(schedule: Schedule) -> set[int]:
    """Every minute since FIRST in which the store is open."""
    found: set[int] = set()
    for number in range(-1, DAYS_LOOKED_AT):
        day = FIRST + timedelta(days=number)
        start = day.weekday() * DAY_MINUTES
        usual = [(s.open - start, s.close - start) for s in schedule.week if s.day == day.weekday()]
        for opens, closes in schedule.special.get(day, usual):
            found |= {number * DAY_MINUTES + minute for minute in range(opens, closes)}
    return found


def next_where(is_so: Mapping[int, bool] | set[int], after: int, *, is_open: bool) -> int | None:
    """The first minute after one that is open, or is not."""
    later = range(after, DAYS_LOOKED_AT * DAY_MINUTES)
    return next((minute for minute in later if (minute in is_so) == is_open), None)


def moment(minute: int | None) -> datetime | None:
    return None if minute is None else MIDNIGHT + timedelta(minutes=minute)


@settings(max_examples=60, deadline=None)
@given(weeks, special_days, st.integers(0, 3 * DAY_MINUTES))
def test_a_state_is_what_a_look_at_every_minute_tells(
    week: list[object], special: dict[date, tuple[tuple[int, int], ...]], now: int
) -> None:
    schedule = Schedule(tuple(tidied(week)), special)  # type: ignore[arg-type] # spans
    opened = open_minutes(schedule)

    state = schedule.state_at(MIDNIGHT + timedelta(minutes=now))

    assert state.is_open == (now in opened)
    today, minute = FIRST + timedelta(days=now // DAY_MINUTES), now % DAY_MINUTES
    assert state.is_open == any(s.open <= minute < s.close for s in schedule.stretches_on(today))
    end = next_where(opened, now, is_open=False)
    if end is None:  # open for longer than was looked at
        assert state.closes is None or state.closes >= MIDNIGHT + timedelta(days=DAYS_LOOKED_AT)
        return
    assert state.closes == (moment(end) if state.is_open else None)
    opens = next_where(opened, end, is_open=True)
    if opens is not None or state.opens is None:
        assert state.opens == moment(opens)
    else:
        assert state.opens >= MIDNIGHT + timedelta(days=DAYS_LOOKED_AT)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def states(
    hours: str, special: Mapping[str, list[tuple[int, int]]], *local: str
) -> list[OpenState]:
    days = {date.fromisoformat(day): tuple(of_day) for day, of_day in special.items()}
    schedule = Schedule(tuple(parse_hours(hours)), days)
    return [schedule.state_at(at(each)) for each in local]


def test_hours_that_follow_on_each_other_are_one_stretch() -> None:
    [state] = states("Su 18:00-24:00; Mo 00:00-02:00", {}, "2026-11-22T20:00")

    assert state.closes == at("2026-11-23T02:00")
    assert state.opens == at("2026-11-29T18:00")


def test_a_store_that_never_closes_has_no_next_opening() -> None:
    assert states("24/7", {}, "2026-11-22T20:00") == [OpenState(True, None, None)]  # noqa: FBT003 - is open


def test_a_store_that_never_opens_has_only_its_special_days() -> None:
    never, once = (
        states("closed", special, "2026-11-22T20:00")[0]
        for special in ({}, {"2027-05-01": [(600, 660)]})
    )

    assert never == OpenState(is_open=False, closes=None, opens=None)
    assert once.opens == at("2027-05-01T10:00")


def test_a_special_day_takes_its_own_night_back_and_leaves_the_night_before() -> None:
    closed_on_thursday = {"2026-12-24": []}
    night_before, in_the_night, evening, own_night = states(
        "Mo-Su 18:00-02:00",
        closed_on_thursday,
        "2026-12-23T23:00",
        "2026-12-24T01:30",
        "2026-12-24T20:00",
        "2026-12-25T01:00",
    )

    assert night_before.closes == in_the_night.closes == at("2026-12-24T02:00")
    assert (night_before.is_open, in_the_night.is_open) == (True, True)
    assert (evening.is_open, own_night.is_open) == (False, False)
    assert evening.opens == own_night.opens == at("2026-12-25T18:00")


def test_a_special_day_may_run_past_midnight() -> None:
    late, later = states(
        "Mo-Su 09:00-18:00",
        {"2026-12-31": [(600, 1_620)]},
        "2026-12-31T18:30",
        "2027-01-01T02:59",
    )

    assert late.closes == later.closes == at("2027-01-01T03:00")
    assert late.opens == at("2027-01-01T09:00")


def test_a_year_of_closed_mondays_does_not_hide_the_next_one() -> None:
    mondays = {(FIRST + timedelta(weeks=week)).isoformat(): [] for week in range(60)}

    [state] = states("Mo 09:00-17:00", mondays, "2026-11-23T10:00")

    assert state.opens == at("2026-11-23T09:00") + timedelta(weeks=60)


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2026-03-29T02:30", "Europe/Paris", "2026-03-29T03:30+02:00"),  # skipped
        ("2026-10-25T02:30", "Europe/Paris", "2026-10-25T02:30+02:00"),  # twice
        ("2026-11-24T09:00", "Asia/Kathmandu", "2026-11-24T09:00+05:45"),
        ("9999-12-31T23:59", "America/New_York", "9999-12-31T23:59-05:00"),
    ],
)
def test_a_local_time_has_its_offset(local: str, zone: str, expected: str) -> None:
    shown = with_offset(at(local), zone, at("2026-01-01T00:00"))

    assert shown.isoformat() == at(expected).isoformat()


def test_in_the_second_of_two_equal_hours_a_store_closes_in_the_second() -> None:
    row = StoreRow(1, "Bar", "Bar", [[6 * 1_440 + 60, 6 * 1_440 + 165]], "Europe/Paris")

    first, second = (row.shown(0, at(f"2026-10-25T0{hour}:30Z")) for hour in (0, 1))

    assert first.is_open
    assert second.is_open
    assert first.closes_at == "2026-10-25T02:45:00+02:00"
    assert second.closes_at == "2026-10-25T02:45:00+01:00"


@pytest.mark.parametrize("text", ["0001-01-01T00:00+00:00", "9999-12-31T23:59+00:00"])
def test_moments_at_the_ends_of_time_are_no_fault(text: str) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        local = local_time(at(text), zone)
        row = StoreRow(1, "Bar", "Bar", [[540, 1_020]], zone)
        assert row.shown(0, at(text)).is_open == (9 <= local.hour < 17 and local.weekday() == 0)
