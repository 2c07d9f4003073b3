"""The phrases of a text of opening hours: the days and the times of one rule."""

from collections.abc import Collection
from typing import Final

from domain.hours_rules import Named
from domain.hours_times import TimeRange, is_24_hour_clock, range_of
from domain.hours_words import OpeningHoursError, Time, Word, words_of_hours
from domain.spans import DAY_MINUTES

DAYS: Final = frozenset(("day", "days", "every", "holiday"))
TIMES: Final = frozenset(("time", "whole", "always", "between"))
HARD_BREAKS: Final = frozenset(("slash", "line", "semicolon"))
SOFT_BREAKS: Final = frozenset(("comma", "bracket", "both", "year"))
_LEADS: Final = frozenset(("lead",))
_BETWEEN_DAYS: Final = SOFT_BREAKS | {"plus", "slash"}
_BETWEEN_TIMES: Final = SOFT_BREAKS | {"slash", "line"}
_UNTIL: Final = frozenset(("until", "untill", "till", "til", "to"))

_MONDAY: Final = frozenset((0,))
_RANGES_OR_PAIRS: Final = frozenset((_MONDAY, frozenset((day,))) for day in (4, 5, 6))
"""`Mo Fr` may be two days or five."""


class Phrases:
    """A text, read phrase by phrase. Refusals are OpeningHoursError."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = words_of_hours(text)
        self.next = 0
        self._is_24_hour = is_24_hour_clock(word.time for word in self.words if word.time)

    def kind(self, ahead: int = 0) -> str | None:
        """The kind of a word to come; None after the last."""
        at = self.next + ahead
        return self.words[at].kind if at < len(self.words) else None

    def take(self, kind: str) -> bool:
        """Go past a word of that kind, if it is next."""
        found = self.kind() == kind
        self.next += found
        return found

    def skip(self, kinds: Collection[str]) -> set[str]:
        """Go past words of these kinds, and tell which there were."""
        skipped = set()
        while (kind := self.kind()) in kinds:
            skipped.add(str(kind))
            self.next += 1
        return skipped

    def is_after(self, index: int, kinds: Collection[str]) -> bool:
        """Whether a word follows one of these kinds."""
        return index > 0 and self.words[index - 1].kind in kinds

    def place(self) -> int:
        """Where in the text the next word is."""
        return self.words[self.next].start if self.next < len(self.words) else len(self.text)

    def error(self, problem: str, place: int | None = None) -> OpeningHoursError:
        """The refusal for a place, else for the next word."""
        return OpeningHoursError.at(problem, self.text, self.place() if place is None else place)

    def since(self, start: int) -> str:
        """The text from one word up to here, in one line."""
        return " ".join(self.text[self.words[start].start : self.words[self.next - 1].end].split())

    def days(self) -> Named:
        """Read `Mon`, `Mo-Fr,Su`, `Sat & Sun`, `every day`, `Su,PH`."""
        if self.kind() not in DAYS:
            raise self.error("expected a day")
        start, first = self.place(), self.next
        items, joints, kinds = [], set[str](), list[str]()
        is_of_holidays = False
        while True:
            kinds.append(str(self.kind()))
            items += [] if self.take("holiday") else [self._day_or_range()]
            after = self.next
            self.skip(("unit",))
            joint = self.skip(_BETWEEN_DAYS)
            self.skip(_LEADS)
            if self.kind() not in DAYS:
                self.next = after if joint else self.next
                break
            joints |= joint
            is_of_holidays = is_of_holidays or (not joint and kinds == ["holiday"])
            if not joint and self._is_school_holiday() and not is_of_holidays:
                raise self.error("write a comma, if it adds to the days before")
        if not joints and tuple(items) in _RANGES_OR_PAIRS:
            raise self.error("write `-` or `,` between the days", start)
        if "every" in kinds and len(items) > 1:
            raise self.error("names every day and some days", self.words[first].start)
        return Named(
            () if is_of_holidays else tuple(items), "holiday" in kinds, start, joints <= {"comma"}
        )

    def _is_school_holiday(self) -> bool:
        word = self.words[self.next]
        return word.kind == "holiday" and self.text[word.start : word.end].lower().startswith("s")

    def _day_or_range(self) -> frozenset[int]:
        first = self.words[self.next]
        self.next += 1
        if first.kind != "day" or self.kind() != "dash" or self.kind(1) != "day":
            return first.days
        (begin,), (end,) = first.days, self.words[self.next + 1].days
        self.next += 2
        if begin == end or (self.kind() == "dash" and self.kind(1) in DAYS):
            raise self.error("is not a range of days", first.start)
        return frozenset((begin + offset) % 7 for offset in range((end - begin) % 7 + 1))

    def ranges(self) -> tuple[list[TimeRange], bool]:
        """Read `9am-12pm, 1pm-5pm`; and whether lines or slashes part the ranges."""
        start, ranges, joints = self.next, [self._range()], set[str]()
        while True:
            after = self.next
            joint = self.skip(_BETWEEN_TIMES)
            self.skip(_LEADS)
            if self.kind() not in TIMES:
                self.next = after
                self.take("open")
                return ranges, bool(joints & HARD_BREAKS)
            joints |= joint
            ranges.append(self._range())
            if (0, 0) in ranges:
                raise self.error("is all day and not", self.words[start].start)

    def closing_time(self) -> int | None:
        """Read the time of `until 8 pm`, in minutes of the day; None where a range follows."""
        before, after = self.words[self.next - 1], self.next
        if self.kind() != "time" or self.text[before.start : before.end].lower() not in _UNTIL:
            return None
        start = self.place()
        closing = self._time("a closing time")
        if self.kind() == "dash":
            self.next = after
            return None
        if not (closing.half or closing.is_24_hour) or closing.minutes > DAY_MINUTES:
            raise self.error("is ambiguous; write am or pm", start)
        return closing.minutes

    def _range(self) -> TimeRange:
        if self.take("whole") or self.take("always"):
            return 0, 0
        joints = {"dash", "both"} if self.take("between") else {"dash"}
        start = self.place()
        opening = self._time("an opening time")
        if self.kind() not in joints:
            raise self.error("expected `-` and a closing time")
        self.next += 1
        closing = self._time("a closing time")
        if self.kind() == "plus":
            raise self.error("has no closing time")
        try:
            return range_of(opening, closing, is_24_hour=self._is_24_hour)
        except ValueError as fault:
            raise self.error(str(fault), start) from None

    def _time(self, wanted: str) -> Time:
        word = self.words[self.next] if self.kind() == "time" else Word("", 0, 0)
        if word.time is None:
            raise self.error(f"expected {wanted}")
        self.next += 1
        self.take("unit")
        return word.time
