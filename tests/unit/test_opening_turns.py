"""What a store's week tells quickly of a moment is what a look at its days tells."""

from datetime import date, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.opening_times import Schedule, local_time
from domain.opening_turns import Turns
from domain.spans import WEEK_MINUTES, Span, span_of, tidied
from domain.stores import StoreRow
from repository.store_directory import STORES, Directory
from repository.store_sets import Clocks

MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001 - by the store's clock
TIMES = st.sampled_from((0, 1, 60, 540, 720, 1_080, 1_439, 1_440))
WEEKS = st.lists(st.builds(span_of, st.integers(0, 6), TIMES, TIMES), max_size=9).map(tidied)
ALWAYS = [span_of(day, 0, 0) for day in range(7)]


def after(minutes: int | None) -> datetime | None:
    return None if minutes is None else MONDAY + timedelta(minutes=minutes)


@given(WEEKS | st.just(ALWAYS), st.integers(0, WEEK_MINUTES - 1))
def test_turns_of_a_week_are_those_of_its_days(week: list[Span], minute: int) -> None:
    is_open, closes, opens = Turns(week).at(minute)

    state = Schedule(tuple(week), {}).state_at(MONDAY + timedelta(minutes=minute))
    assert (is_open, after(closes), after(opens)) == state


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize("special", [{}, {"2026-03-29": [[60, 180]], "2026-10-25": []}], ids=len)
def test_a_directory_tells_at_every_hour_of_a_year_what_a_row_does(
    zone: str, special: dict[str, list[list[int]]]
) -> None:
    hours = [[90, 150], [600, 1_500], [3_000, 3_060], [8_640 + 60, 8_640 + 1_500]]
    row = StoreRow(7, "Nook", "Nook", hours, zone, special_days=special)
    directory = Directory()
    directory.put(STORES.document_of(row))
    first = datetime.fromisoformat("2026-01-01T00:29:00+00:00")

    for hour in range(0, 366 * 24, 1 if special else 5):
        moment = first + timedelta(hours=hour)
        local = local_time(moment, zone)
        rest = directory.state_at(7, Clocks(moment))
        assert b"{" + rest[1:] == orjson.dumps(row.opening(row.schedule.state_at(local), local))


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_directory_tells_at_the_ends_of_the_calendar(day: date) -> None:
    row = StoreRow(7, "Nook", "Nook", [[90, 150]], "Asia/Tokyo")
    directory = Directory()
    directory.put(STORES.document_of(row))
    local = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - by the store's clock

    rest = directory.state_at(7, Clocks(local))

    assert orjson.loads(b"{" + rest[1:]) == row.opening(row.schedule.state_at(local), local)
