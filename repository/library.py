"""Lending: the changes at a book's desk, and the sweep of expired holds."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import structlog

from domain import lending
from domain.books import BookRow
from domain.circulation import EventKind, HoldingRow, LoanTerms
from domain.desk import Desk
from domain.effects import Add, Decision, Effect, Increase
from domain.errors import Busy, NoCopies, StorageUnavailable, found
from domain.library import Availability, Lending, PassedOn, Renewed, Returned
from domain.members import MemberRow
from repository import search_terms
from repository.books import BOOKS, known_book
from repository.circulation import EVENTS, HOLDINGS
from repository.members import MEMBERS, known_member
from repository.mongo.changes import Change, Need, State, need, need_to_read
from repository.mongo.connection import Database
from repository.mongo.core import Core, deadline_in

SETTLE_DEADLINE_S: Final = 5.0
SWEEP_BOOKS_MAX: Final = 200

Result = TypeVar("Result")
Rule = Callable[[Desk, MemberRow, LoanTerms, datetime], Decision[Result]]
LoansMore = Callable[[HoldingRow, datetime], int]
"""The change of the member's number of loans, judged by the shelf alone."""

log = structlog.get_logger("octavo.library")


def _at_desk(
    rule: Rule[Result],
    member_id: int,
    book_id: int,
    terms: LoanTerms,
    loans_more: LoansMore = lambda _holding, _now: 0,
) -> Change[Result]:
    """A change that a member asks for at the desk of a book."""

    def member_or_book(state: State) -> list[Need]:
        holding = state.get(HOLDINGS, book_id)
        if holding is None:
            return [need_to_read(BOOKS, book_id), need_to_read(MEMBERS, member_id)]
        by = loans_more(holding, state.now)
        if not by:
            return [need_to_read(MEMBERS, member_id)]
        effect = Increase(MemberRow, member_id, {"open_loans": by})
        return [need(MEMBERS, member_id, foreseen=effect)]

    def decide(state: State) -> Decision[Result]:
        member = known_member(state, member_id)
        holding = state.get(HOLDINGS, book_id)
        if holding is None:
            known_book(state, book_id)
            raise NoCopies(book_id=book_id)
        return rule(Desk(holding, partial(state.new_id, EVENTS)), member, terms, state.now)

    return Change(decide, (need(HOLDINGS, book_id),), further=(member_or_book,))


def checkout(member_id: int, book_id: int, terms: LoanTerms) -> Change[Lending]:
    """Lend the member's held copy or a free one, else put the member into the queue.

    Refused with NotFound, NoCopies, AlreadyOnLoan, AlreadyReserved or LoanLimitReached.
    """

    def one_more(holding: HoldingRow, now: datetime) -> int:
        return int(lending.will_lend(holding, member_id, now))

    return _at_desk(lending.checkout, member_id, book_id, terms, one_more)


def reserve(member_id: int, book_id: int, terms: LoanTerms) -> Change[Lending]:
    """Put the member into the queue, when no copy is free.

    Refused with NotFound, NoCopies, AlreadyOnLoan, AlreadyReserved or CopiesAvailable.
    """
    return _at_desk(lending.reserve, member_id, book_id, terms)


def fulfill(member_id: int, book_id: int, terms: LoanTerms) -> Change[Lending]:
    """Lend the copy held for the member.

    Refused with NotFound, NoCopies, AlreadyOnLoan, NotReady or LoanLimitReached.
    """

    def one_more(holding: HoldingRow, now: datetime) -> int:
        is_held = any(
            each.member_id == member_id and each.ready_at for each in holding.reservations
        )
        return int(is_held and lending.will_lend(holding, member_id, now))

    return _at_desk(lending.fulfill, member_id, book_id, terms, one_more)


def return_copy(member_id: int, book_id: int, terms: LoanTerms) -> Change[Returned]:
    """Take a copy back; it is held for the first in the queue at once, else it is free.

    Refused with NotFound, NoCopies or NotOnLoan.
    """

    def one_less(holding: HoldingRow, _: datetime) -> int:
        return -int(any(loan.member_id == member_id for loan in holding.loans))

    return _at_desk(lending.return_copy, member_id, book_id, terms, one_less)


def renew(member_id: int, book_id: int, terms: LoanTerms) -> Change[Renewed]:
    """Lengthen a loan by one period from its due date.

    Refused with NotFound, NoCopies, NotOnLoan, OthersWaiting or RenewalLimitReached.
    """
    return _at_desk(lending.renew, member_id, book_id, terms)


def cancel_reservation(member_id: int, book_id: int, terms: LoanTerms) -> Change[PassedOn]:
    """Take the member out of the queue, or pass on the copy held for the member.

    Refused with NotFound, NoCopies or NotReserved.
    """
    return _at_desk(lending.cancel_reservation, member_id, book_id, terms)


def step_aside(member_id: int, book_id: int, terms: LoanTerms) -> Change[PassedOn]:
    """Let the next in the queue go first; the member stays right behind, held copy or not.

    Refused with NotFound, NoCopies, NotReserved, or NobodyBehind when nobody is next.
    """
    return _at_desk(lending.step_aside, member_id, book_id, terms)


def set_copies(book_id: int, copies: int, terms: LoanTerms) -> Change[Availability]:
    """Set the number of copies for loan; new ones go to the queue.

    Refused with NotFound, or CopiesInUse when more are out or held.
    """

    def the_book(state: State) -> list[Need]:
        return [] if state.get(HOLDINGS, book_id) else [need_to_read(BOOKS, book_id)]

    def decide(state: State) -> Decision[Availability]:
        holding, new = state.get(HOLDINGS, book_id), tuple[Effect, ...]()
        if holding is None:
            known_book(state, book_id)
            holding = HoldingRow(book_id)
            new = (Add(holding),)
        desk = Desk(holding, partial(state.new_id, EVENTS))
        decision = lending.set_copies(desk, copies, terms, state.now)
        return Decision(decision.result, (*new, *decision.effects))

    return Change(decide, (need(HOLDINGS, book_id),), further=(the_book,))


def as_event(number: int, book_id: int, change: Change[Result]) -> Change[Result | None]:
    """The change if it is the event of that number in the book's log; else no change."""

    def decide(state: State) -> Decision[Result | None]:
        holding = state.get(HOLDINGS, book_id)
        is_next = holding is not None and holding.events + 1 == number
        return change.decide(state) if is_next else Decision(None)

    return Change(decide, change.needs, further=change.further)


def settle(book_id: int, terms: LoanTerms) -> Change[None]:
    """Pass on a book's expired holds."""

    def decide(state: State) -> Decision[None]:
        holding = state.get(HOLDINGS, book_id)
        if holding is None:
            return Decision(None)
        desk = Desk(holding, partial(state.new_id, EVENTS))
        desk.settle(terms, state.now)
        return Decision(None, desk.effects())

    return Change(decide, (need(HOLDINGS, book_id),))


def add_copies(
    database: Database, copies: Sequence[tuple[BookRow, int]]
) -> Change[list[tuple[BookRow | None, int | None]]]:
    """Give copies for loan to books that have none; add books that the catalogue lacks.

    A book with another title in the catalogue does not change. The result has, for each book, the
    row that the catalogue had and the copies for loan of before (None: it has them now).
    """
    ids = [book.id for book, _ in copies]

    def decide(state: State) -> Decision[list[tuple[BookRow | None, int | None]]]:
        result: list[tuple[BookRow | None, int | None]] = []
        effects: list[Effect] = []
        for book, count in copies:
            stored, holding = state.get(BOOKS, book.id), state.get(HOLDINGS, book.id)
            total = None if holding is None else holding.total
            result.append((stored, total))
            if holding is not None or not (stored is None or stored.has_title(book.title)):
                continue
            new = HoldingRow(book.id)
            desk = Desk(new, partial(state.new_id, EVENTS))
            desk.record(EventKind.SET_COPIES, None, state.now, copies=count)
            effects += [] if stored is not None else [Add(book)]
            effects += [Add(new), *desk.effects()]
        return Decision(result, tuple(effects))

    titles = [book.title for book, _ in copies]
    return Change(
        decide,
        (need(BOOKS, *ids), need(HOLDINGS, *ids)),
        beforehand=search_terms.learning(database, *titles),
    )


async def copies_of(
    database: Database, book_ids: Sequence[int]
) -> dict[int, tuple[BookRow | None, int | None]]:
    """For each book its row in the catalogue, and how many copies are for loan."""
    wanted = {"_id": {"$in": list(book_ids)}}
    books = {row.id: row for row in await database.rows(BOOKS, wanted)}
    totals = {row.id: row.total for row in await database.rows(HOLDINGS, wanted)}
    return {book_id: (books.get(book_id), totals.get(book_id)) for book_id in book_ids}


class Librarian:
    """Passes on expired holds: before a book is shown, and in a sweep."""

    def __init__(self, database: Database, core: Core, terms: LoanTerms) -> None:
        self._database = database
        self._core = core
        self.terms = terms

    async def holding(self, book_id: int) -> HoldingRow:
        """A book's holding without expired holds; an empty one if the book has no copies.

        Raises NotFound.
        """
        holding = await self._database.get(HOLDINGS, book_id)
        if holding is None:
            found(await self._database.get(BOOKS, book_id), "book", id=book_id)
            return HoldingRow(book_id)
        now = self._database.clock()
        if holding.next_expiry_at is None or holding.next_expiry_at > now:
            return holding
        await self._settle(book_id)
        return await self._database.get(HOLDINGS, book_id) or holding

    async def keep_sweeping(self, interval_s: float) -> None:
        """Sweep at intervals, until cancelled; a sweep that fails is repeated."""
        while True:
            await asyncio.sleep(interval_s)
            try:
                await self.sweep()
            except (Busy, StorageUnavailable) as refusal:
                log.warning("expired holds are passed on later", reason=refusal.message)
            except Exception:
                log.exception("a sweep of holds failed; the next one tries again")

    async def sweep(self) -> int:
        """Pass on all expired holds; return the number of books."""
        due = await self._database.rows(
            HOLDINGS,
            {"next_expiry_at": {"$lte": self._database.clock()}},
            sort=[("next_expiry_at", 1)],
            limit=SWEEP_BOOKS_MAX,
        )
        # A book that cannot be settled now must not stop the others.
        settling = (self._settle(holding.id) for holding in due)
        outcomes = await asyncio.gather(*settling, return_exceptions=True)
        for failure in outcomes:
            if failure is not None:
                raise failure
        return len(due)

    async def _settle(self, book_id: int) -> None:
        change = settle(book_id, self.terms)
        await self._core.submit(change, deadline=deadline_in(SETTLE_DEADLINE_S))
