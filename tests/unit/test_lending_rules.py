"""Whatever is asked for in whatever order, the shelves, the claims and the log agree."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import lending
from domain.books import BookRow
from domain.circulation import DAY, ClaimRow, Event, EventKind, HoldingRow, LoanTerms
from domain.desk import Desk
from domain.effects import Add, Assign, Decision, Effect, Increase, Put
from domain.errors import (
    AlreadyOnLoan,
    CopiesInUse,
    FinesExceeded,
    LoanLimitReached,
    MemberArchived,
    MemberBlocked,
    MemberOwes,
    NoCopies,
    NotReady,
    OctavoError,
    RenewalLimitReached,
)
from domain.fines import FineRow
from domain.members import MemberRow
from domain.shelf import Shelf, history
from repository import fines as fines_of_members
from repository import library, members
from repository.books import BOOKS
from repository.circulation import EVENTS, HOLDINGS
from repository.fines import FINES
from repository.members import MEMBERS
from repository.mongo.changes import Change, State, Written
from repository.mongo.ids import Ids

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TERMS = LoanTerms(
    loans_per_member_max=2,
    overdue_loans_max=1,
    fine_per_day_cents=25,
    fine_cents_max=200,
    fine_block_cents=300,
)
BOOKS_WITH_COPIES, MEMBERS_COUNT = (1, 2, 3), 5


class World:
    """Rows in memory, changed by rules alone: as in a group of the core that never ends."""

    def __init__(self, copies: int = 0) -> None:
        self.ids = Ids(lambda _name, _count: pytest.fail("ids are spent"))
        self.ids._free[EVENTS.name].extend(range(1, 10_000))  # noqa: SLF001 - no database gives any
        self.state = State(NOON, self.ids)
        books = [BookRow(each, f"Book {each}", ["N. N."], 1, 1, 0) for each in BOOKS_WITH_COPIES]
        persons = [MemberRow(each, f"Member {each}", None, NOON) for each in range(MEMBERS_COUNT)]
        self.state.load(BOOKS, "id", [*BOOKS_WITH_COPIES, 99], books)
        self.state.load(MEMBERS, "id", [*range(MEMBERS_COUNT), 99], persons)
        self.state.load(FINES, "member_id", [*range(MEMBERS_COUNT), 99], [])
        self.state.load(HOLDINGS, "id", [*BOOKS_WITH_COPIES, 99], [])
        self.events: dict[int, list[Event]] = {}
        self.claims: dict[int, ClaimRow] = {}
        self.fines: list[FineRow] = []
        for book in BOOKS_WITH_COPIES if copies else ():
            self.does(library.set_copies(book, copies, TERMS))

    def does(self, change: Change[Any]) -> Any:
        """What a change answers, its effects happening; a refusal is raised and has none."""
        decision: Decision[Any] = change.decide(self.state)
        self.state.use_ids()
        self.state.apply(decision.effects)
        self._keep(decision.effects)
        return decision.result

    def _keep(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Add(Event() as event):
                    self.events.setdefault(event.book_id, []).append(event)
                case Add(ClaimRow() as claim):
                    self.claims[claim.id] = claim
                case Add(FineRow() as fine):
                    self.fines.append(fine)
                case Assign(kind, claim_id, fields) if kind is ClaimRow:
                    kept = {
                        name: getattr(self.claims[claim_id], name) for name in ClaimRow.__slots__
                    }
                    self.claims[claim_id] = ClaimRow(**kept | dict(fields))
                case _:
                    pass

    def holding(self, book: int) -> HoldingRow:
        return self.state.get(HOLDINGS, book) or HoldingRow(book)

    def member(self, member: int) -> MemberRow:
        found = self.state.get(MEMBERS, member)
        assert found is not None
        return found

    def copy(self) -> Any:
        """All that is kept, to compare with later."""
        rows = [self.holding(book) for book in BOOKS_WITH_COPIES]
        persons = [self.member(member) for member in range(MEMBERS_COUNT)]
        return (
            rows,
            persons,
            list(self.fines),
            dict(self.claims),
            {book: list(events) for book, events in self.events.items()},
        )

    def pass_by(self, span: timedelta) -> None:
        self.state.now += span


def lost(member: int, book: int, terms: LoanTerms) -> Change[Any]:
    return library.lose_copy(member, book, "lost", terms)


def due_at_noon(member: int, book: int, terms: LoanTerms) -> Change[Any]:
    return library.set_due_date(member, book, NOON + DAY, terms)


REQUESTS = {
    "checkout": library.checkout,
    "return": library.return_copy,
    "reserve": library.reserve,
    "fulfill": library.fulfill,
    "renew": library.renew,
    "cancel": library.cancel_reservation,
    "step_aside": library.step_aside,
    "lose": lost,
    "set_due_date": due_at_noon,
}
STEPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**16)), min_size=10, max_size=60)
"""What to do next: something that is not refused, mostly of book 1, or anything, or wait."""


def changes(books: Iterable[int]) -> list[Change[Any]]:
    """All that anybody may ask for."""
    return [
        *(
            request(member, book, TERMS)
            for book in books
            for request in REQUESTS.values()
            for member in range(MEMBERS_COUNT)
        ),
        *(library.set_copies(book, copies, TERMS) for book in books for copies in range(4)),
        *(library.withdraw_copy(book, "damaged", TERMS) for book in books),
        *(library.settle(book, TERMS) for book in books),
        *(library.archive_member(member, TERMS) for member in range(MEMBERS_COUNT)),
        *(members.unarchive(member) for member in range(MEMBERS_COUNT)),
        *(
            fines_of_members.pay_fine(member, cents)
            for member in range(MEMBERS_COUNT)
            for cents in (25, 200)
        ),
    ]


OF_ONE_BOOK, OF_ALL_BOOKS = changes(BOOKS_WITH_COPIES[:1]), changes(BOOKS_WITH_COPIES)


def refusal_of(world: World, change: Change[Any]) -> set[str]:
    """The type of the refusal that a change would get, if any."""
    try:
        change.decide(world.state)
    except OctavoError as refusal:
        return {refusal.type}
    finally:
        world.state.give_ids_back()
    return set()


def walk(world: World, steps: Iterable[tuple[int, int]]) -> Iterator[None]:
    """Take steps, and stop after each; one that is refused leaves everything as it was."""
    for kind, choice in steps:
        if kind == 0:
            world.pass_by((1 + choice % 20) * DAY)
            continue
        of = OF_ONE_BOOK if kind <= 4 else OF_ALL_BOOKS
        among = of if kind == 9 else [each for each in of if not refusal_of(world, each)]
        before = world.copy()
        try:
            world.does(among[choice % len(among)])
        except OctavoError:
            assert world.copy() == before
        yield


def check(world: World) -> None:
    for book in BOOKS_WITH_COPIES:
        holding, events = world.holding(book), world.events.get(book, [])
        told = history(book, events)

        assert told.broken is None
        assert told.shelf.row() == holding
        assert told.claims == {
            each.id: each for each in world.claims.values() if each.book_id == book
        }
        assert [event.number for event in events] == list(range(1, holding.events + 1))
        assert holding.total == holding.available + holding.on_loan + holding.held
        assert min(holding.available, holding.on_loan, holding.held, holding.waiting) >= 0
        check_line(holding)
    for member in range(MEMBERS_COUNT):
        loans = [each for book in BOOKS_WITH_COPIES for each in world.holding(book).loans]
        counted = sum(loan.member_id == member for loan in loans)
        assert world.member(member).open_loans == counted <= TERMS.loans_per_member_max
        check_member(world, world.member(member))


def check_member(world: World, member: MemberRow) -> None:
    shelves = {str(book): Shelf.of(world.holding(book)) for book in BOOKS_WITH_COPIES}
    fines = [fine.amount_cents for fine in world.fines if fine.member_id == member.id]

    assert member.loans_due == {
        book: shelf.loans[member.id].due_at
        for book, shelf in shelves.items()
        if member.id in shelf.loans
    }
    assert member.reserved == {
        book: shelf.reservations[member.id].reserved_at
        for book, shelf in shelves.items()
        if member.id in shelf.reservations
    }
    assert member.fines_cents == sum(fines) >= 0
    if member.archived:
        assert (member.loans_due, member.reserved, member.fines_cents) == ({}, {}, 0)


def check_line(holding: HoldingRow) -> None:
    shelf = Shelf.of(holding)
    line = [each.member_id for each in shelf.waiting]

    assert [shelf.position(member) for member in line] == list(range(1, holding.waiting + 1))
    assert not (line and holding.available)
    assert not shelf.loans.keys() & shelf.reservations.keys()
    assert holding.next_expiry_at == min((each.expires_at for each in shelf.holds), default=None)


@settings(deadline=None, max_examples=100)
@given(STEPS)
def test_shelves_claims_members_and_the_log_always_agree(steps: list[tuple[int, int]]) -> None:
    world = World(copies=1)
    for _ in walk(world, steps):
        check(world)


def test_random_steps_lead_to_every_kind_of_event_and_refusal() -> None:
    dice = random.Random(7)  # noqa: S311 - the same steps every time
    world, refused = World(copies=1), set[str]()
    for _ in walk(world, [(dice.randrange(10), dice.randrange(2**16)) for _ in range(1_000)]):
        for change in dice.choices(OF_ALL_BOOKS, k=10):
            refused |= refusal_of(world, change)
    check(world)

    assert {event.kind for events in world.events.values() for event in events} == set(EventKind)
    assert refused == {
        "already_on_loan",
        "already_reserved",
        "copies_available",
        "copies_in_use",
        "loan_limit_reached",
        "conflict",
        "member_archived",
        "member_blocked",
        "no_copies",
        "nobody_behind",
        "not_on_loan",
        "not_ready",
        "not_reserved",
        "others_waiting",
        "renewal_limit_reached",
    }


@settings(deadline=None, max_examples=100)
@given(STEPS, st.integers(0, MEMBERS_COUNT - 1), st.sampled_from(BOOKS_WITH_COPIES))
def test_what_a_request_foresees_of_its_member_is_what_it_does(
    steps: list[tuple[int, int]], member: int, book: int
) -> None:
    """Unless a hold has expired or the member may not borrow, which one more statement finds."""
    world = World(copies=1)
    for _ in walk(world, steps):
        pass
    world.does(library.settle(book, TERMS))
    for request in REQUESTS.values():
        change = request(member, book, TERMS)
        [needed] = change.further[0](world.state)
        effects: tuple[Effect, ...] = ()
        try:
            effects = change.decide(world.state).effects
        except (LoanLimitReached, MemberArchived, MemberBlocked, NoCopies):
            continue
        except OctavoError:
            assert needed.foreseen == ()
        written, foreseen = Written(), Written()
        for effect in effects:
            if isinstance(effect, Increase | Assign | Put) and effect.kind is MemberRow:
                written.include(effect)
        for effect in needed.foreseen:
            foreseen.include(effect)
        assert written == foreseen


def events_of(world: World, book: int = 1) -> list[EventKind]:
    return [event.kind for event in world.events[book]]


def test_a_hold_that_has_expired_counts_in_a_refusal_and_stays_unwritten() -> None:
    world = World(copies=1)
    for request, member in (("checkout", 0), ("reserve", 1), ("reserve", 2), ("return", 0)):
        world.does(REQUESTS[request](member, 1, TERMS))
    world.pass_by(TERMS.hold_period)
    before = events_of(world)

    with pytest.raises(NotReady) as refused:
        world.does(library.fulfill(1, 1, TERMS))

    assert refused.value.details["position"] is None
    assert events_of(world) == before
    assert world.holding(1).held == 1


def test_a_hold_that_has_expired_is_passed_on_with_the_next_event() -> None:
    world = World(copies=1)
    for request, member in (("checkout", 0), ("reserve", 1), ("reserve", 2), ("return", 0)):
        world.does(REQUESTS[request](member, 1, TERMS))
    world.pass_by(TERMS.hold_period)

    assert world.does(library.fulfill(2, 1, TERMS)).outcome == "loaned"

    assert events_of(world)[-3:] == [EventKind.EXPIRE, EventKind.HOLD, EventKind.FULFILL]


def test_more_copies_than_wait_serve_all_who_wait_at_once() -> None:
    world = World(copies=1)
    for member in range(MEMBERS_COUNT):
        world.does(library.checkout(member, 1, TERMS))

    copies = world.does(library.set_copies(1, 10, TERMS))

    assert (copies.held, copies.queue_length, copies.available_copies) == (4, 0, 5)


def test_a_member_at_the_limit_may_still_wait() -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 3, TERMS))
    for book in (1, 2):
        world.does(library.checkout(1, book, TERMS))

    assert world.does(library.checkout(1, 3, TERMS)).outcome == "reserved"
    world.does(library.return_copy(0, 3, TERMS))
    with pytest.raises(LoanLimitReached):
        world.does(library.fulfill(1, 3, TERMS))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (library.checkout(0, 1, TERMS), AlreadyOnLoan),
        (library.set_copies(1, 0, TERMS), CopiesInUse),
    ],
)
def test_a_refusal_has_no_effects(change: Change[Any], refusal: type[OctavoError]) -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))
    before = world.copy()

    with pytest.raises(refusal):
        world.does(change)

    assert world.copy() == before


def test_a_book_whose_copies_were_all_withdrawn_lends_nothing() -> None:
    world = World(copies=1)
    world.does(library.set_copies(1, 0, TERMS))

    with pytest.raises(NoCopies):
        world.does(library.checkout(0, 1, TERMS))


def test_an_event_of_a_number_happens_once_and_in_its_turn() -> None:
    world = World(copies=1)
    third = library.as_event(3, 1, library.return_copy(0, 1, TERMS))
    second = library.as_event(2, 1, library.checkout(0, 1, TERMS))

    answers = [world.does(change) for change in (third, second, second, third, third)]

    assert [answer is None for answer in answers] == [True, False, True, False, True]
    assert events_of(world) == [EventKind.SET_COPIES, EventKind.CHECKOUT, EventKind.RETURN]


def test_a_loan_is_renewed_from_its_due_date_as_often_as_the_terms_say() -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))

    renewed = [world.does(library.renew(0, 1, TERMS)).loan for _ in range(TERMS.renewals_max)]

    assert [loan.renewals for loan in renewed] == [1, 2]
    assert renewed[-1].due_at == NOON + 3 * TERMS.loan_period
    with pytest.raises(RenewalLimitReached):
        world.does(library.renew(0, 1, TERMS))


def test_a_late_loan_is_renewed_from_now() -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))
    world.pass_by(20 * DAY)

    renewed = world.does(library.renew(0, 1, TERMS)).loan

    assert renewed.due_at == NOON + 20 * DAY + TERMS.loan_period
    assert not renewed.is_overdue


def test_a_due_date_that_is_set_is_no_renewal_and_may_be_past() -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))

    loan = world.does(library.set_due_date(0, 1, NOON - DAY, TERMS)).loan

    assert (loan.due_at, loan.renewals, loan.is_overdue) == (NOON - DAY, 0, True)
    assert world.member(0).overdue_loans(NOON) == 1


def in_line(world: World) -> list[int]:
    return [each.member_id for each in Shelf.of(world.holding(1)).waiting]


def test_a_lost_copy_ends_the_loan_with_its_fine_and_moves_nobody() -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))
    for member in (1, 2):
        world.does(library.reserve(member, 1, TERMS))
    world.pass_by(TERMS.loan_period + 3 * DAY)

    lost = world.does(library.lose_copy(0, 1, "lost", TERMS))

    assert (lost.total_copies, lost.on_loan, lost.held, lost.queue_length) == (0, 0, 0, 2)
    assert (lost.loan.lost_at, lost.loan.is_overdue, lost.fine) == (world.state.now, False, 75)
    assert [(fine.kind, fine.amount_cents, fine.loan_id) for fine in world.fines] == [
        ("lost", 75, lost.loan.id)
    ]
    assert in_line(world) == [1, 2]


def test_a_free_copy_is_withdrawn_before_a_held_one() -> None:
    world = World(copies=1)
    world.does(library.set_copies(1, 2, TERMS))

    assert world.does(library.withdraw_copy(1, "damaged", TERMS)).available_copies == 1


def test_a_held_copy_is_withdrawn_from_the_one_whose_turn_came_last() -> None:
    world = World(copies=1)
    world.does(library.set_copies(1, 2, TERMS))
    for member in range(MEMBERS_COUNT):
        world.does(library.checkout(member, 1, TERMS))
    for member in (0, 1):
        world.does(library.return_copy(member, 1, TERMS))

    copies = world.does(library.withdraw_copy(1, "damaged", TERMS))

    assert (copies.total_copies, copies.held, copies.queue_length) == (1, 1, 2)
    assert in_line(world) == [3, 4]
    assert Shelf.of(world.holding(1)).position(2) is None


def test_no_copy_is_withdrawn_that_a_member_has_and_is_not_named() -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))

    with pytest.raises(CopiesInUse) as refused:
        world.does(library.withdraw_copy(1, "lost", TERMS))

    assert refused.value.details["copies_min"] == 1


def test_those_who_wait_for_a_book_without_copies_may_leave_its_queue() -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))
    world.does(library.reserve(1, 1, TERMS))
    world.does(library.lose_copy(0, 1, "lost", TERMS))

    world.does(library.cancel_reservation(1, 1, TERMS))

    assert in_line(world) == []


def test_more_overdue_loans_than_allowed_block_new_ones_until_they_are_settled() -> None:
    world = World(copies=2)
    strict = replace(TERMS, loans_per_member_max=5, overdue_loans_max=0)
    for book in (1, 2):
        world.does(library.checkout(0, book, strict))
    world.does(library.set_due_date(0, 2, NOON + 99 * DAY, strict))
    world.pass_by(TERMS.loan_period)
    assert not refusal_of(world, library.checkout(0, 3, strict))
    world.pass_by(DAY)

    with pytest.raises(MemberBlocked) as refused:
        world.does(library.checkout(0, 3, strict))

    assert refused.value.details == {"member_id": 0, "overdue": 1, "fines": 0.0}
    assert not refusal_of(world, library.checkout(0, 3, replace(strict, overdue_loans_max=1)))
    world.does(library.renew(0, 1, strict))
    assert not refusal_of(world, library.checkout(0, 3, strict))


def test_a_member_who_is_blocked_may_wait_and_does_not_get_the_copy_that_is_held() -> None:
    world = World(copies=1)
    strict = replace(TERMS, overdue_loans_max=0)
    world.does(library.checkout(1, 1, strict))
    world.does(library.checkout(0, 2, strict))
    world.does(library.set_due_date(0, 2, NOON - DAY, strict))

    assert world.does(library.checkout(0, 1, strict)).outcome == "reserved"
    world.does(library.return_copy(1, 1, strict))
    assert refusal_of(world, library.fulfill(0, 1, strict)) == {"member_blocked"}
    world.does(library.return_copy(0, 2, strict))
    assert not refusal_of(world, library.fulfill(0, 1, strict))


def test_fines_block_from_their_bound_on_and_not_below_it() -> None:
    world = World(copies=1)
    dear = replace(TERMS, fine_per_day_cents=300, fine_cents_max=None)
    world.does(library.checkout(0, 1, dear))
    world.pass_by(TERMS.loan_period + DAY)
    assert world.does(library.return_copy(0, 1, dear)).fine == 300

    with pytest.raises(MemberBlocked) as refused:
        world.does(library.checkout(0, 2, dear))

    assert refused.value.details == {"member_id": 0, "overdue": 0, "fines": 3.0}
    assert world.does(fines_of_members.pay_fine(0, 1)).balance == 299
    assert world.does(library.checkout(0, 2, dear)).outcome == "loaned"


def test_a_payment_is_a_row_that_explains_the_balance_and_never_more_than_it() -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))
    world.pass_by(TERMS.loan_period + 2 * DAY)
    world.does(library.return_copy(0, 1, TERMS))

    with pytest.raises(FinesExceeded):
        world.does(fines_of_members.pay_fine(0, 51))
    world.does(fines_of_members.pay_fine(0, 20))

    assert [(fine.kind, fine.amount_cents) for fine in world.fines] == [
        ("overdue", 50),
        ("payment", -20),
    ]
    assert world.member(0).fines_cents == 30


def test_a_member_who_leaves_gives_up_places_and_held_copies() -> None:
    world = World(copies=1)
    for book in (1, 2):
        world.does(library.checkout(0, book, TERMS))
        world.does(library.reserve(1, book, TERMS))
        world.does(library.reserve(2, book, TERMS))
    world.does(library.return_copy(0, 1, TERMS))

    left = world.does(library.archive_member(1, TERMS))

    assert left.archived
    assert [each.member_id for each in Shelf.of(world.holding(1)).holds] == [2]
    assert [each.member_id for each in Shelf.of(world.holding(2)).waiting] == [2]
    for request in REQUESTS.values():
        assert refusal_of(world, request(1, 2, TERMS)) == {"member_archived"}
    world.does(members.unarchive(1))
    assert world.does(library.checkout(1, 2, TERMS)).outcome == "reserved"


@pytest.mark.parametrize("days_late", [0, 1])
def test_a_member_with_a_loan_or_a_fine_does_not_leave(days_late: int) -> None:
    world = World(copies=1)
    world.does(library.checkout(0, 1, TERMS))
    if days_late:
        world.pass_by(TERMS.loan_period + days_late * DAY)
        world.does(library.return_copy(0, 1, TERMS))

    with pytest.raises(MemberOwes) as refused:
        world.does(library.archive_member(0, TERMS))

    assert refused.value.details == {
        "member_id": 0,
        "open_loans": 1 - days_late,
        "fines": 0.25 * days_late,
    }


def test_a_desk_assigns_only_the_list_that_has_changed() -> None:
    holding = HoldingRow(1, total=1, available=1, events=1)
    desk = Desk(holding, lambda: 7)

    effects = lending.checkout(desk, MemberRow(1, "Ada", None, NOON), TERMS, NOON).effects

    [assigned] = [each for each in effects if isinstance(each, Assign)]
    [counted] = [
        each.by for each in effects if isinstance(each, Increase) and each.id == holding.id
    ][:1]
    assert list(assigned.fields) == ["loans"]
    assert counted == {"available": -1, "on_loan": 1, "events": 1}
