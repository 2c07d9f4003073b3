"""The words of a text of opening hours: days, times, and what joins them.

Each word is understood or refused, so that no part of a text is skipped in silence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.spans import DAYS

_CONTEXT_CHARACTERS: Final = 20
_FULL_NAMES: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
# S is Saturday or Sunday, so it is neither.
_LETTERS: Final = {"m": 0, "t": 1, "w": 2, "f": 4}
_MONTHS: Final = 12
EVERY_DAY: Final = frozenset(range(7))
_WORKDAYS: Final = frozenset(range(5))
_HEADING: Final = re.compile(
    r"\s*(?:(?:our|the|store|shop|business|office|opening|open|trading|regular|normal|standard"
    r"|working|library|branch|museum|book|bookshop|bookstore|public|visiting)\s+)*(?:hours|hrs|times)(?:\s+of\s+operation|\s+are)?\s*[:\-\n]\s*",
    re.IGNORECASE,
)
# The cells of a table, copied without what parted them: `9 am - 5 pmTuesday`, `SundayClosed`.
_NEXT_CELL: Final = r"(?=(?-i:[A-Z][a-z]{2,5}day))"
_WORD: Final = re.compile(
    r"""[^\S\n\r\u2028]*(?:
      (?P<always>24\s*[/x]\s*7(?:\s*/\s*365)?\b|24\s*(?:hours|hrs|h)\s*/\s*7(?:\s*days)?\b)
    | (?P<whole>(?:open\s+)?24[\s-]*(?:hours?|hrs?|h)\b\.?(?:\s*(?:a|per|/)\s*day\b)?
        |all[\s-]+day\b|(?:a)?round\s+the\s+clock\b)
    | (?P<unit>(?:h|hrs?|hours?|uhr|inclusive|only|weekly|(?:each|every)\s+week)\b)
    | (?P<year>(?:year[\s-]*round|all\s+year(?:[\s-]*round)?)\b)
    | (?P<every>every\s*day\b|each\s+day\b|daily\b|all\s+(?:week|days)\b
        |(?:7|seven)\s*days(?:\s*(?:a|per|/)\s*week\b)?)
    | (?P<workdays>(?:on\s+)?week\s?-?days?\b|(?:business|working)\s+days?\b)
    | (?P<weekend>week\s?-?ends?\b)
    | (?P<closed>(?:closed?|shut)(?:\s+all\s+day)?(?:\b|NEXT_CELL)|off\b)
    | (?P<holiday>(?-i:PH|SH)\b
        |(?:(?:public|bank|school|national|federal|legal|statutory|stat|major|all)\s+)*holidays?\b)
    | (?P<time>(?:12(?:[:.]00)?\s*)?(?:noon|midday|midnight)(?:\b|NEXT_CELL)
        |12(?:[:.]00)?\s*(?:nn|mn)\b
        |(?:\d{1,2}(?:[:.h\uff1a]\d{2}(?::00)?h?|:0|h)?|\d{3,4})
         \s*(?:[ap]\.?\s?m(?:\b|NEXT_CELL)\.?|[ap]\b\.?)?
         (?:NEXT_CELL|(?![^\W_]|[.:]\d)))
    | (?P<dash>(?:[-~\u2010-\u2015\u2192\u2212\u301c\u30fc\ufe58\ufe63\uff0d\uff5e]\s*)+
        |(?:to|through|thru|til|till|until|untill)\b|,?\s*(?:and\s+)?closes\b(?:\s+at\b)?)
    | (?P<comma>[,\uff0c\u3001]|(?:but|then|including|incl)\b\.?)
    | (?P<bracket>\()
    | (?P<both>&(?:amp;)?|and\b)
    | (?P<plus>\+)
    | (?P<slash>[/\uff0f])
    | (?P<semicolon>[;\uff1b])
    | (?P<line>[|\n\r.\u2022\u00b7\u2028]|<br\s*/?>)
    | (?P<colon>[:=@\uff1a])
    | (?P<between>between\b)
    | (?P<lead>(?:from|at|on|every|each)\b|we['\u2019]re\b
        |(?:we\s+|(?:the\s+)?(?:shop|store|library|museum)\s+)?(?:is|are|will)\b)
    | (?P<vary>(?:hours\s+)?(?:may|can|might)\s+(?:vary|differ)\b)
    | (?P<open>(?:opens?|operates)\b)
    | (?P<but_not>(?:except(?:ing)?(?:\s+for|\s+on)?|excluding|apart\s+from|but\s+not)\b
        |excl\b\.?)
    | (?P<nothing>\))
    | (?P<day>(?-i:[A-Z][a-z]{2,5}day(?=[A-Z]))
        |[^\W\d_]+days?\b(?:['\u2019]s?)?
        |[^\W\d_]+(?:['\u2019]s?)?\.?)
    | (?P<other>\S)
    )""".replace("NEXT_CELL", _NEXT_CELL),
    re.VERBOSE | re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"(\d{1,2}?)(?:[:.h\uff1a]?(\d{2})|:(0))?(?::00)?h?\s*(?:([ap]).*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Time:
    """A time as it was written: its numbers, `a` or `p` where given, and its form."""

    hour: int
    minute: int
    half: str
    is_24_hour: bool
    """Written as only the 24-hour clock is: 09:00, 17:00, 0:30, 9:0."""
    has_minutes: bool

    @property
    def minutes(self) -> int:
        """Minutes since midnight, a time without am and pm being read by the 24-hour clock."""
        hour = self.hour % 12 + 12 * (self.half == "p") if self.half else self.hour
        return hour * 60 + self.minute


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: its kind, its place, and the time or the days that it means."""

    kind: str
    start: int
    end: int
    days: frozenset[int] = frozenset()
    time: Time | None = None


class OpeningHoursError(ValueError):
    """The text is not opening hours; the message names the place of the fault."""

    @classmethod
    def at(cls, problem: str, text: str, start: int) -> "OpeningHoursError":
        """Make the error for a place in a text."""
        found = text[start : start + _CONTEXT_CHARACTERS]
        place = f"at `{found}`" if found else "at the end"
        return cls(f"{problem}, character {start + 1}, {place}")


def day_number(text: str) -> int | None:
    """The day that a word such as mon, Thur. or WEDS names, 0 for Monday; None for no day."""
    word = re.sub(r"['\u2019]s?$", "", text.lower().rstrip("."))
    word = word[:-1] if word.endswith("days") else word
    for number, name in enumerate(_FULL_NAMES):
        # The first two letters of a name identify the day.
        if len(word) > 1 and (name.startswith(word) or word == DAYS[number] + "s"):
            return number
    return None


def words_of_hours(text: str) -> list[Word]:
    """The words of a text of opening hours. Raises OpeningHoursError for one that is unknown."""
    heading = _HEADING.match(text)
    words = list(_words(text, heading.end() if heading else 0))
    tuesdays = [word for word in words if text[word.start : word.end].lower().rstrip(".") == "t"]
    if len(tuesdays) > 1:  # in M T W T F the second is Thursday
        raise OpeningHoursError.at("write Tu or Th", text, tuesdays[0].start)
    return list(_with_24_hours_as_a_close(_without_dates(text, words)))


def _without_dates(text: str, words: list[Word]) -> list[Word]:
    """The words, if no `14.05` among times such as 9:00 may be a day of May."""
    if any(word.time and ":" in text[word.start : word.end] for word in words):
        for word in words:
            written = text[word.start : word.end]
            if word.time and "." in written[:3] and 0 < word.time.minute <= _MONTHS:
                raise OpeningHoursError.at("may be a date; write times with `:`", text, word.start)
    return words


def _with_24_hours_as_a_close(words: list[Word]) -> Iterator[Word]:
    """The words, `24h` after a time and a dash being a time, as in `18h - 24h`."""
    midnight = Time(24, 0, "", is_24_hour=True, has_minutes=False)
    for index, word in enumerate(words):
        before = [each.kind for each in words[max(index - 2, 0) : index]]
        is_close = word.kind == "whole" and before == ["time", "dash"]
        yield Word("time", word.start, word.end, time=midnight) if is_close else word


def _words(text: str, start: int) -> Iterator[Word]:
    for match in _WORD.finditer(text, start):
        kind, (begin, end) = match.lastgroup or "other", match.span(match.lastgroup or "other")
        written = match[kind]
        match kind:
            case "every" | "workdays" | "weekend":
                days = {"every": EVERY_DAY, "workdays": _WORKDAYS}.get(kind, EVERY_DAY - _WORKDAYS)
                yield Word("days" if kind != "every" else kind, begin, end, days)
            case "day":
                number = day_number(written)
                if number is None:
                    number = _LETTERS.get(written.lower().rstrip("."))
                if number is None:
                    raise OpeningHoursError.at("is not understood", text, begin)
                yield Word("day", begin, end, frozenset((number,)))
            case "time":
                yield Word("time", begin, end, time=_time(text, written, begin))
            case "other":
                raise OpeningHoursError.at("is not understood", text, begin)
            case "nothing":
                pass
            case _:
                yield Word(kind, begin, end)


def _time(text: str, written: str, start: int) -> Time:
    word = written.lower()
    if word.endswith(("noon", "midday", "midnight", "nn", "mn")):
        half = "a" if word.endswith(("midnight", "mn")) else "p"
        return Time(12, 0, half, is_24_hour=False, has_minutes=False)
    match = _TIME.fullmatch(written)
    if match is None:
        raise OpeningHoursError.at("is no time", text, start)
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[4] or "").lower()
    is_round = minute % 15 == 0 or not written[:4].isdigit()  # 2023 is rather a year
    hour_max = {"a": 12, "p": 23}.get(half, 48)  # 18:00 pm is 18:00
    if minute > 59 or hour > hour_max or (half == "p" and not hour) or not is_round:  # noqa: PLR2004 - a clock's numbers
        raise OpeningHoursError.at("is no time of day", text, start)
    is_24_hour = not half and (match[1].startswith("0") or hour > 12 or match[3] is not None)  # noqa: PLR2004 - as above
    return Time(hour, minute, half, is_24_hour, has_minutes=bool(match[2] or match[3]))
