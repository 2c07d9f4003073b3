"""Lending: the changes at a book's desk, and the sweep of expired holds."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import structlog

from domain import foresight, lending, membership, queueing
from domain.circulation import HoldingRow, LoanTerms, WithdrawReason
from domain.desk import Desk
from domain.effects import Add, Decision, Effect
from domain.errors import Busy, MemberArchived, NoCopies, StorageUnavailable, found
from domain.foresight import Foresight, foresee
from domain.library import Availability, Lending, PassedOn, Renewed, Returned, Withdrawn
from domain.members import Member, MemberRow
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

log = structlog.get_logger("octavo.library")


def _desk(state: State, holding: HoldingRow) -> Desk:
    return Desk(holding, partial(state.new_id, EVENTS))


def _known_holding(state: State, book_id: int) -> HoldingRow:
    """The holding of a book in a group's state. Raises NotFound or NoCopies."""
    holding = state.get(HOLDINGS, book_id)
    if holding is None:
        known_book(state, book_id)
        raise NoCopies(book_id=book_id)
    return holding


def _whose_holds_expire(state: State, *book_ids: int) -> list[Need]:
    """The members who lose a hold with the next event of a book."""
    holdings = filter(None, (state.get(HOLDINGS, book_id) for book_id in book_ids))
    ids = [
        each.member_id
        for holding in holdings
        for each in holding.reservations
        if each.expires_at is not None and each.expires_at <= state.now
    ]
    return [need(MEMBERS, *ids)] if ids else []


def _at_desk(
    rule: Rule[Result],
    effect_on_member: Foresight,
    member_id: int,
    book_id: int,
    terms: LoanTerms,
) -> Change[Result]:
    """A change that a member asks for at the desk of a book. Refused with MemberArchived too."""

    def member_or_book(state: State) -> list[Need]:
        holding = state.get(HOLDINGS, book_id)
        if holding is None:
            return [need_to_read(BOOKS, book_id), need_to_read(MEMBERS, member_id)]
        foreseen = foresee(effect_on_member, holding, member_id, terms, state.now)
        return [need(MEMBERS, member_id, foreseen=foreseen), *_whose_holds_expire(state, book_id)]

    def decide(state: State) -> Decision[Result]:
        member = known_member(state, member_id)
        holding = _known_holding(state, book_id)
        if member.archived:
            raise MemberArchived(member_id=member_id)
        return rule(_desk(state, holding), member, terms, state.now)

    return Change(decide, (need(HOLDINGS, book_id),), further=(member_or_book,))


def checkout(member_id: int, book_id: int, terms: LoanTerms) -> Change[Lending]:
    """Lend the member's held copy or a free one, else put the member into the queue.

    Refused with NotFound, NoCopies, AlreadyOnLoan, AlreadyReserved, MemberBlocked or
    LoanLimitReached.
    """
    return _at_desk(lending.checkout, foresight.checkout, member_id, book_id, terms)


def reserve(member_id: int, book_id: int, terms: LoanTerms) -> Change[Lending]:
    """Put the member into the queue, when no copy is free.

    Refused with NotFound, NoCopies, AlreadyOnLoan, AlreadyReserved or CopiesAvailable.
    """
    return _at_desk(queueing.reserve, foresight.reserve, member_id, book_id, terms)


def fulfill(member_id: int, book_id: int, terms: LoanTerms) -> Change[Lending]:
    """Lend the copy held for the member.

    Refused with NotFound, NoCopies, AlreadyOnLoan, NotReady, MemberBlocked or LoanLimitReached.
    """
    return _at_desk(lending.fulfill, foresight.fulfill, member_id, book_id, terms)


def return_copy(member_id: int, book_id: int, terms: LoanTerms) -> Change[Returned]:
    """Take a copy back; it is held for the first in the queue at once, else it is free.

    Refused with NotFound, NoCopies or NotOnLoan.
    """
    return _at_desk(lending.return_copy, foresight.end_of_loan, member_id, book_id, terms)


def renew(member_id: int, book_id: int, terms: LoanTerms) -> Change[Renewed]:
    """Lengthen a loan by one period from its due date, or from now if that is later.

    Refused with NotFound, NoCopies, NotOnLoan, OthersWaiting or RenewalLimitReached.
    """
    return _at_desk(lending.renew, foresight.renew, member_id, book_id, terms)


def set_due_date(
    member_id: int, book_id: int, due_at: datetime, terms: LoanTerms
) -> Change[Renewed]:
    """Give a loan another due date. Refused with NotFound, NoCopies or NotOnLoan."""

    def rule(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Renewed]:
        return lending.set_due_date(desk, member, due_at, terms, now)

    return _at_desk(rule, foresight.due_at(due_at), member_id, book_id, terms)


def cancel_reservation(member_id: int, book_id: int, terms: LoanTerms) -> Change[PassedOn]:
    """Take the member out of the queue, or pass on the copy held for the member.

    Refused with NotFound, NoCopies or NotReserved.
    """
    return _at_desk(queueing.cancel_reservation, foresight.cancel, member_id, book_id, terms)


def step_aside(member_id: int, book_id: int, terms: LoanTerms) -> Change[PassedOn]:
    """Let the next in the queue go first; the member stays right behind, held copy or not.

    Refused with NotFound, NoCopies, NotReserved, or NobodyBehind when nobody is next.
    """
    return _at_desk(queueing.step_aside, foresight.nothing, member_id, book_id, terms)


def lose_copy(
    member_id: int, book_id: int, reason: WithdrawReason, terms: LoanTerms
) -> Change[Withdrawn]:
    """Take the copy that a member has out of lending; the loan ends as lost.

    Refused with NotFound, NoCopies or NotOnLoan.
    """

    def rule(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Withdrawn]:
        return lending.lose_copy(desk, member, reason, terms, now)

    return _at_desk(rule, foresight.end_of_loan, member_id, book_id, terms)


def withdraw_copy(book_id: int, reason: WithdrawReason, terms: LoanTerms) -> Change[Withdrawn]:
    """Take a copy that is in the house out of lending.

    Refused with NotFound, NoCopies, or CopiesInUse when members have all of them.
    """

    def decide(state: State) -> Decision[Withdrawn]:
        desk = _desk(state, _known_holding(state, book_id))
        return lending.withdraw_copy(desk, reason, terms, state.now)

    return _of_book(book_id, decide)


def _of_book(book_id: int, decide: Callable[[State], Decision[Result]]) -> Change[Result]:
    """A change that the staff asks for at the desk of a book."""

    def more(state: State) -> list[Need]:
        if state.get(HOLDINGS, book_id) is None:
            return [need_to_read(BOOKS, book_id)]
        return _whose_holds_expire(state, book_id)

    return Change(decide, (need(HOLDINGS, book_id),), further=(more,))


def set_copies(book_id: int, copies: int, terms: LoanTerms) -> Change[Availability]:
    """Set the number of copies for loan; new ones go to the queue.

    Refused with NotFound, or CopiesInUse when more are out or held.
    """

    def decide(state: State) -> Decision[Availability]:
        holding, new = state.get(HOLDINGS, book_id), tuple[Effect, ...]()
        if holding is None:
            book = known_book(state, book_id)
            holding = HoldingRow(book_id, archived=book.archived)
            new = (Add(holding),)
        decision = lending.set_copies(_desk(state, holding), copies, terms, state.now)
        return Decision(decision.result, (*new, *decision.effects))

    return _of_book(book_id, decide)


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
        desk = _desk(state, holding)
        desk.settle(terms, state.now)
        return Decision(None, desk.effects())

    def members(state: State) -> list[Need]:
        return _whose_holds_expire(state, book_id)

    return Change(decide, (need(HOLDINGS, book_id),), further=(members,))


def archive_member(member_id: int, terms: LoanTerms) -> Change[Member]:
    """Let a member leave and cancel the reservations. Refused with NotFound or MemberOwes."""

    def books_of(state: State) -> list[int]:
        member = state.get(MEMBERS, member_id)
        return [] if member is None else [int(book_id) for book_id in member.reserved]

    def holdings(state: State) -> list[Need]:
        return [need(HOLDINGS, *books_of(state))]

    def members(state: State) -> list[Need]:
        return _whose_holds_expire(state, *books_of(state))

    def decide(state: State) -> Decision[Member]:
        member = known_member(state, member_id)
        found = filter(None, (state.get(HOLDINGS, book_id) for book_id in books_of(state)))
        return membership.archive_member(
            member, [_desk(state, holding) for holding in found], terms, state.now
        )

    return Change(decide, (need(MEMBERS, member_id),), further=(holdings, members))


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
