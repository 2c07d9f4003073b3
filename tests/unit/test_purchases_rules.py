"""Buying: who may, what moves, and that no cent is made, lost or owed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts import AccountRow, new_account
from domain.effects import Add, Increase
from domain.errors import AlreadyRefunded, InsufficientFunds, OctavoError, PriceChanged
from domain.listings import ListingRow
from domain.purchases import NewPurchase, PurchaseRefundRow, PurchaseRow, buy, pay_back

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RUBY = ListingRow(id=2, store_id=1, source_name="Ruby!", name="Ruby!", price_cents=1_064)
EDITH = new_account("user", 0, "Edith Johnson", 2_000)
STORE = new_account("store", 1, "Look Inna Book", 5)
CENTS = st.integers(0, 5_000)


def bought(
    user: AccountRow = EDITH, price: int = 1_064, expected: int | None = None
) -> NewPurchase:
    return buy(replace(RUBY, price_cents=price), user, STORE, expected, 7, NOON).result


def test_the_price_goes_from_the_user_to_the_store_and_the_purchase_is_noted() -> None:
    decision = buy(RUBY, EDITH, STORE, None, 7, NOON)

    assert decision.effects == (
        Increase(AccountRow, "user:0", {"cents": -1_064}),
        Increase(AccountRow, "store:1", {"cents": 1_064}),
        Add(
            PurchaseRow(
                id=7,
                user_id=0,
                store_id=1,
                listing_id=2,
                book_name="Ruby!",
                store_name="Look Inna Book",
                amount_cents=1_064,
                purchased_at=NOON,
            )
        ),
    )
    assert (decision.result.user_cash, decision.result.store_cash) == (936, 1_069)


def test_the_purchase_is_answered_under_the_names_of_that_time() -> None:
    renamed = replace(STORE, name="Reading Room")

    purchase = buy(replace(RUBY, name="Emeralds"), EDITH, renamed, None, 7, NOON).result

    assert (purchase.book_name, purchase.store_name) == ("Emeralds", "Reading Room")
    assert purchase.purchased_at == NOON


def test_cash_that_equals_the_price_buys() -> None:
    assert bought(price=2_000).user_cash == 0


def test_one_cent_too_few_is_refused_with_what_there_is() -> None:
    with pytest.raises(InsufficientFunds) as refusal:
        bought(price=2_001)

    assert refusal.value.details == {"user_id": 0, "price": 20.01, "balance": 20}


@pytest.mark.parametrize("expected", [1_064, 1_065])
def test_a_price_that_is_expected_or_fell_is_paid(expected: int) -> None:
    assert bought(expected=expected).amount == 1_064


def test_a_price_that_rose_by_a_cent_is_refused_with_both_prices() -> None:
    with pytest.raises(PriceChanged) as refusal:
        bought(expected=1_063)

    assert refusal.value.details == {"listing_id": 2, "expected_price": 10.63, "price": 10.64}


def test_of_a_higher_price_and_too_little_cash_the_price_is_told() -> None:
    with pytest.raises(PriceChanged):
        bought(price=2_001, expected=1_064)


def test_what_costs_nothing_is_bought_without_cash() -> None:
    assert bought(replace(EDITH, cents=0), price=0).store_cash == STORE.cents


@given(
    cash=st.lists(CENTS, min_size=4, max_size=4),
    attempts=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 1), CENTS, st.none() | CENTS), max_size=30
    ),
)
def test_purchases_conserve_money_and_leave_nobody_below_zero(
    cash: list[int], attempts: list[tuple[int, int, int, int | None]]
) -> None:
    rows: list[AccountRow] = [
        new_account("user", 0, "Ann", cash[0]),
        new_account("user", 1, "Bo", cash[1]),
        new_account("store", 0, "Corner", cash[2]),
        new_account("store", 1, "Branch", cash[3]),
    ]
    accounts = {row.id: row for row in rows}
    paid: list[PurchaseRow] = []
    for number, (user, store, price, expected) in enumerate(attempts):
        listing = ListingRow(number, store, "One", "One", price)
        payer, payee = accounts[f"user:{user}"], accounts[f"store:{store}"]
        try:
            decision = buy(listing, payer, payee, expected, number, NOON)
        except OctavoError as refusal:
            assert_rightly(refusal, payer, price, expected)
            continue
        paid += happen(accounts, decision.effects)

    assert sum(row.cents for row in accounts.values()) == sum(cash)
    assert all(row.cents >= 0 for row in accounts.values())
    for row in accounts.values():
        assert row.cents == row.opening_cents + explained(row, paid)


def assert_rightly(
    refusal: OctavoError, payer: AccountRow, price: int, expected: int | None
) -> None:
    if isinstance(refusal, PriceChanged):
        assert expected is not None
        assert price > expected
    else:
        assert isinstance(refusal, InsufficientFunds)
        assert payer.cents < price


def happen(accounts: dict[str, AccountRow], effects: tuple[Any, ...]) -> list[PurchaseRow]:
    """Move the cents; the purchases that were added."""
    for effect in effects:
        if isinstance(effect, Increase):
            row = accounts[effect.id]
            accounts[effect.id] = replace(row, cents=row.cents + effect.by["cents"])
    return [effect.row for effect in effects if isinstance(effect, Add)]


def explained(account: AccountRow, purchases: list[PurchaseRow]) -> int:
    """What purchases come to for one account."""
    if account.owner == "user":
        return -sum(each.amount_cents for each in purchases if each.user_id == account.owner_id)
    return sum(each.amount_cents for each in purchases if each.store_id == account.owner_id)


PAST = PurchaseRow(7, 0, 1, 2, "Ruby!", "Look Inna Book", 1_064, NOON)


def test_a_refund_pays_the_price_of_that_time_back() -> None:
    store = replace(STORE, cents=1_064)

    decision = pay_back(PAST, None, EDITH, store, NOON)

    assert decision.effects == (
        Increase(AccountRow, "store:1", {"cents": -1_064}),
        Increase(AccountRow, "user:0", {"cents": 1_064}),
        Add(PurchaseRefundRow(7, 0, 1, 1_064, NOON)),
    )
    assert (decision.result.user_cash, decision.result.store_cash) == (3_064, 0)
    assert decision.result.refunded_at == NOON


def test_a_purchase_is_refunded_once() -> None:
    earlier = PurchaseRefundRow(7, 0, 1, 1_064, NOON)

    with pytest.raises(AlreadyRefunded) as refusal:
        pay_back(PAST, earlier, EDITH, replace(STORE, cents=5_000), NOON)

    assert refusal.value.details == {"purchase_id": 7, "refunded_at": "2026-11-23T12:00:00Z"}


def test_a_store_that_is_short_by_a_cent_refunds_nothing() -> None:
    with pytest.raises(InsufficientFunds) as refusal:
        pay_back(PAST, None, EDITH, replace(STORE, cents=1_063), NOON)

    assert refusal.value.details == {"store_id": 1, "price": 10.64, "balance": 10.63}
    assert refusal.value.type == "insufficient_funds"
