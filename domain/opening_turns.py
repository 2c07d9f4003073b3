"""The minutes of a week in which a store opens and closes: quick to tell what comes next."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable

from domain.spans import WEEK_MINUTES, Span, stretches

Turn = tuple[bool, int | None, int | None]
"""Whether a store is open, when it closes, and when it next opens.

In minutes since the Monday 00:00 of the week; None for what never comes.
"""


class Turns:
    """When a store with these hours opens and closes, in weeks without special days."""

    def __init__(self, week: Iterable[Span]) -> None:
        open_for = stretches(week)
        self._is_always_open = open_for == [Span(0, WEEK_MINUTES)]
        if len(open_for) > 1 and open_for[0].open == 0 and open_for[-1].close == WEEK_MINUTES:
            into_monday = Span(open_for[-1].open, WEEK_MINUTES + open_for[0].close)
            open_for = [*open_for[1:-1], into_monday]
        self._minutes = array(
            "i", [minute for each in open_for for minute in (each.open, each.close)]
        )
        """In turns one in which it opens and one in which it closes."""

    def at(self, minute: int) -> Turn:
        """What is so in a minute of the week, and what comes next."""
        minutes = self._minutes
        if self._is_always_open or not minutes:
            return self._is_always_open, None, None
        began = 0
        if minute < minutes[0]:  # as the week before has left it
            began = -WEEK_MINUTES
        place = bisect_right(minutes, minute - began)
        is_open = place % 2 == 1
        opens = place + is_open
        return (
            is_open,
            minutes[place] + began if is_open else None,
            (minutes[opens] if opens < len(minutes) else minutes[0] + WEEK_MINUTES) + began,
        )
