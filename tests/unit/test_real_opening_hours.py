"""Opening hours as people write them: each text of the file means what a person reads.

A line of `opening_hours.tsv` is a text and the hours that it means, day by day: `mo-fr 0900-1700;
sa 1000-1400`. `!` is a text that a person could not be sure of, or that no week can hold; `~` is
one of which something is left out; `?` is one that a person understands and the service may refuse.
The Google texts had their hours beside them as numbers; those of web sites had them from a person,
those of OpenStreetMap from opening-hours-py.
"""

import contextlib
import csv
from pathlib import Path

import pytest

from domain.hours_text import parse_week
from domain.hours_words import OpeningHoursError
from domain.spans import WEEK_MINUTES, Span, day_minutes, week_minutes

FILE = Path(__file__).parents[1] / "data" / "opening_hours.tsv"
DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


def facts() -> list[tuple[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [
            row
            for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if not row[0].startswith("#")
        ]
    return [(text.replace("\\n", "\n").replace("\\\\", "\\"), hours) for text, hours in rows]


FACTS = facts()
UNDERSTOOD = [(text, hours) for text, hours in FACTS if hours[0] not in "!?"]
REFUSED = [text for text, hours in FACTS if hours == "!"]
HARD = [(text, hours) for text, hours in FACTS if hours[0] == "?"]


def minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[2:])


def bitmaps(hours: str) -> list[set[int]]:
    """For each day the minutes of the week at which a span that opens on it is open."""
    days: list[set[int]] = [set() for _ in DAYS]
    for rule in [] if hours == "closed" else hours.split(";"):
        named, ranges = rule.split(" ")
        first, _, last = named.partition("-")
        for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
            for each in ranges.split(","):
                opens, closes = map(minute, each.split("-"))
                closes += 0 if closes > opens else 1_440
                days[day] |= {(day * 1_440 + at) % WEEK_MINUTES for at in range(opens, closes)}
    return days


def bitmap(spans: list[Span]) -> set[int]:
    return {at % WEEK_MINUTES for span in spans for at in range(span.open, span.close)}


@pytest.mark.parametrize(("text", "hours"), UNDERSTOOD, ids=range(len(UNDERSTOOD)))
def test_a_text_means_what_a_person_reads(text: str, hours: str) -> None:
    week = parse_week(text)

    expected = bitmaps(hours.removeprefix("~"))
    assert [bitmap([s for s in week.spans if s.day == day]) for day in range(7)] == expected
    assert bool(week.notes) == hours.startswith("~")
    assert week_minutes(week.spans) == len(set().union(*expected))
    assert day_minutes(week.spans) == [len(day) for day in expected]


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_a_text_that_leaves_a_person_in_doubt_is_refused(text: str) -> None:
    with pytest.raises(OpeningHoursError):
        parse_week(text)


@pytest.mark.parametrize(("text", "hours"), HARD, ids=range(len(HARD)))
def test_a_text_that_is_hard_to_understand_is_refused_rather_than_misread(
    text: str, hours: str
) -> None:
    with contextlib.suppress(OpeningHoursError):
        assert [
            bitmap([span for span in parse_week(text).spans if span.day == day]) for day in range(7)
        ] == bitmaps(hours.removeprefix("?").removeprefix("~"))


def test_the_texts_are_many_and_of_many_kinds() -> None:
    kinds = {line for line in FILE.read_text(encoding="utf-8").splitlines() if line[:2] == "# "}

    assert len(kinds) == 7
    assert len(UNDERSTOOD) == len(dict(UNDERSTOOD)) >= 700
    assert len(REFUSED) == len(set(REFUSED)) >= 150
    assert len(HARD) / len(FACTS) < 0.03
