"""Opening hours of a week as parameters and results: text or structure in, days and `HH:MM` out."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from domain.examples import with_example
from domain.hours_phrases import DAYS as KINDS_OF_DAYS
from domain.hours_rules import Week
from domain.hours_text import HOURS_CHARACTERS_MAX, parse_week
from domain.hours_times import range_of
from domain.hours_words import Time, day_number, words_of_hours
from domain.spans import (
    DAY_MINUTES,
    DAYS,
    Span,
    clock,
    span_of,
    tidied,
)

SPANS_MAX: Final = 200
_TWO_DIGITS_OF_NEXT_DAY: Final = 34

DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class HoursSpan(BaseModel):
    """One stretch of opening: `close` at or before `open` is on the next day."""

    model_config = with_example(day="wed", open="13:15", close="03:15")

    day: DayName
    open: str = Field(description="HH:MM.")
    close: str = Field(description="HH:MM; not after `open` means the next day.")


def parse_day(text: Any) -> int:
    """The number of a day in any usual spelling, 0 for Monday; ValueError for anything else."""
    number = day_number(text.strip()) if isinstance(text, str) else None
    if number is None:
        raise ValueError("must be a day of the week such as mon or Monday")
    return number


def _written_time(text: Any) -> Time:
    if isinstance(text, str):
        words = words_of_hours(text)
        if len(words) == 1 and words[0].time:
            return words[0].time
    raise ValueError("must be a time such as 13:15 or 1:15 pm")


def _structured_time(text: Any) -> Time:
    """A time on its own, `10:00` being of the 24-hour clock; `9` and `9:00` may not be."""
    time = _written_time(text)
    is_24_hour = time.is_24_hour or (time.has_minutes and time.hour >= 10 and not time.half)  # noqa: PLR2004 - two digits
    return replace(time, is_24_hour=is_24_hour)


def parse_time(text: Any) -> int:
    """Minutes since midnight of a time: `13:15`, `1:15 pm` or `24:00`. Raises ValueError."""
    minutes = _written_time(text).minutes
    if minutes > DAY_MINUTES:
        raise ValueError("must be a time such as 13:15 or 1:15 pm")
    return minutes


def parse_hours(text: str) -> list[Span]:
    """The spans of `parse_week`."""
    return parse_week(text).spans


def structured(spans: Iterable[Span]) -> list[HoursSpan]:
    """The spans as callers see them."""
    return [
        HoursSpan.model_construct(
            day=DAYS[span.day], open=clock(span.open), close=clock(span.close)
        )
        for span in spans
    ]


def format_hours(spans: Iterable[Span]) -> str:
    """The spans as text that `parse_hours` reads back; `closed` when there are none.

    A close from 10:00 on of the next day is written 34:00 and so on: 10:00 - 10:00 is ambiguous.
    """
    lines = [
        f"{DAYS[span.day].capitalize()} {clock(span.open)} - {_closing(span)}" for span in spans
    ]
    return " / ".join(lines) or "closed"


def _closing(span: Span) -> str:
    hour, minute = divmod(span.close - span.day * DAY_MINUTES, 60)
    return f"{hour}:{minute:02}" if hour >= _TWO_DIGITS_OF_NEXT_DAY else clock(span.close)


class Times(BaseModel):
    """One stretch of opening of a day as a parameter."""

    model_config = with_example(open="1:15 pm", close="03:15") | {"extra": "forbid"}

    open: Annotated[Time, BeforeValidator(_structured_time)]
    close: Annotated[Time, BeforeValidator(_structured_time)]

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        range_of(self.open, self.close, is_24_hour=False)
        return self

    def on(self, day: int) -> Span:
        """The span on a day."""
        return span_of(day, *range_of(self.open, self.close, is_24_hour=False))


class HoursEntry(Times):
    """One stretch of opening of a week as a parameter; without a day, of every day."""

    model_config = with_example(day="wed", open="1:15 pm", close="03:15") | {"extra": "forbid"}

    day: Annotated[int, BeforeValidator(parse_day)] | None = None

    def spans(self) -> list[Span]:
        """The spans on its day, or on each."""
        return [self.on(day) for day in (range(7) if self.day is None else [self.day])]


_ENTRIES: Final = TypeAdapter(list[HoursEntry])
_TIMES: Final = TypeAdapter(list[Times])


def parse_any_times(given: Any) -> list[tuple[int, int]]:
    """The minutes of a day that a text, or a list of {open, close}, names.

    A close above DAY_MINUTES is on the next day. ValueError for anything else, and for days.
    """
    if isinstance(given, str):
        if not {word.kind for word in words_of_hours(given)}.isdisjoint(KINDS_OF_DAYS):
            raise ValueError("must be the hours of one day, without its name")
        spans = parse_week(given).spans and parse_week(f"Mon {given}").spans
    elif isinstance(given, list) and 0 < len(given) <= SPANS_MAX:
        spans = tidied(each.on(0) for each in _TIMES.validate_python(given))
    else:
        raise ValueError(f"must be a text, or a list of 1 to {SPANS_MAX} {{open, close}}")
    if any(span.day for span in spans):
        raise ValueError("must open on that day")
    return [(span.open, span.close) for span in spans]


def parse_any(given: Any) -> Week:
    """The week of a text, or of a list of {day, open, close}; ValueError for anything else."""
    if isinstance(given, str):
        return parse_week(given)
    if not isinstance(given, list) or len(given) > SPANS_MAX:
        raise ValueError(f"must be a text, or a list of at most {SPANS_MAX} {{day, open, close}}")
    entries = _ENTRIES.validate_python(given)
    return Week(tidied(span for entry in entries for span in entry.spans()), [])


TIMES_SCHEMA: Final = {
    "open": {"type": "string", "description": "Time at which it opens: 13:15 or 1:15 pm."},
    "close": {"type": "string", "description": "Time at which it closes, as 20:00 or 8 pm."},
}
"""The JSON Schemas of the times of an entry."""

_DAY_SCHEMA: Final = {
    "type": "string",
    "description": "A day of the week, any spelling.",
    "examples": ["fri"],
}
_ENTRY_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "day": _DAY_SCHEMA | {"description": "A day of the week; every day if left out."},
        **TIMES_SCHEMA,
    },
    "required": ["open", "close"],
    "additionalProperties": False,
}

Hours = Annotated[
    Any,
    BeforeValidator(parse_any),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": HOURS_CHARACTERS_MAX},
                {"type": "array", "items": _ENTRY_SCHEMA, "maxItems": SPANS_MAX},
            ],
            "description": (
                "Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am -"
                " 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a"
                " day it is every day. After `;` a rule replaces the hours of its days, after `,`,"
                " `/` or a new line it adds; what is closed or off stays so. A close at or before"
                " its open is on the next day; `closed` alone is never."
            ),
            "examples": ["Mon - Fri 9 am - 5 pm / Sat 10:30 am - 1 am"],
        }
    ),
]
DayNumber = Annotated[
    Any,
    BeforeValidator(parse_day),
    WithJsonSchema(_DAY_SCHEMA),
]
TimeOfDay = Annotated[
    Any,
    BeforeValidator(parse_time),
    WithJsonSchema(
        {"type": "string", "description": "A time such as 13:15 or 1:15 pm.", "examples": ["13:15"]}
    ),
]
