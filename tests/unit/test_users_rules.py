"""A user is an account with a name that may change; counting says who counts as idle."""

from datetime import UTC, datetime

import pytest

from domain.accounts import AccountRow, new_account, store_account, user_account
from domain.effects import Add, Assign, Increase
from domain.errors import InsufficientFunds
from domain.users import CashMovementRow, SpendingBounds, move_cash, rename_user, shown_user

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EDITH = new_account("user", 0, "Edith Johnson", 70_070)


def test_an_account_begins_with_what_it_is_given() -> None:
    assert AccountRow("user:0", "user", 0, "Edith Johnson", 70_070, 70_070) == EDITH
    assert shown_user(EDITH).model_dump(mode="json") == {
        "id": 0,
        "name": "Edith Johnson",
        "cash": 700.7,
    }


def test_a_user_and_a_store_of_the_same_number_have_accounts_of_their_own() -> None:
    assert new_account("user", 5, "Ann", 0).id == user_account(5) == "user:5"
    assert new_account("store", 5, "Corner", 0).id == store_account(5) == "store:5"


def test_a_new_name_changes_nothing_but_the_name() -> None:
    decision = rename_user(EDITH, "Edith Jones")

    assert decision.effects == (Assign(AccountRow, "user:0", {"name": "Edith Jones"}),)
    assert (decision.result.name, decision.result.cash) == ("Edith Jones", 70_070)


@pytest.mark.parametrize(
    ("more_than", "less_than", "include_idle", "counted"),
    [
        (None, 1, True, True),
        (None, 1, False, False),
        (None, 0, True, False),
        (0, None, True, False),
        (0, 100, True, False),
    ],
)
def test_the_idle_count_only_if_they_are_wanted_and_zero_is_within_the_bounds(
    more_than: int | None, less_than: int | None, *, include_idle: bool, counted: bool
) -> None:
    assert SpendingBounds(more_than, less_than, include_idle).count_the_idle is counted


def test_cash_brought_is_added_with_a_row_that_explains_it() -> None:
    decision = move_cash(EDITH, 500, 7, NOON)

    assert decision.effects == (
        Increase(AccountRow, "user:0", {"cents": 500}),
        Add(CashMovementRow(7, 0, 500, NOON)),
    )
    assert decision.result.cash == 70_570


def test_all_cash_can_be_fetched() -> None:
    assert move_cash(EDITH, -70_070, 7, NOON).result.cash == 0


def test_one_cent_more_than_there_is_cannot_be_fetched() -> None:
    with pytest.raises(InsufficientFunds) as refusal:
        move_cash(EDITH, -70_071, 7, NOON)

    assert refusal.value.details == {"user_id": 0, "amount": 700.71, "balance": 700.7}
    assert refusal.value.type == "insufficient_funds"
