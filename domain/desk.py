"""The desk of one book: it decides on a shelf what a member or the staff asks for.

A decision has three steps. Expired holds are passed on; the request is recorded as events, or
refused; the events become effects: rows of the log, changed claims, and the book's new holding.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from domain.circulation import COUNTERS, ClaimRow, Event, EventKind, HoldingRow, LoanTerms
from domain.effects import Add, Assign, Effect, Increase, assign, increase
from domain.errors import NoCopies
from domain.members import MemberRow

_LOANS_MORE: Final = {EventKind.CHECKOUT: 1, EventKind.FULFILL: 1, EventKind.RETURN: -1}


class Desk:
    """A book's shelf during one decision. `new_event_id` gives ids for the events."""

    def __init__(self, holding: HoldingRow, new_event_id: Callable[[], int]) -> None:
        self.shelf = holding.shelf()
        self._before = holding
        self._new_event_id = new_event_id
        self._events: list[Event] = []
        self._claims: dict[int, ClaimRow] = {}

    def record(
        self, kind: EventKind, member_id: int | None, now: datetime, **details: Any
    ) -> Event:
        """Apply an event to the shelf and record it."""
        event = Event(
            id=self._new_event_id(),
            book_id=self.shelf.book_id,
            number=self.shelf.events + 1,
            kind=kind,
            at=now,
            member_id=member_id,
            **details,
        )
        self._claims.update({claim.id: claim for claim in self.shelf.apply(event)})
        self._events.append(event)
        return event

    def settle(self, terms: LoanTerms, now: datetime) -> None:
        """End the holds that have expired, and hold free copies for the first who wait."""
        for hold in self.shelf.holds:
            if hold.expires_at is not None and hold.expires_at <= now:
                self.record(EventKind.EXPIRE, hold.member_id, now)
        for reservation in self.shelf.waiting[: self.shelf.available]:
            self.hold_for(reservation.member_id, terms, now)

    def hold_for(self, member_id: int, terms: LoanTerms, now: datetime) -> None:
        """Hold a free copy for a member who waits."""
        self.record(EventKind.HOLD, member_id, now, expires_at=now + terms.hold_period)

    def holding(self) -> HoldingRow:
        """What is stored of the shelf."""
        return self.shelf.row()

    def require_copies(self) -> None:
        """Raise NoCopies if the book has none for loan."""
        if not self.shelf.total:
            raise NoCopies(book_id=self.shelf.book_id)

    def effects(self) -> tuple[Effect, ...]:
        """The effects of the recorded events; none without events."""
        if not self._events:
            return ()
        logged = map(Add, self._events)
        return (*logged, *self._of_claims(), *self._of_holding(), *self._of_members())

    def _of_claims(self) -> list[Effect]:
        """The effects that add new claims, and change those that were open before."""
        before = {claim.id: claim for claim in self._before.claims(self._claims)}
        return [
            Assign(ClaimRow, claim.id, _changed(before[claim.id], claim))
            if claim.id in before
            else Add(claim)
            for claim in self._claims.values()
        ]

    def _of_holding(self) -> list[Effect]:
        changed = _changed(self._before, self.holding())
        counted = {
            name: changed.pop(name) - getattr(self._before, name)
            for name in COUNTERS
            if name in changed
        }
        lists = [assign(self._before, **changed)] if changed else []
        return [increase(self._before, **counted), *lists]

    def _of_members(self) -> list[Effect]:
        moved: Counter[int] = Counter()
        for event in self._events:
            if event.member_id is not None:
                moved[event.member_id] += _LOANS_MORE.get(event.kind, 0)
        return [Increase(MemberRow, each, {"open_loans": by}) for each, by in moved.items() if by]


def _changed(before: Any, after: Any) -> dict[str, Any]:
    """The fields of a row whose values have changed."""
    values = {each.name: getattr(after, each.name) for each in fields(after)}
    return {name: value for name, value in values.items() if value != getattr(before, name)}
