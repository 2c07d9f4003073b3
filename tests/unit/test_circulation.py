from datetime import UTC, datetime, timedelta

from domain.circulation import Event, EventKind, LoanTerms, Shelf, estimate_at, history

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
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


def test_those_beyond_the_number_of_copies_wait_for_a_further_round() -> None:
    returns = [NOON + DAY, NOON + 2 * DAY]

    expected = [estimate_at(returns, position, NOON, TERMS) for position in (1, 2, 3, 5)]

    assert expected == [NOON + DAY, NOON + 2 * DAY, NOON + 15 * DAY, NOON + 29 * DAY]


def test_nothing_is_expected_of_no_copies() -> None:
    assert estimate_at([], 1, NOON, TERMS) is None


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
