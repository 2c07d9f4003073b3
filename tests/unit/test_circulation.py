from datetime import UTC, datetime, timedelta

import pytest

from domain.circulation import DAY, LATEST, Event, EventKind, LoanTerms, OpenLoan, OpenReservation
from domain.shelf import Estimate, Estimates, Shelf, history

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
TERMS = LoanTerms()


def log(*happenings: tuple[EventKind, int | None]) -> list[Event]:
    """Events in a row; the copies are set to one."""
    return [
        Event(
            id=100 + number,
            book_id=1,
            number=number,
            kind=kind,
            at=NOON,
            member_id=member,
            due_at=NOON + 14 * DAY,
            expires_at=NOON + 3 * DAY,
            copies=1,
        )
        for number, (kind, member) in enumerate(happenings, start=1)
    ]


ONE_LENT = ((EventKind.SET_COPIES, None), (EventKind.CHECKOUT, 1))
TWO_WAIT = (*ONE_LENT, (EventKind.RESERVE, 2), (EventKind.RESERVE, 3))
ONE_HELD = (*TWO_WAIT, (EventKind.RETURN, 1), (EventKind.HOLD, 2))


def replay(book_id: int, events: list[Event]) -> Shelf:
    told = history(book_id, events)
    assert told.broken is None
    return told.shelf


def line(shelf: Shelf) -> list[int]:
    return [each.member_id for each in shelf.waiting]


def test_nothing_comes_of_no_events() -> None:
    assert replay(1, []) == Shelf(1)


def test_positions_count_from_one_without_those_for_whom_a_copy_is_held() -> None:
    shelf = replay(1, log(*ONE_HELD))

    assert [shelf.position(member) for member in (1, 2, 3)] == [None, None, 1]
    assert (shelf.available, shelf.held) == (0, 1)


def test_a_held_copy_stepped_aside_from_leaves_its_member_first() -> None:
    shelf = replay(1, log(*ONE_HELD, (EventKind.STEP_ASIDE, 2), (EventKind.HOLD, 3)))

    assert line(shelf) == [2]
    assert [each.member_id for each in shelf.holds] == [3]


def test_a_waiting_member_who_steps_aside_changes_places() -> None:
    assert line(replay(1, log(*TWO_WAIT, (EventKind.STEP_ASIDE, 2)))) == [3, 2]


def test_whoever_cancels_leaves_no_gap() -> None:
    shelf = replay(1, log(*TWO_WAIT, (EventKind.CANCEL, 2)))

    assert shelf.position(3) == 1


def shelf_with(*due_in_days: float, holds_end_in: tuple[float, ...] = ()) -> Shelf:
    """Copies on loan that are due in so many days, and held ones."""
    loans = {
        number: OpenLoan(number, number, NOON, NOON + days * DAY)
        for number, days in enumerate(due_in_days)
    }
    holds = {
        100 + number: OpenReservation(
            100 + number, 100 + number, number, NOON, NOON, NOON + days * DAY
        )
        for number, days in enumerate(holds_end_in)
    }
    return Shelf(1, len(loans) + len(holds), loans, holds)


def estimates(shelf: Shelf, *positions: int) -> list[Estimate]:
    told = shelf.estimates(NOON, TERMS)
    return [told.at(position) for position in positions]


def in_days(*days: float) -> list[Estimate]:
    return [Estimate(NOON + each * DAY) for each in days]


LATE = Estimate(None, "overdue")


def test_the_nth_place_gets_the_nth_copy_that_comes_and_later_ones_a_further_round() -> None:
    assert estimates(shelf_with(2, 1), 1, 2, 3, 5) == in_days(1, 2, 15, 29)


def test_no_date_is_promised_from_a_loan_that_is_late() -> None:
    assert estimates(shelf_with(-1), 1, 2) == [LATE, LATE]
    assert estimates(shelf_with(-1, 5), 1, 2, 3) == [*in_days(5), LATE, LATE]
    assert estimates(shelf_with(-1, -20, 5, 3), 1, 2, 3) == [*in_days(3, 5), LATE]


def test_a_loan_that_is_due_this_moment_is_not_late() -> None:
    assert estimates(shelf_with(0), 1) == in_days(0)


def test_a_held_copy_comes_back_a_loan_period_after_its_hold() -> None:
    assert estimates(shelf_with(20, holds_end_in=(3,)), 1, 2) == in_days(17, 20)


def test_nothing_is_expected_of_no_copies() -> None:
    assert estimates(Shelf(1), 1) == [Estimate(None, "no_copies")]


def test_an_estimate_never_lies_beyond_the_days_that_can_be_written() -> None:
    far = Estimates([LATEST - DAY], 0, TERMS.loan_period)

    assert far.at(2) == Estimate(LATEST)


@pytest.mark.parametrize(
    ("late", "days"),
    [(-DAY, 0), (0 * DAY, 0), (MILLISECOND, 1), (DAY, 1), (DAY + MILLISECOND, 2), (9 * DAY, 9)],
)
def test_a_day_that_has_begun_is_fined(late: timedelta, days: int) -> None:
    terms = LoanTerms(fine_per_day_cents=30)

    assert terms.fine_cents(NOON, NOON + late) == 30 * days


def test_a_fine_of_one_loan_has_a_bound_if_the_operator_sets_one() -> None:
    bounded = LoanTerms(fine_per_day_cents=30, fine_cents_max=100)

    assert [bounded.fine_cents(NOON, NOON + days * DAY) for days in (3, 4, 999)] == [90, 100, 100]
    assert LoanTerms(fine_per_day_cents=30).fine_cents(NOON, NOON + 999 * DAY) == 29_970
    assert LoanTerms().fine_cents(NOON, NOON + 999 * DAY) == 0


def test_a_lost_copy_ends_its_loan_and_moves_nobody_in_the_queue() -> None:
    told = history(1, log(*TWO_WAIT, (EventKind.WITHDRAW, 1)))

    assert (told.shelf.total, told.shelf.loans, line(told.shelf)) == (0, {}, [2, 3])
    [loan] = [claim for claim in told.claims.values() if claim.kind == "loan"]
    assert (loan.open, loan.returned_at, loan.lost_at) == (False, None, NOON)


def test_a_hold_that_is_put_back_leaves_its_member_at_the_place_of_before() -> None:
    shelf = replay(1, log(*ONE_HELD, (EventKind.PUT_BACK, 2), (EventKind.WITHDRAW, None)))

    assert (shelf.total, shelf.held, line(shelf)) == (0, 0, [2, 3])


def test_the_history_keeps_what_has_ended() -> None:
    told = history(1, log(*ONE_HELD, (EventKind.EXPIRE, 2), (EventKind.CANCEL, 3)))

    ends = {
        claim.member_id: (claim.kind, claim.open, claim.status) for claim in told.claims.values()
    }
    assert ends == {
        1: ("loan", False, None),
        2: ("reservation", False, "expired"),
        3: ("reservation", False, "cancelled"),
    }


def test_the_history_ends_before_an_event_that_cannot_have_happened() -> None:
    told = history(1, log(*ONE_LENT, (EventKind.RETURN, 2), (EventKind.RETURN, 1)))

    assert told.broken is not None
    assert told.broken.number == 3
    assert list(told.shelf.loans) == [1]
