"""Lending: what members and staff do with the copies of a book, each inside a transaction."""

import asyncio
from datetime import datetime
from typing import Final

import structlog

from domain.circulation import (
    EventKind,
    LoanTerms,
    OpenLoan,
    OpenReservation,
    Shelf,
)
from domain.clock import Clock
from domain.errors import Busy, NotFound, StorageUnavailable
from domain.library import (
    AlreadyOnLoan,
    AlreadyReserved,
    Availability,
    CopiesAvailable,
    CopiesInUse,
    Lending,
    Loan,
    LoanLimitReached,
    NobodyBehind,
    NoCopies,
    NotOnLoan,
    NotReady,
    NotReserved,
    OthersWaiting,
    PassedOn,
    RenewalLimitReached,
    Renewed,
    Reservation,
    Returned,
)
from repository.books import BOOKS
from repository.circulation import HOLDINGS, Desk, new_desk, new_holding, open_desk
from repository.group_commit import Change, GroupCommit
from repository.members import hold_member
from repository.mongo_connection import Database, Document, Documents
from repository.transactions import Transaction

SETTLE_DEADLINE_S: Final = 5.0
SWEEP_BOOKS_MAX: Final = 200

log = structlog.get_logger("octavo.library")


def lane(book_id: int) -> str:
    """Where all that happens to the copies of a book for loan joins, in order."""
    return f"circulation {book_id}"


def as_loan(
    book_id: int, loan: OpenLoan, now: datetime, returned_at: datetime | None = None
) -> Loan:
    """A loan as the outside sees it at a time."""
    return Loan(
        id=loan.id,
        member_id=loan.member_id,
        book_id=book_id,
        loaned_at=loan.loaned_at,
        due_at=loan.due_at,
        renewals=loan.renewals,
        returned_at=returned_at,
        is_overdue=returned_at is None and loan.due_at < now,
    )


def _open_reservation(
    shelf: Shelf, reservation: OpenReservation, terms: LoanTerms, now: datetime
) -> Reservation:
    position = shelf.position(reservation.member_id)
    return Reservation(
        id=reservation.id,
        member_id=reservation.member_id,
        book_id=shelf.book_id,
        status="ready" if position is None else "waiting",
        position=position,
        estimated_ready_at=reservation.ready_at
        if position is None
        else shelf.estimate(position, now, terms),
        reserved_at=reservation.reserved_at,
        fetch_by=reservation.expires_at,
    )


async def _require_book(documents: Documents, book_id: int) -> None:
    if await documents.find_one(BOOKS, {"_id": book_id}, {"_id": 1}) is None:
        raise NotFound.of("book", id=book_id)


async def _desk(transaction: Transaction, book_id: int, terms: LoanTerms, now: datetime) -> Desk:
    """The desk of a book, its expired holds passed on. Raises NotFound or NoCopies."""
    desk = await open_desk(transaction, book_id)
    if desk is None:
        await _require_book(transaction, book_id)
        raise NoCopies.of(book_id)
    await desk.settle(terms, now)
    if not desk.shelf.total:
        raise NoCopies.of(book_id)
    return desk


async def set_copies(
    transaction: Transaction, book_id: int, copies: int, terms: LoanTerms, now: datetime
) -> Availability:
    """Say how many copies are for loan; new ones go to those who wait.

    Raises NotFound, or CopiesInUse when more are out or held.
    """
    desk = await open_desk(transaction, book_id)
    if desk is None:
        await _require_book(transaction, book_id)
        desk = new_desk(transaction, book_id)
    await desk.settle(terms, now)
    shelf = desk.shelf
    if copies < len(shelf.loans) + shelf.held:
        raise CopiesInUse.of(book_id, copies=copies, on_loan=len(shelf.loans), held=shelf.held)
    await desk.record(EventKind.SET_COPIES, None, now, copies=copies)
    await desk.settle(terms, now)
    await desk.write()
    return as_availability(desk.holding)


async def first_copies(transaction: Transaction, book_id: int, copies: int, now: datetime) -> None:
    """Give copies for loan to a book that stands in the catalogue and has had none so far."""
    desk = new_desk(transaction, book_id)
    await desk.record(EventKind.SET_COPIES, None, now, copies=copies)
    await desk.write()


async def checkout(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> Lending:
    """Lend the member's held copy or a free one, else put the member into the line.

    Raises NotFound, NoCopies, AlreadyOnLoan, AlreadyReserved or LoanLimitReached.
    """
    member = await hold_member(transaction, member_id)
    desk = await _desk(transaction, book_id, terms, now)
    _require_no_loan(desk.shelf, member_id)
    reservation = desk.shelf.reservations.get(member_id)
    if reservation is not None and reservation.ready_at is not None:
        return await _lend(desk, EventKind.FULFILL, member, terms, now)
    _require_no_reservation(desk.shelf, member_id, terms, now)
    if desk.shelf.available:
        return await _lend(desk, EventKind.CHECKOUT, member, terms, now)
    return await _join_the_line(desk, member_id, terms, now)


async def reserve(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> Lending:
    """Put the member into the line, when no copy is free.

    Raises NotFound, NoCopies, AlreadyOnLoan, AlreadyReserved or CopiesAvailable.
    """
    await hold_member(transaction, member_id)
    desk = await _desk(transaction, book_id, terms, now)
    _require_no_loan(desk.shelf, member_id)
    _require_no_reservation(desk.shelf, member_id, terms, now)
    if desk.shelf.available:
        raise CopiesAvailable.of(book_id, desk.shelf.available)
    return await _join_the_line(desk, member_id, terms, now)


async def fulfill(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> Lending:
    """Lend the copy held for the member.

    Raises NotFound, NoCopies, AlreadyOnLoan, NotReady or LoanLimitReached.
    """
    member = await hold_member(transaction, member_id)
    desk = await _desk(transaction, book_id, terms, now)
    shelf = desk.shelf
    _require_no_loan(shelf, member_id)
    reservation = shelf.reservations.get(member_id)
    if reservation is None or reservation.ready_at is None:
        position = shelf.position(member_id)
        ready_at = None if position is None else shelf.estimate(position, now, terms)
        raise NotReady.of(book_id, member_id, position=position, ready_at=ready_at)
    return await _lend(desk, EventKind.FULFILL, member, terms, now)


def _require_no_loan(shelf: Shelf, member_id: int) -> None:
    loan = shelf.loans.get(member_id)
    if loan is not None:
        raise AlreadyOnLoan.of(shelf.book_id, loan)


def _require_no_reservation(shelf: Shelf, member_id: int, terms: LoanTerms, now: datetime) -> None:
    reservation = shelf.reservations.get(member_id)
    if reservation is not None:
        open_one = _open_reservation(shelf, reservation, terms, now)
        raise AlreadyReserved.of(
            shelf.book_id,
            member_id,
            position=open_one.position,
            ready_at=open_one.estimated_ready_at,
        )


async def _lend(
    desk: Desk, kind: EventKind, member: Document, terms: LoanTerms, now: datetime
) -> Lending:
    if member["open_loans"] >= terms.loans_per_member_max:
        raise LoanLimitReached.of(
            member["_id"], open_loans=member["open_loans"], limit=terms.loans_per_member_max
        )
    await desk.record(kind, member["_id"], now, due_at=now + terms.loan_period)
    await desk.write()
    loan = desk.shelf.loans[member["_id"]]
    return Lending(outcome="loaned", loan=as_loan(desk.shelf.book_id, loan, now))


async def _join_the_line(desk: Desk, member_id: int, terms: LoanTerms, now: datetime) -> Lending:
    await desk.record(EventKind.RESERVE, member_id, now)
    await desk.write()
    reservation = desk.shelf.reservations[member_id]
    return Lending(
        outcome="reserved", reservation=_open_reservation(desk.shelf, reservation, terms, now)
    )


async def return_copy(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> Returned:
    """Take a copy back; it is held for the first in the line at once, else it is free.

    Raises NotFound, NoCopies or NotOnLoan.
    """
    desk, loan = await _desk_with_loan(transaction, member_id, book_id, terms, now)
    await desk.record(EventKind.RETURN, member_id, now)
    handed_to = await _pass_on(desk, terms, now)
    await desk.write()
    return Returned(loan=as_loan(book_id, loan, now, returned_at=now), handed_to=handed_to)


async def _desk_with_loan(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> tuple[Desk, OpenLoan]:
    await hold_member(transaction, member_id)
    desk = await _desk(transaction, book_id, terms, now)
    loan = desk.shelf.loans.get(member_id)
    if loan is None:
        raise NotOnLoan.of(book_id, member_id)
    return desk, loan


async def _pass_on(desk: Desk, terms: LoanTerms, now: datetime) -> int | None:
    """Hold a copy that has become free for the first in the line, and tell who that is."""
    line = desk.shelf.waiting
    await desk.settle(terms, now)
    return line[0].member_id if line else None


async def renew(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> Renewed:
    """Lengthen a loan by one period from its due date.

    Raises NotFound, NoCopies, NotOnLoan, OthersWaiting or RenewalLimitReached.
    """
    desk, loan = await _desk_with_loan(transaction, member_id, book_id, terms, now)
    waiting = len(desk.shelf.waiting)
    if waiting:
        raise OthersWaiting.of(book_id, loan, waiting)
    if loan.renewals >= terms.renewals_max:
        raise RenewalLimitReached.of(loan, terms.renewals_max)
    await desk.record(EventKind.RENEW, member_id, now, due_at=loan.due_at + terms.loan_period)
    await desk.write()
    return Renewed(loan=as_loan(book_id, desk.shelf.loans[member_id], now))


async def cancel_reservation(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> PassedOn:
    """Leave the line, or give up a held copy, which passes on. Raises NotFound or NotReserved."""
    desk, reservation = await _desk_with_reservation(transaction, member_id, book_id, terms, now)
    await desk.record(EventKind.CANCEL, member_id, now)
    handed_to = None
    if reservation.ready_at is not None:
        handed_to = await _pass_on(desk, terms, now)
    await desk.write()
    cancelled = Reservation(
        id=reservation.id,
        member_id=member_id,
        book_id=book_id,
        status="cancelled",
        position=None,
        estimated_ready_at=None,
        reserved_at=reservation.reserved_at,
        fetch_by=None,
    )
    return PassedOn(reservation=cancelled, handed_to=handed_to)


async def step_aside(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> PassedOn:
    """Let the next in the line go first and stay right behind, held copy or not.

    Raises NotFound, NoCopies, NotReserved, or NobodyBehind when there is no next one.
    """
    desk, reservation = await _desk_with_reservation(transaction, member_id, book_id, terms, now)
    line = desk.shelf.waiting
    behind = line if reservation.ready_at else line[line.index(reservation) + 1 :]
    if not behind:
        raise NobodyBehind.of(book_id, member_id)
    await desk.record(EventKind.STEP_ASIDE, member_id, now)
    handed_to = None
    if reservation.ready_at is not None:
        handed_to = behind[0].member_id
        await desk.hold_for(handed_to, terms, now)
    await desk.write()
    still_open = desk.shelf.reservations[member_id]
    return PassedOn(
        reservation=_open_reservation(desk.shelf, still_open, terms, now), handed_to=handed_to
    )


async def _desk_with_reservation(
    transaction: Transaction, member_id: int, book_id: int, terms: LoanTerms, now: datetime
) -> tuple[Desk, OpenReservation]:
    await hold_member(transaction, member_id)
    desk = await _desk(transaction, book_id, terms, now)
    reservation = desk.shelf.reservations.get(member_id)
    if reservation is None:
        raise NotReserved.of(book_id, member_id)
    return desk, reservation


def as_availability(holding: Document) -> Availability:
    """Where the copies are, from a book's counters."""
    return Availability(
        book_id=holding["_id"],
        total_copies=holding["total"],
        available_copies=holding["available"],
        on_loan=holding["on_loan"],
        held=holding["held"],
        queue_length=holding["waiting"],
    )


class Librarian:
    """Passes expired holds on, when somebody looks or when the sweep comes by."""

    def __init__(self, database: Database, changes: GroupCommit, terms: LoanTerms) -> None:
        self._database = database
        self._changes = changes
        self.terms = terms

    async def holding(self, book_id: int, now: datetime) -> Document:
        """A book's counters without expired holds; zeros if it has no copies. Raises NotFound."""
        holding = await self._database.get(HOLDINGS, book_id)
        if holding is None:
            if await self._database.get(BOOKS, book_id) is None:
                raise NotFound.of("book", id=book_id)
            return new_holding(book_id)
        if holding["next_expiry_at"] is None or holding["next_expiry_at"] > now:
            return holding
        await self._settle(book_id, now)
        return await self._database.get(HOLDINGS, book_id) or holding

    async def keep_sweeping(self, clock: Clock, interval_s: float) -> None:
        """Sweep again and again, until cancelled; what cannot be done now is done later."""
        while True:
            await asyncio.sleep(interval_s)
            try:
                await self.sweep(clock())
            except (Busy, StorageUnavailable) as refusal:
                log.warning("expired holds are passed on later", reason=refusal.message)
            except Exception:
                log.exception("a sweep of holds failed; the next one tries again")

    async def sweep(self, now: datetime) -> int:
        """Pass on all holds that have expired; of how many books that were."""
        due = await self._database.find(
            HOLDINGS,
            {"next_expiry_at": {"$lte": now}},
            sort=[("next_expiry_at", 1)],
            limit=SWEEP_BOOKS_MAX,
        )
        # One book that cannot be settled now is no reason to leave the others.
        settling = (self._settle(holding["_id"], now) for holding in due)
        outcomes = await asyncio.gather(*settling, return_exceptions=True)
        for failure in outcomes:
            if failure is not None:
                raise failure
        return len(due)

    async def _settle(self, book_id: int, now: datetime) -> None:
        async def settle(transaction: Transaction) -> bytes:
            desk = await open_desk(transaction, book_id)
            if desk is not None:
                await desk.settle(self.terms, now)
                await desk.write_if_changed()
            return b"null"

        deadline = asyncio.get_running_loop().time() + SETTLE_DEADLINE_S
        await self._changes.submit(Change(perform=settle, deadline=deadline, lane=lane(book_id)))
