"""Spans of minutes of a week, and what can be asked of them.

Minutes of the week count from Monday 00:00. A span is [open, close). It may run past midnight, on
Sunday into Monday, and belongs to the day on which it opens, in full. A week counts a minute once,
also where a span runs past midnight into one of the next day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

DAY_MINUTES: Final = 1_440
WEEK_MINUTES: Final = 7 * DAY_MINUTES
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from minute `open` of the week (below WEEK_MINUTES) for at most a day."""

    open: int
    close: int

    @property
    def day(self) -> int:
        """The day that the span belongs to, 0 for Monday."""
        return self.open // DAY_MINUTES


def span_of(day: int, opens: int, closes: int) -> Span:
    """The span that opens on a day, from minutes of the day.

    A close at or before the open is on the next day. An open at minute 1,440 is the next day's
    00:00, and the span belongs to that day.
    """
    start = (day * DAY_MINUTES + opens) % WEEK_MINUTES
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


def week_minutes(spans: Iterable[Span]) -> int:
    """Minutes open in a week, each counted once."""
    return sum(span.close - span.open for span in stretches(spans))


def stretches(spans: Iterable[Span]) -> list[Span]:
    """When a week is open without a break, from the week's start to its end, in order."""
    joined: list[Span] = []
    for piece in pieces(spans):
        if joined and piece.open <= joined[-1].close:
            joined[-1] = Span(joined[-1].open, max(joined[-1].close, piece.close))
        else:
            joined.append(piece)
    return joined


def clock(minute: int) -> str:
    """`HH:MM` of a minute of any day."""
    return f"{minute % DAY_MINUTES // 60:02}:{minute % 60:02}"
