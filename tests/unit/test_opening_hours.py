import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.opening_hours import (
    DAY_MINUTES,
    DAYS,
    WEEK_MINUTES,
    OpeningHoursError,
    Span,
    day_minutes,
    format_hours,
    is_open_at,
    parse_any,
    parse_day,
    parse_hours,
    pieces,
    span_of,
    structured,
    tidied,
)

DAY, HOUR = DAY_MINUTES, 60
spans = st.builds(span_of, st.integers(0, 6), st.integers(0, 1_439), st.integers(0, 1_439))
weeks = st.lists(spans, max_size=8)


def open_minutes(week: list[Span]) -> set[int]:
    """The slow model: every minute of every span, one by one."""
    return {minute % WEEK_MINUTES for span in week for minute in range(span.open, span.close)}


@settings(max_examples=60)
@given(weeks)
def test_every_minute_is_open_just_when_a_span_covers_it(week: list[Span]) -> None:
    kept = tidied(week)

    model = open_minutes(week)
    assert open_minutes(kept) == model
    assert all(0 < span.close - span.open <= DAY for span in kept)
    edges = {minute % WEEK_MINUTES for span in week for minute in (span.open, span.close)}
    for minute in edges | {(edge - 1) % WEEK_MINUTES for edge in edges}:
        inside = any(piece.open <= minute < piece.close for piece in pieces(kept))
        assert inside == is_open_at(kept, minute) == (minute in model)


@settings(max_examples=60)
@given(weeks)
def test_a_day_has_all_minutes_of_the_spans_that_open_on_it(week: list[Span]) -> None:
    kept = tidied(week)

    for day, minutes in enumerate(day_minutes(kept)):
        of_the_day = [minute for s in kept if s.day == day for minute in range(s.open, s.close)]
        assert minutes == len(of_the_day) == len(set(of_the_day))


@settings(max_examples=60)
@given(weeks)
def test_hours_read_back_as_they_were_written(week: list[Span]) -> None:
    kept = tidied(week)

    assert parse_hours(format_hours(kept)) == kept
    assert parse_any([entry.model_dump() for entry in structured(kept)]) == kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon 9 am - 5 pm", [(0, 9, 17)]),
        ("Mon, Fri 2:30 pm - 8 pm", [(0, 14.5, 20), (4, 14.5, 20)]),
        ("Mon - Wed 11 am - 9 pm", [(0, 11, 21), (1, 11, 21), (2, 11, 21)]),
        ("Sat - Mon 1 pm - 2 pm", [(0, 13, 14), (5, 13, 14), (6, 13, 14)]),
        ("Wed 1:15 pm - 3:15 am", [(2, 13.25, 27.25)]),
        ("Sun 5 pm - 3:45 am", [(6, 17, 27.75)]),
        ("Thurs 5:45 pm - 12 am", [(3, 17.75, 24)]),
        ("Tue 12 am - 12 pm", [(1, 0, 12)]),
        ("Tue 12 pm - 12 am", [(1, 12, 24)]),
        ("Thu 9 am - 9 am", [(3, 9, 33)]),
        ("Weds 24 hours / Thur closed", [(2, 0, 24)]),
        ("Fri 13:15 - 22:00", [(4, 13.25, 22)]),
        ("Fri 22:00 - 24:00", [(4, 22, 24)]),
        ("Sat 9-12, 13-17", [(5, 9, 12), (5, 13, 17)]),
        ("Sat 9 - 5 pm", [(5, 9, 17)]),
        ("Sat 2 - 8 pm", [(5, 14, 20)]),
        ("weekends: noon to midnight", [(5, 12, 24), (6, 12, 24)]),
        ("closed", []),
    ],
)
def test_a_text_means_these_hours(text: str, expected: list[tuple[int, float, float]]) -> None:
    assert parse_hours(text) == [
        Span(int(day * DAY + opens * HOUR), int(day * DAY + closes * HOUR))
        for day, opens, closes in expected
    ]


@pytest.mark.parametrize(
    ("day", "spellings"),
    list(
        enumerate(
            (
                "Mon monday MONDAYS mon. Mo",
                "Tue Tues tuesday Tues. tu",
                "Wed Weds wednesday we",
                "Thu Thur Thurs thursday Thurs. th",
                "Fri fri. Friday Fridays",
                "Sat saturday sa",
                "Sun SUN. Sundays su",
            )
        )
    ),
    ids=DAYS,
)
def test_every_usual_spelling_of_a_day_is_known(day: int, spellings: str) -> None:
    assert {parse_day(spelling) for spelling in spellings.split()} == {day}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Mon 9 am - 5 pm / Funday 2 pm - 3 pm", "character 19, at `Funday"),
        ("Mon 13 pm - 2 pm", "character 5, at `13 pm"),
        ("Mon 9 am 5 pm", "character 10, at `5 pm`"),
        ("Mon 9:75 - 10", "character 5, at `9:75"),
        ("Mon 9 am -", "at the end"),
        ("Mon 9 am - 5 pm Tue", "character 17, at `Tue`"),
        ("", "empty"),
    ],
)
def test_a_text_that_is_no_hours_is_refused_with_the_place(text: str, place: str) -> None:
    with pytest.raises(OpeningHoursError, match=re.escape(place)):
        parse_hours(text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Mon 8 pm - 3 am / Tue 1 am - 5 am", {0: 7, 1: 4}),
        ("Sun 8 pm - 3 am / Mon 1 am - 5 am", {6: 7, 0: 4}),
        ("Fri 3 pm - 1 pm / Sat 7 am - 1 pm", {4: 22, 5: 6}),
    ],
)
def test_a_span_counts_in_full_for_the_day_on_which_it_opens(
    text: str, minutes: dict[int, int]
) -> None:
    week = parse_hours(text)

    assert day_minutes(week) == [minutes.get(day, 0) * HOUR for day in range(7)]
    assert len(structured(week)) == len(minutes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon 9 am - 1 pm / Mon 11 am - 5 pm", [(9, 17)]),
        ("Mon 9 am - 1 pm / Mon 9 am - 1 pm", [(9, 13)]),
        ("Mon 9 am - 1 pm / Mon 1 pm - 5 pm", [(9, 13), (13, 17)]),
        ("Mon 8 pm - 2 am / Mon 11 pm - 4 am", [(20, 28)]),
        ("Mon 8 am - 8 am / Mon 9 pm - 8 pm", [(8, 32), (32, 44)]),
    ],
)
def test_spans_of_one_day_that_overlap_are_one(text: str, expected: list[tuple[int, int]]) -> None:
    assert parse_hours(text) == [Span(opens * HOUR, closes * HOUR) for opens, closes in expected]
