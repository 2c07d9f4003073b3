"""The desk of one book: it decides on a shelf what a member or the staff asks for.

A decision has three steps. Expired holds are passed on; the request is recorded as events, or
refused; the events become effects: rows of the log, changed claims, the book's new holding, and
what its members have.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

from domain.circulation import COUNTERS, ClaimRow, Event, EventKind, HoldingRow, LoanTerms
from domain.effects import Add, Assign, Effect, Foreseen, Increase, Put, assign, increase
from domain.errors import BookArchived, NoCopies
from domain.fines import FineKind, FineRow
from domain.members import MemberRow
from domain.shelf import Shelf, Standing


class Desk:
    """A book's shelf during one decision. `new_event_id` gives ids for the events."""

    def __init__(self, holding: HoldingRow, new_event_id: Callable[[], int]) -> None:
        self.shelf = Shelf.of(holding)
        self._before = holding
        self._new_event_id = new_event_id
        self._events: list[Event] = []
        self._claims: dict[int, ClaimRow] = {}
        self._standings: dict[int, Standing] = {}
        """Of each member to whom something happens, from before."""
        self._fines: list[FineRow] = []

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
        if member_id is not None:
            self._standings.setdefault(member_id, self.shelf.standing(member_id))
        self._claims.update({claim.id: claim for claim in self.shelf.apply(event)})
        self._events.append(event)
        return event

    def open(self, terms: LoanTerms, now: datetime) -> None:
        """Pass expired holds on before anything is decided. Raises NoCopies."""
        self.settle(terms, now)
        if not self.shelf.total:
            raise NoCopies(book_id=self.shelf.book_id)

    def settle(self, terms: LoanTerms, now: datetime) -> None:
        """End the holds that have expired, and hold free copies for the first who wait."""
        for hold in self.shelf.holds:
            if hold.expires_at is not None and hold.expires_at <= now:
                self.record(EventKind.EXPIRE, hold.member_id, now)
        for reservation in self.shelf.waiting[: max(self.shelf.available, 0)]:
            self.hold_for(reservation.member_id, terms, now)

    def hold_for(self, member_id: int, terms: LoanTerms, now: datetime) -> None:
        """Hold a free copy for a member who waits."""
        self.record(EventKind.HOLD, member_id, now, expires_at=now + terms.hold_period)

    def pass_on(self, terms: LoanTerms, now: datetime) -> int | None:
        """Hold a copy that has become free for the first in the queue; return that member."""
        waiting = self.shelf.waiting
        self.settle(terms, now)
        return waiting[0].member_id if waiting else None

    def charge(self, kind: FineKind, loan_id: int, end: Event, cents: int) -> None:
        """Fine a member, if it costs anything, for a loan that an event has ended."""
        if cents and end.member_id is not None:
            book_id = self.shelf.book_id
            fine = FineRow(end.id, end.member_id, kind, end.at, cents, loan_id, book_id)
            self._fines.append(fine)

    def holding(self) -> HoldingRow:
        """What is stored of the shelf."""
        return self.shelf.row()

    def require_listed(self) -> None:
        """Raise BookArchived if the book is archived: it is not lent anew."""
        if self.shelf.archived:
            raise BookArchived(book_id=self.shelf.book_id)

    def effects(self) -> tuple[Effect, ...]:
        """The effects of the recorded events; none without events."""
        if not self._events:
            return ()
        added = (*map(Add, self._events), *map(Add, self._fines))
        return (*added, *self._of_claims(), *self._of_holding(), *self._of_members())

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
        found: list[Effect] = []
        for member_id, before in self._standings.items():
            after = self.shelf.standing(member_id)
            fines = sum(fine.amount_cents for fine in self._fines if fine.member_id == member_id)
            found += effects_on_member(member_id, self.shelf.book_id, before, after, fines)
        return found


def effects_on_member(
    member_id: int, book_id: int, before: Standing, after: Standing, fine_cents: int
) -> tuple[Foreseen, ...]:
    """What changes in a member's row when a loan or reservation of a book begins, moves or ends."""
    moved = {
        "open_loans": (after.due_at is not None) - (before.due_at is not None),
        "fines_cents": fine_cents,
    }
    effects: list[Foreseen] = []
    if any(moved.values()):
        by = {name: more for name, more in moved.items() if more}
        effects.append(Increase(MemberRow, member_id, by))
    key = str(book_id)
    if before.due_at != after.due_at:
        effects.append(Put(MemberRow, member_id, "loans_due", key, after.due_at))
    if before.reserved_at != after.reserved_at:
        effects.append(Put(MemberRow, member_id, "reserved", key, after.reserved_at))
    return tuple(effects)


def _changed(before: Any, after: Any) -> dict[str, Any]:
    """The fields of a row whose values have changed."""
    values = {each.name: getattr(after, each.name) for each in fields(after)}
    return {name: value for name, value in values.items() if value != getattr(before, name)}
