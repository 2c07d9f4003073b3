"""The refusals of the domain: their tree, their messages and their records."""

from datetime import UTC, datetime

import pytest

import domain.errors
from domain.errors import (
    AlreadyOnLoan,
    BooksUnknown,
    InsufficientFunds,
    InsufficientStock,
    InvalidParams,
    NotFound,
    NotReady,
    OctavoError,
    OutOfStock,
    found,
)
from tests.support.error_tree import all_errors, picture

ERRORS = [error for error in all_errors() if hasattr(error, "template")]


def by_name(error: type[OctavoError]) -> str:
    return error.__name__


def test_the_picture_shows_the_tree_as_it_is() -> None:
    shown = (domain.errors.__doc__ or "").splitlines()

    assert [line for line in shown if "── " in line] == picture()


def test_every_error_is_exported() -> None:
    assert {each.__name__ for each in all_errors()} <= set(domain.errors.__all__)


@pytest.mark.parametrize("error", ERRORS, ids=by_name)
def test_the_example_of_an_error_fills_its_message(error: type[OctavoError]) -> None:
    message = error(**error.example).message

    assert message.endswith((".", "should be at least 1"))
    assert "{" not in message


@pytest.mark.parametrize("error", ERRORS, ids=by_name)
def test_a_refusal_comes_back_from_its_record(error: type[OctavoError]) -> None:
    refusal = error(**error.example)

    again = OctavoError.from_record(refusal.as_record())

    assert again.as_record() == refusal.as_record()
    assert str(again) == refusal.message


def test_a_record_of_an_earlier_version_keeps_its_words() -> None:
    record = {"type": "already_on_loan", "message": "As it was said.", "details": {"loan_id": 7}}

    refusal = OctavoError.from_record(record)

    assert refusal.as_record() == record | {"retryable": False}


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (NotFound(kind="book", isbn="978"), "No book has isbn 978."),
        (
            BooksUnknown(kind="book", isbn="978", missing=[{"isbn": "978"}, {"book_id": 3}]),
            "No book is known as 978, 3.",
        ),
        (
            InsufficientStock(lines=[{"book_id": 3}, {"book_id": 5}]),
            "Too few copies are on hand of book 3, 5.",
        ),
        (
            InvalidParams(
                errors=[
                    {"parameter": "items", "path": ["items", "1"], "problem": "is short"},
                    {"parameter": "other", "path": ["other"], "problem": "is wrong"},
                ]
            ),
            "items.1: is short",
        ),
        (
            NotReady(
                book_id=1, member_id=2, position=3, estimated_ready_at=None, estimate_reason=None
            ),
            "No copy of book 1 is held for member 2, who is at position 3.",
        ),
        (
            NotReady(
                book_id=1, member_id=2, position=None, estimated_ready_at=None, estimate_reason=None
            ),
            "No copy of book 1 is held for member 2, who has not reserved it.",
        ),
        (
            InsufficientFunds(user_id=0, price=10.6, balance=5.0),
            "User 0 has 5.00, the price is 10.60.",
        ),
    ],
)
def test_a_message_is_made_of_the_details(refusal: OctavoError, message: str) -> None:
    assert refusal.message == message


def test_an_instant_among_the_details_becomes_text() -> None:
    due_at = datetime(2026, 12, 7, 9, tzinfo=UTC)

    refusal = AlreadyOnLoan(member_id=1, book_id=2, loan_id=3, due_at=due_at)

    assert refusal.details["due_at"] == "2026-12-07T09:00:00Z"


@pytest.mark.parametrize(
    "details",
    [
        {"book_id": 1, "requested": 3},
        {"book_id": 1, "requested": 3, "available": 1, "colour": "red"},
    ],
)
def test_details_that_are_not_documented_are_refused(details: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="takes available, book_id, requested"):
        OutOfStock(**details)


def test_what_is_not_found_is_refused_and_what_is_passes() -> None:
    assert found(0, "book", id=7) == 0
    with pytest.raises(NotFound, match=r"No book has id 7\."):
        found(None, "book", id=7)
