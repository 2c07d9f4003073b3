"""Shelves in MongoDB: loaded once a transaction, written as events and as the state they make.

`holdings` has one row a book with its counters, changed by every event: so two transactions on the
same book never both commit. Loans and reservations are rows of their own, `open` while they last.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from domain.circulation import (
    Event,
    EventKind,
    LoanTerms,
    OpenLoan,
    OpenReservation,
    Shelf,
)
from repository.members import MEMBERS, hold_member
from repository.mongo_connection import Document, Documents
from repository.transactions import Transaction

HOLDINGS: Final = "holdings"
LOANS: Final = "loans"
RESERVATIONS: Final = "reservations"
EVENTS: Final = "circulation_events"
COUNTERS_OF_A_SHELF: Final = ("total", "available", "on_loan", "held", "waiting", "events")
CLOSING: Final = {
    EventKind.FULFILL: "fulfilled",
    EventKind.CANCEL: "cancelled",
    EventKind.EXPIRE: "expired",
}


def new_holding(book_id: int) -> Document:
    """A book's row before it has any copy."""
    return {"_id": book_id, **dict.fromkeys(COUNTERS_OF_A_SHELF, 0), "next_expiry_at": None}


def counters_of(shelf: Shelf) -> dict[str, int]:
    """What a holding's counters have to be."""
    held = shelf.held
    return {
        "total": shelf.total,
        "available": shelf.available,
        "on_loan": len(shelf.loans),
        "held": held,
        "waiting": len(shelf.reservations) - held,
        "events": shelf.events,
    }


def as_open_loan(row: Document) -> OpenLoan:
    """An open loan from its row."""
    return OpenLoan(row["_id"], row["member_id"], row["loaned_at"], row["due_at"], row["renewals"])


def as_open_reservation(row: Document) -> OpenReservation:
    """An open reservation from its row."""
    return OpenReservation(
        row["_id"],
        row["member_id"],
        row["place"],
        row["reserved_at"],
        row["ready_at"],
        row["expires_at"],
    )


def as_event(row: Document) -> Event:
    """An event from its row."""
    fields = {name: value for name, value in row.items() if name != "_id"}
    return Event(**fields | {"id": row["_id"], "kind": EventKind(row["kind"])})


def shelf_of(holding: Document, loans: list[Document], reservations: list[Document]) -> Shelf:
    """A shelf from its rows."""
    return Shelf(
        holding["_id"],
        holding["total"],
        {row["member_id"]: as_open_loan(row) for row in loans},
        {row["member_id"]: as_open_reservation(row) for row in reservations},
        holding["events"],
    )


def open_rows(book_id: int) -> dict[str, Any]:
    """The filter for a book's open loans, or its open reservations."""
    return {"book_id": book_id, "open": True}


async def read_shelf(documents: Documents, holding: Document) -> Shelf:
    """A book's shelf as it is just now, outside a transaction."""
    of_book = open_rows(holding["_id"])
    loans = await documents.find(LOANS, of_book)
    return shelf_of(holding, loans, await documents.find(RESERVATIONS, of_book))


@dataclass
class Desk:
    """A shelf inside a transaction: events are recorded here and written by `write`."""

    transaction: Transaction
    shelf: Shelf
    holding: Document
    loans: dict[int, Document]
    reservations: dict[int, Document]
    _unwritten: list[Event] = field(default_factory=list)
    _touched: set[int] = field(default_factory=set)
    _closed: dict[int, tuple[str, datetime]] = field(default_factory=dict)

    async def record(
        self, kind: EventKind, member_id: int | None, now: datetime, **details: Any
    ) -> Event:
        """Let an event happen. Nothing is written before `write`."""
        event = Event(
            id=await self.transaction.database.ids.next(EVENTS),
            book_id=self.shelf.book_id,
            number=self.shelf.events + 1,
            kind=kind,
            at=now,
            member_id=member_id,
            **details,
        )
        if kind in CLOSING and member_id is not None:
            self._closed[self.shelf.reservations[member_id].id] = (CLOSING[kind], now)
        self._touched |= self.shelf.apply(event)
        self._unwritten.append(event)
        return event

    async def settle(self, terms: LoanTerms, now: datetime) -> None:
        """End the holds that have expired, and hand free copies to the first in the line."""
        for hold in self.shelf.holds:
            if hold.expires_at is not None and hold.expires_at <= now:
                await self.record(EventKind.EXPIRE, hold.member_id, now)
        for reservation in self.shelf.waiting[: self.shelf.available]:
            await self.hold_for(reservation.member_id, terms, now)

    async def hold_for(self, member_id: int, terms: LoanTerms, now: datetime) -> None:
        """Hold a free copy for one who waits."""
        await self.record(EventKind.HOLD, member_id, now, expires_at=now + terms.hold_period)

    async def write_if_changed(self) -> None:
        """Write, unless nothing was recorded since the last time."""
        if self._unwritten:
            await self.write()

    async def write(self) -> None:
        """Write the recorded events, and the rows as the events have made them."""
        for event in self._unwritten:
            row = asdict(event)
            self.transaction.append(EVENTS, {"_id": row.pop("id"), **row, "kind": str(event.kind)})
        for member_id in sorted(self._touched):
            await self._write_loan(member_id)
            self._write_reservation(member_id)
        counters = counters_of(self.shelf)
        self.transaction.change(
            HOLDINGS,
            self.holding,
            add={name: counters[name] - self.holding[name] for name in COUNTERS_OF_A_SHELF},
            assign={"next_expiry_at": self.shelf.next_expiry},
        )
        self._unwritten.clear()
        self._touched.clear()
        self._closed.clear()

    async def _write_loan(self, member_id: int) -> None:
        loan, row = self.shelf.loans.get(member_id), self.loans.get(member_id)
        if (loan is None) != (row is None):
            member = await hold_member(self.transaction, member_id)
            self.transaction.change(MEMBERS, member, add={"open_loans": -1 if row else 1})
        if loan is None:
            if row is not None:
                self._close(LOANS, self.loans.pop(member_id), {"returned_at": self._now()})
            return
        fields = {"due_at": loan.due_at, "renewals": loan.renewals}
        if row is not None:
            self.transaction.change(LOANS, row, assign=fields)
            return
        row = {"_id": loan.id, "book_id": self.shelf.book_id, "member_id": member_id, "open": True}
        row |= {"loaned_at": loan.loaned_at, "returned_at": None, **fields}
        self.transaction.add(LOANS, row)
        self.loans[member_id] = row

    def _write_reservation(self, member_id: int) -> None:
        reservation = self.shelf.reservations.get(member_id)
        row = self.reservations.get(member_id)
        if row is not None and (reservation is None or reservation.id != row["_id"]):
            status, closed_at = self._closed[row["_id"]]
            closed = {"status": status, "closed_at": closed_at}
            self._close(RESERVATIONS, self.reservations.pop(member_id), closed)
            row = None
        if reservation is None:
            return
        fields = {
            "status": "waiting" if reservation.ready_at is None else "ready",
            "place": reservation.place,
            "ready_at": reservation.ready_at,
            "expires_at": reservation.expires_at,
        }
        if row is not None:
            self.transaction.change(RESERVATIONS, row, assign=fields)
            return
        row = {"_id": reservation.id, "book_id": self.shelf.book_id, "member_id": member_id}
        row |= {"open": True, "reserved_at": reservation.reserved_at, "closed_at": None, **fields}
        self.transaction.add(RESERVATIONS, row)
        self.reservations[member_id] = row

    def _close(self, collection: str, row: Document, fields: Document) -> None:
        self.transaction.change(collection, row, assign={"open": False, **fields})

    def _now(self) -> datetime:
        return self._unwritten[-1].at


async def open_desk(transaction: Transaction, book_id: int) -> Desk | None:
    """The desk of a book, the same one during all of a transaction; None without a holding."""
    desk: Desk | None = transaction.memory.get((HOLDINGS, book_id))
    if desk is None:
        holding = await transaction.hold(HOLDINGS, book_id)
        if holding is None:
            return None
        loans = await transaction.hold_matching(LOANS, open_rows(book_id))
        reservations = await transaction.hold_matching(RESERVATIONS, open_rows(book_id))
        desk = _remember(transaction, holding, loans, reservations)
    return desk


def new_desk(transaction: Transaction, book_id: int) -> Desk:
    """The desk of a book that has had no copies for loan so far."""
    holding = new_holding(book_id)
    transaction.add(HOLDINGS, holding)
    return _remember(transaction, holding, [], [])


def _remember(
    transaction: Transaction,
    holding: Document,
    loans: list[Document],
    reservations: list[Document],
) -> Desk:
    desk = transaction.memory[HOLDINGS, holding["_id"]] = Desk(
        transaction,
        shelf_of(holding, loans, reservations),
        holding,
        {row["member_id"]: row for row in loans},
        {row["member_id"]: row for row in reservations},
    )
    return desk
