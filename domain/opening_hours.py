"""Opening hours of a week: text or structure in, spans of minutes inside, days and `HH:MM` out.

Minutes of the week count from Monday 00:00. A span is [open, close). It may run past midnight, on
Sunday into Monday, and belongs to the day on which it opens. A close at or before its open is on
the next day, so a close equal to the open is 24 hours. Overlapping spans of one day are joined;
spans of different days are not, and each counts in full for its own day.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from domain.examples import with_example

DAY_MINUTES: Final = 1_440
WEEK_MINUTES: Final = 7 * DAY_MINUTES
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS_CHARACTERS_MAX: Final = 2_000
SPANS_MAX: Final = 200
_FULL_NAMES: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_GROUPS: Final = {
    "daily": range(7),
    "everyday": range(7),
    "weekdays": range(5),
    "weekday": range(5),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
}
_CONTEXT_CHARACTERS: Final = 20

DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from minute `open` of the week (below WEEK_MINUTES) for at most a day."""

    open: int
    close: int

    @property
    def day(self) -> int:
        """The day that the span belongs to, 0 for Monday."""
        return self.open // DAY_MINUTES


class OpeningHoursError(ValueError):
    """The text is not opening hours; the message names the place of the fault."""


class HoursSpan(BaseModel):
    """One stretch of opening: `close` at or before `open` is on the next day."""

    model_config = with_example(day="wed", open="13:15", close="03:15")

    day: DayName
    open: str = Field(description="HH:MM.")
    close: str = Field(description="HH:MM; not after `open` means the next day.")


def day_number(text: str) -> int | None:
    """The day that a word such as mon, Thur. or WEDS names, 0 for Monday; None for no day."""
    word = text.lower().rstrip(".")
    word = word[:-1] if word.endswith("days") else word
    for number, name in enumerate(_FULL_NAMES):
        # The first two letters of a name identify the day.
        if len(word) > 1 and (name.startswith(word) or word == DAYS[number] + "s"):
            return number
    return None


def parse_day(text: Any) -> int:
    """The number of a day in any usual spelling, 0 for Monday; ValueError for anything else."""
    number = day_number(text.strip()) if isinstance(text, str) else None
    if number is None:
        raise ValueError("must be a day of the week such as mon or Monday")
    return number


def parse_time(text: Any) -> int:
    """Minutes since midnight of a time: `13:15`, `1:15 pm` or `24:00`. Raises ValueError."""
    if isinstance(text, str):
        tokens = list(_tokens(text))
        if len(tokens) == 1 and tokens[0].kind == "time":
            return _Parser(text).time()
    raise ValueError("must be a time such as 13:15 or 1:15 pm")


def parse_hours(text: str) -> list[Span]:
    """The spans that a text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` names.

    Raises OpeningHoursError.
    """
    if len(text) > HOURS_CHARACTERS_MAX:
        raise OpeningHoursError(f"has over {HOURS_CHARACTERS_MAX} characters")
    return tidied(_Parser(text).week())


def span_of(day: int, opens: int, closes: int) -> Span:
    """The span that opens on a day, from minutes of the day; it closes on that day or the next."""
    start = day * DAY_MINUTES + opens % DAY_MINUTES
    return Span(start, start + ((closes - opens) % DAY_MINUTES or DAY_MINUTES))


def tidied(spans: Iterable[Span]) -> list[Span]:
    """Sort the spans, and join those of one day that overlap.

    No span is longer than a day: the rest opens on the next day.
    """
    ordered = sorted(set(spans))
    while (joined := sorted(set(_joined(ordered)))) != ordered:
        ordered = joined
    return ordered


def _joined(ordered: list[Span]) -> list[Span]:
    tidy: list[Span] = []
    for span in ordered:
        last = tidy[-1] if tidy else span
        if last is span or last.day != span.day or last.close <= span.open:
            tidy.append(span)
            continue
        close, longest = max(last.close, span.close), last.open + DAY_MINUTES
        tidy[-1] = Span(last.open, min(close, longest))
        if close > longest:
            start = longest % WEEK_MINUTES
            tidy.append(Span(start, start + close - longest))
    return tidy


def pieces(spans: Iterable[Span]) -> list[Span]:
    """The same minutes, split at the week's end so that one comparison finds a minute."""
    cut = []
    for span in spans:
        cut.append(Span(span.open, min(span.close, WEEK_MINUTES)))
        if span.close > WEEK_MINUTES:
            cut.append(Span(0, span.close - WEEK_MINUTES))
    return sorted(cut)


def is_open_at(spans: Iterable[Span], minute: int) -> bool:
    """Whether a minute of the week lies in one of the spans."""
    return any((minute - span.open) % WEEK_MINUTES < span.close - span.open for span in spans)


def day_minutes(spans: Iterable[Span]) -> list[int]:
    """Minutes open by the day of opening, Monday first."""
    minutes = [0] * 7
    for span in spans:
        minutes[span.day] += span.close - span.open
    return minutes


def clock(minute: int) -> str:
    """`HH:MM` of a minute of any day."""
    return f"{minute % DAY_MINUTES // 60:02}:{minute % 60:02}"


def structured(spans: Iterable[Span]) -> list[HoursSpan]:
    """The spans as callers see them."""
    return [
        HoursSpan.model_construct(
            day=DAYS[span.day], open=clock(span.open), close=clock(span.close)
        )
        for span in spans
    ]


def format_hours(spans: Iterable[Span]) -> str:
    """The spans as text that `parse_hours` reads back; `closed` when there are none."""
    lines = [
        f"{DAYS[span.day].capitalize()} {clock(span.open)} - {clock(span.close)}" for span in spans
    ]
    return " / ".join(lines) or "closed"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<always>24\s*/\s*7)
    | (?P<whole>24\s*h(?:ou)?rs?\b\.?|24h\b|all\s+day\b|open\s+24\s+hours\b)
    | (?P<closed>closed\b)
    | (?P<time>\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]\.?\s?m\b\.?|[ap]\b)?|noon\b|midnight\b)
    | (?P<dash>[-\u2013\u2014]|(?:to|through|thru|till|until)\b)
    | (?P<comma>[,&+]|and\b)
    | (?P<end>[/;|\n])
    | (?P<colon>:)
    | (?P<word>every\s+day|[^\W\d_]+\.?)
    | (?P<other>\S)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap])?", re.IGNORECASE)
_NAMED_TIMES: Final = {"noon": 12 * 60, "midnight": 0}


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        yield _Token(kind, match[kind], match.start(kind))


class _Parser:
    """Reads `days times` entries, separated by slashes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0

    def week(self) -> list[Span]:
        if not self._tokens:
            raise OpeningHoursError("is empty; write `closed` for a store that never opens")
        spans: list[Span] = []
        while self._next < len(self._tokens):
            spans += self._entry()
            if self._next < len(self._tokens) and not self._take("end"):
                raise self._error("expected `/` or the end")
        return spans

    def _entry(self) -> list[Span]:
        if self._take("always"):
            return [span_of(day, 0, 0) for day in range(7)]
        if self._peek() == "closed" and self._next + 1 >= len(self._tokens):
            self._next += 1
            return []
        days = self._days()
        self._take("colon")
        if self._take("closed"):
            return []
        if self._take("whole"):
            return [span_of(day, 0, 0) for day in days]
        ranges = [self._range()]
        while self._take("comma"):
            ranges.append(self._range())
        return [span_of(day, opens, closes) for day in days for opens, closes in ranges]

    def _days(self) -> list[int]:
        days = self._day_or_range()
        while self._take("comma"):
            days += self._day_or_range()
        return list(dict.fromkeys(days))

    def _day_or_range(self) -> list[int]:
        first = self._token("word", "a day of the week")
        group = _GROUPS.get(re.sub(r"[\s.]+", "", first.text.lower()))
        if group is not None:
            return list(group)
        start = self._day(first)
        if not self._take("dash"):
            return [start]
        end = self._day(self._token("word", "a day of the week"))
        return [(start + offset) % 7 for offset in range((end - start) % 7 + 1)]

    def _day(self, token: _Token) -> int:
        number = day_number(token.text)
        if number is None:
            raise self._error("is no day of the week", token)
        return number

    def _range(self) -> tuple[int, int]:
        opening = self._token("time", "an opening time")
        if not self._take("dash"):
            raise self._error("expected `-` and a closing time")
        closing = self._token("time", "a closing time")
        opens, closes = self._minutes(opening), self._minutes(closing)
        half = _half_of_day(closing)
        if half and not _half_of_day(opening) and 1 <= opens // 60 <= 12:  # noqa: PLR2004 - hours
            opens = _same_half(opens, closes)
        return opens, closes

    def time(self) -> int:
        """The minutes of a text that holds only a time."""
        return self._minutes(self._tokens[0])

    def _minutes(self, token: _Token) -> int:
        named = _NAMED_TIMES.get(token.text.lower())
        if named is not None:
            return named
        match = _TIME.match(token.text)
        if match is None:
            raise self._error("is no time", token)
        hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
        if minute > 59 or (not 1 <= hour <= 12 if half else hour * 60 + minute > DAY_MINUTES):  # noqa: PLR2004 - a clock's numbers
            raise self._error("is no time of day", token)
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        return hour * 60 + minute

    def _peek(self) -> str | None:
        return self._tokens[self._next].kind if self._next < len(self._tokens) else None

    def _take(self, kind: str) -> bool:
        found = self._peek() == kind
        self._next += found
        return found

    def _token(self, kind: str, wanted: str) -> _Token:
        if self._peek() != kind:
            raise self._error(f"expected {wanted}")
        self._next += 1
        return self._tokens[self._next - 1]

    def _error(self, problem: str, token: _Token | None = None) -> OpeningHoursError:
        if token is None and self._next < len(self._tokens):
            token = self._tokens[self._next]
        start = len(self._text) if token is None else token.start
        found = self._text[start : start + _CONTEXT_CHARACTERS]
        place = f"at `{found}`" if found else "at the end"
        return OpeningHoursError(f"{problem}, character {start + 1}, {place}")


def _half_of_day(token: _Token) -> bool:
    return token.text.lower() in _NAMED_TIMES or bool(re.search("[ap]", token.text, re.IGNORECASE))


def _same_half(opens: int, closes: int) -> int:
    """`2 - 8 pm` opens at 2 pm, `9 - 5 pm` at 9 am: the latest such time before the close."""
    half = DAY_MINUTES // 2
    same = opens % half + (half if closes >= half else 0)
    return same if same < closes else (same - half) % DAY_MINUTES


class HoursEntry(BaseModel):
    """One stretch of opening as a parameter."""

    model_config = with_example(day="wed", open="1:15 pm", close="03:15") | {"extra": "forbid"}

    day: Annotated[int, BeforeValidator(parse_day)]
    open: Annotated[int, BeforeValidator(parse_time)]
    close: Annotated[int, BeforeValidator(parse_time)]


def parse_any(given: Any) -> list[Span]:
    """The spans of a text, or of a list of {day, open, close}; ValueError for anything else."""
    if isinstance(given, str):
        return parse_hours(given)
    if not isinstance(given, list) or len(given) > SPANS_MAX:
        raise ValueError(f"must be a text, or a list of at most {SPANS_MAX} {{day, open, close}}")
    entries = [HoursEntry.model_validate(entry) for entry in given]
    return tidied(span_of(entry.day, entry.open, entry.close) for entry in entries)


_ENTRY_SCHEMA: Final = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("day", "open", "close")},
    "required": ["day", "open", "close"],
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
                " 1 am`, or a list of {day, open, close}. A close at or before its open is on the"
                " next day; `closed` is never."
            ),
            "examples": ["Mon - Fri 9 am - 5 pm / Sat 10:30 am - 1 am"],
        }
    ),
]
DayNumber = Annotated[
    Any,
    BeforeValidator(parse_day),
    WithJsonSchema(
        {"type": "string", "description": "A day of the week, any spelling.", "examples": ["fri"]}
    ),
]
TimeOfDay = Annotated[
    Any,
    BeforeValidator(parse_time),
    WithJsonSchema(
        {"type": "string", "description": "A time such as 13:15 or 1:15 pm.", "examples": ["13:15"]}
    ),
]
