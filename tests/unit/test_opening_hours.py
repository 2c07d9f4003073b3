import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.hours_text import parse_week
from domain.hours_words import OpeningHoursError
from domain.opening_hours import format_hours, parse_any, parse_day, parse_hours, structured
from domain.spans import (
    DAY_MINUTES,
    DAYS,
    WEEK_MINUTES,
    Span,
    day_minutes,
    is_open_at,
    pieces,
    span_of,
    tidied,
    week_minutes,
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
    assert week_minutes(kept) == len(model)
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
    assert parse_any([entry.model_dump() for entry in structured(kept)]).spans == kept


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


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mon 8 pm - 2 am / Tue 1 am - 6 am", 10),
        ("Sun 8 pm - 2 am / Mon 1 am - 6 am", 10),
        ("Fri 3 pm - 1 pm / Sat 7 am - 1 pm", 22),
        ("24/7", 168),
    ],
)
def test_a_week_counts_a_minute_once_also_past_midnight(text: str, hours: int) -> None:
    assert week_minutes(parse_hours(text)) == hours * HOUR


def short(text: str) -> str:
    """The hours of a text as `Mon 09:00 - 17:00 / ...`, one entry a span."""
    return format_hours(parse_hours(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9am-5pm", "Mon-Sun 9am-5pm"),
        ("09:00-17:00; Su off", "Mon-Sat 9am-5pm"),
        ("Mo-Fr 09:00-17:00; Fr 09:00-14:00", "Mon-Thu 9am-5pm / Fri 9am-2pm"),
        ("Mo-Fr 09:00-12:00, We 14:00-18:00", "Mon-Fri 9am-12pm / Wed 2pm-6pm"),
        ("Mon-Fri 9am-12pm / Wed 2pm-6pm", "Mon-Fri 9am-12pm / Wed 2pm-6pm"),
        ("Mon-Fri 9am-12pm\nWed 2pm-6pm", "Mon-Fri 9am-12pm / Wed 2pm-6pm"),
        ("Mon 9am-12pm / 2pm-6pm", "Mon 9am-12pm, 2pm-6pm"),
        ("Mon\n9am-12pm\n2pm-6pm\nTue\nClosed", "Mon 9am-12pm, 2pm-6pm"),
    ],
)
def test_a_rule_replaces_after_a_semicolon_and_else_adds(text: str, expected: str) -> None:
    assert short(text) == short(expected)


@pytest.mark.parametrize(
    "text",
    [
        "Mon-Sun 9am-5pm / Wed closed",
        "Wed closed / Mon-Sun 9am-5pm",
        "Mo-Su 09:00-17:00; We off",
        "We off; Mo-Su 09:00-17:00",
        "Mo-Su 09:00-17:00, We off",
        "Mon-Sun 9am-5pm\nclosed Wednesdays",
        "9am-5pm daily, closed Wed",
        "9am-5pm daily except Wednesdays",
        "Closed on Wednesdays. Mon-Sun 9am-5pm",
        "Daily except Wed: 9am-5pm",
        "closed Wed, Thu-Tue 9am-5pm",
        "Thu-Tue 09:00-17:00h",
        "9 am. - 5 pm. daily, closed Wed.",
    ],
)
def test_a_day_that_is_closed_is_taken_back_wherever_it_is_named(text: str) -> None:
    assert short(text) == short("Thu-Tue 9am-5pm")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo-Sa 18:00-02:00; Su 18:00-01:00", "Mon-Sat 6pm-2am / Sun 6pm-1am"),
        ("Mo-Su 18:00-02:00; We off", "Thu-Tue 6pm-2am"),
        ("Mo-Su 18:00-02:00; We 10:00-12:00", "Thu-Tue 6pm-2am / Wed 10am-12pm"),
    ],
)
def test_the_night_before_a_day_that_is_taken_back_stays(text: str, expected: str) -> None:
    assert short(text) == short(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon 24:00 - 02:00", "Tue 12am-2am"),
        ("Sun 24:00 - 02:00", "Mon 12am-2am"),
        ("Mon 20:00 - 24:00", "Mon 8pm-12am"),
        ("Mon 20:00 - 26:00", "Mon 8pm-2am"),
        ("Mon 00:00 - 24:00", "Mon 24 hours"),
    ],
)
def test_24_00_ends_its_day_or_begins_the_next(text: str, expected: str) -> None:
    assert short(text) == short(expected)
    day, opens, _, closes = text.split()
    if not closes.startswith("26"):
        assert parse_any([{"day": day, "open": opens, "close": closes}]).spans == parse_hours(text)


@pytest.mark.parametrize("dash", list("-~\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff5e"))
def test_every_dash_is_a_dash(dash: str) -> None:
    assert short(f"Mon{dash}Fri 9am {dash} 5pm") == short("Mon - Fri 9 am - 5 pm")


@pytest.mark.parametrize("text", ["Mon 9-5", "9-5", "Mon 9:00-5:00", "9 to 5", "12-12", "Mo 2-6"])
def test_hours_of_either_half_of_a_day_are_refused_as_ambiguous(text: str) -> None:
    with pytest.raises(OpeningHoursError, match="ambiguous"):
        parse_hours(text)


def test_structured_hours_of_either_half_of_a_day_are_refused_as_ambiguous() -> None:
    with pytest.raises(ValueError, match="ambiguous"):
        parse_any([{"day": "mon", "open": "9", "close": "5"}])


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("Mo-Fr 09:00-17:00; PH off", "Mon-Fri 9am-5pm", "`PH off`"),
        ("Mo-Fr 09:00-17:00; SH 10:00-12:00", "Mon-Fri 9am-5pm", "`SH 10:00-12:00`"),
        ("SH Mo-Fr 10-12:00, Sa 09:00-17:00", "Sat 9am-5pm", "`SH Mo-Fr 10-12:00`"),
        ("Su,PH 10:00-16:00", "Sun 10am-4pm", "the holidays in `Su,PH 10:00-16:00`"),
        ("Mon-Fri 9am-5pm, bank holidays closed", "Mon-Fri 9am-5pm", "`bank holidays closed`"),
        ("9am-5pm except public holidays", "Mon-Sun 9am-5pm", "`except public holidays`"),
    ],
)
def test_a_plain_week_is_taken_and_a_note_says_what_of_holidays_is_left_out(
    text: str, expected: str, note: str
) -> None:
    week = parse_week(text)

    assert format_hours(week.spans) == short(expected)
    assert len(week.notes) == 1
    assert note in week.notes[0]


def test_a_note_says_which_rule_a_later_one_has_replaced() -> None:
    assert "`Mo 09:00-12:00`" in parse_week("Mo 09:00-12:00; Mo 14:00-18:00").notes[0]
    assert parse_week("Mo-Fr 09:00-17:00; Fr 09:00-14:00").notes == []


WORDS = [
    "Mon",
    "Mo-Fr",
    "Sa,Su",
    "daily",
    "weekdays",
    "9am-5pm",
    "09:00-17:00",
    "24/7",
    "closed",
    "off",
    "PH",
    "SH",
    "holidays",
    ";",
    ",",
    "/",
    "(",
    ")",
    "-",
    ":",
    "and",
    "+",
    "except",
    "from",
    "to",
    "between",
    "open",
    "9",
    "17:00",
    "noon",
    "24:00",
    "26:00",
    "until",
    ".",
    "|",
    "hours",
    "every",
    "T",
    "\n",
]


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=7), st.sampled_from(("", " ")))
def test_any_words_are_understood_or_refused(words: list[str], between: str) -> None:
    try:
        week = parse_week(between.join(words))
    except OpeningHoursError:
        return
    assert parse_hours(format_hours(week.spans)) == week.spans
    assert parse_any([each.model_dump() for each in structured(week.spans)]).spans == week.spans


@pytest.mark.parametrize("text", ["Mon except Mon 9am-5pm", "daily except", "weekdays except ("])
def test_an_exception_that_leaves_nothing_is_refused(text: str) -> None:
    with pytest.raises(OpeningHoursError):
        parse_hours(text)


@pytest.mark.parametrize("text", ["Sun-Sun 11am-1pm", "except Mondays 10am-5pm", "1 pm - 18 pm"])
def test_what_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(OpeningHoursError):
        parse_hours(text)


def test_until_moves_the_closing_time_of_days_that_are_open_once() -> None:
    assert parse_hours("Mon-Fri 9am-5pm, Thu until 8pm, Fri till 1am") == parse_hours(
        "Mon-Wed 9am-5pm / Thu 9am-8pm / Fri 9am-1am"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Mon-Fri 9am-5pm, Sat until 1pm",
        "Mon-Fri 9am-12pm, 1pm-5pm, Thu until 8pm",
        "Mon-Fri 9am-5pm, Thu until 8",
        "Mon-Fri 9am-5pm, Thu until 8am",
        "Thu until 8pm, Mon-Fri 9am-5pm",
    ],
)
def test_until_is_refused_where_the_opening_time_is_not_known(text: str) -> None:
    with pytest.raises(OpeningHoursError):
        parse_hours(text)


def test_hours_that_hold_those_of_the_next_day_are_noted() -> None:
    week = parse_week("Sat 10 pm - 6 pm, Sun 12 pm - 6 pm")

    assert week.notes == ["sat 22:00-18:00 closes after the next day's hours; check am and pm"]


def test_a_rule_that_adds_nothing_to_one_of_its_days_is_noted() -> None:
    week = parse_week("Tue-Sat 10am-7pm, weekends 10am-6pm")

    assert week.spans == parse_hours("Tue-Sat 10am-7pm / Sun 10am-6pm")
    assert len(week.notes) == 1


def test_a_rule_that_adds_nothing_is_noted() -> None:
    week = parse_week("Mo-Fr 09:00-17:00 / We 10:00-12:00")

    assert week.spans == parse_hours("Mon-Fri 9am-5pm")
    (note,) = week.notes
    assert note.startswith("`We 10:00-12:00` adds nothing to the hours that its days have")


def test_structured_hours_without_a_day_are_of_every_day() -> None:
    week = parse_any(
        [{"open": "10:00", "close": "17:00"}, {"day": "fri", "open": "18:00", "close": "20:00"}]
    )

    assert week.spans == parse_hours("daily 10:00-17:00 / Fri 18:00-20:00")


def test_a_fault_in_structured_hours_says_which_entry_has_it() -> None:
    entries = [
        {"day": "mon", "open": "10:00", "close": "17:00"},
        {"day": "mon", "open": "soon", "close": "17:00"},
    ]

    with pytest.raises(ValidationError) as fault:
        parse_any(entries)

    assert [each["loc"] for each in fault.value.errors()] == [(1, "open")]
