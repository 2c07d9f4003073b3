"""What the rules of a text of opening hours make of a week, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.hours_times import HALF_DAY, TimeRange
from domain.hours_words import EVERY_DAY, OpeningHoursError
from domain.spans import DAY_MINUTES, DAYS, WEEK_MINUTES, Span, clock, span_of, tidied

_LATEST: Final = 360
"""No store that closes later than 6 am is open from the day before."""


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of a week as sorted spans, and notes on what of a text was left out."""

    spans: list[Span]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Named:
    """The days that a rule names, item by item, and where in the text they are."""

    items: tuple[frozenset[int], ...]
    has_holidays: bool
    start: int
    is_split_by_comma: bool = True

    @property
    def days(self) -> frozenset[int]:
        """All days of the items."""
        return frozenset[int]().union(*self.items)

    def item(self, index: int) -> "Named":
        """One of the items alone."""
        return Named((self.items[index],), has_holidays=False, start=self.start)


@dataclass(slots=True)
class _Rule:
    text: str
    days: frozenset[int]
    spans: list[Span]


class WeekOfRules:
    """A week that rules are put into; a rule that is at odds with one before is refused.

    What is closed stays closed, wherever it is named. Refusals are OpeningHoursError.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._rules: list[_Rule] = []
        self._closed: frozenset[int] = frozenset()
        self._notes: list[str] = []
        self.last_days: frozenset[int] | None = None
        """The days of the rule before, if it opens any."""

    @property
    def has_rules(self) -> bool:
        """Whether a rule for plain days was put in."""
        return bool(self._rules or self._closed)

    @property
    def is_open(self) -> bool:
        """Whether a rule that opens was put in."""
        return bool(self._rules)

    def close(self, named: Named, rule: str) -> None:
        """Take the spans back that open on these days."""
        self._note_holidays(named, rule)
        self._closed |= named.days
        self.last_days = None

    def close_at(self, named: Named, closes: int, rule: str) -> None:
        """Move the closing time of days that are open once: `Mon-Fri 9am-5pm, Thu until 8pm`."""
        self._note_holidays(named, rule)
        spans = [span for each in self._rules for span in each.spans if span.day in named.days]
        opens = {span.day: span.open % DAY_MINUTES for span in spans}
        if len(spans) != len(named.days) or opens.keys() != named.days:
            raise self._fault("has no opening time", named)
        if any(closes <= each and closes > _LATEST for each in opens.values()):
            raise self._fault("closes before it opens", named)
        for each in self._rules:
            each.spans = [span for span in each.spans if span.day not in named.days]
        moved = [span_of(day, each, closes) for day, each in sorted(opens.items())]
        self._rules.append(_Rule(rule, named.days, moved))
        self.last_days = None

    def open(self, named: Named, ranges: Sequence[TimeRange], rule: str, *, replaces: bool) -> None:
        """Open on these days, in place of or besides what they have."""
        self._note_holidays(named, rule)
        days = named.days
        self.last_days = days or None
        if not days:
            return
        if days <= self._closed:
            raise self._fault("is both closed and open", named)
        if _one_holds_another(ranges):
            raise self._fault("has times within others that go past midnight", named)
        spans = [span_of(day, *each) for day in sorted(days) for each in ranges]
        if replaces:
            self._replace(days)
        elif self._adds_nothing_to_a_day(days, spans):
            self._notes.append(
                f"`{rule}` adds nothing to the hours that its days have; after `;` it would"
                " replace them"
            )
        self._rules.append(_Rule(rule, days, spans))

    def _note_holidays(self, named: Named, rule: str) -> None:
        if named.has_holidays:
            part = "the holidays in " if named.items else ""
            self._notes.append(
                f"left out: {part}`{rule}`; hours of holidays are not kept, set special days"
            )

    def _replace(self, days: frozenset[int]) -> None:
        for rule in self._rules:
            if rule.spans and rule.days <= days:
                self._notes.append(
                    f"`{rule.text}` is replaced by a later rule; after `,` it would add"
                )
            rule.spans = [span for span in rule.spans if span.day not in days]

    def _adds_nothing_to_a_day(self, days: frozenset[int], spans: list[Span]) -> bool:
        """Whether a reader takes a rule for an exception: `daily 9am-5pm, Sun 11am-3pm`."""
        others = [span for rule in self._rules if rule.days != days for span in rule.spans]
        return any(
            all(
                _is_within(span, [other for other in others if other.day == day])
                for span in spans
                if span.day == day
            )
            for day in days & {span.day for span in spans}
        )

    def _fault(self, problem: str, named: Named) -> OpeningHoursError:
        return OpeningHoursError.at(problem, self._text, named.start)

    def week(self) -> Week:
        """The week of all rules."""
        if not self.has_rules:
            raise OpeningHoursError("has hours for holidays only; write those of a plain week")
        if not self._rules and self._closed != EVERY_DAY:
            raise OpeningHoursError("says when it is closed and not when it is open")
        spans = [span for rule in self._rules for span in rule.spans]
        spans = tidied(span for span in spans if span.day not in self._closed)
        return Week(spans, self._notes + _notes_on_swallowed_days(spans))


def _notes_on_swallowed_days(spans: Sequence[Span]) -> list[str]:
    """Notes where 10 pm was rather 10 am: `Sat 10 pm - 6 pm, Sun 12 pm - 6 pm`."""
    return [
        f"{DAYS[span.day]} {clock(span.open)}-{clock(span.close)} closes after the next day's"
        " hours; check am and pm"
        for span in spans
        if any(
            span.close > (span.day + 1) * DAY_MINUTES + HALF_DAY
            and other.day == (span.day + 1) % len(DAYS)
            and _is_within(other, [span])
            for other in spans
        )
    ]


def _one_holds_another(ranges: Sequence[TimeRange]) -> bool:
    """Whether a range past midnight holds another: 8:30am - 12:30am, 2pm - 5pm."""
    whole = [span_of(0, *each) for each in ranges]
    return any(
        one.close > DAY_MINUTES
        and one != other
        and one.open <= other.open < other.close
        and other.close <= one.close
        for one in whole
        for other in whole
    )


def _is_within(span: Span, others: list[Span]) -> bool:
    return any(
        other.open + shift <= span.open and span.close <= other.close + shift
        for other in others
        for shift in (0, WEEK_MINUTES)
    )
