"""Listings get new names and prices, and show their store's name."""

from typing import Any

import pytest

from domain.effects import Add, Assign, Increase, Remove
from domain.listings import ListingRow, edit_listing, list_book, take_off
from domain.stores import StoreRow

STORE = StoreRow(
    id=1, source_name="Look Inna Book", name="Look Inna Book", spans=(), listings_count=3
)
RUBY = ListingRow(id=2, store_id=1, source_name="Ruby!", name="Ruby!", price_cents=1_064)


@pytest.mark.parametrize(
    ("changes", "name", "price"),
    [
        ({"name": "Emeralds"}, "Emeralds", 1_064),
        ({"price_cents": 50}, "Ruby!", 50),
        ({"name": "Emeralds", "price_cents": 0}, "Emeralds", 0),
    ],
)
def test_what_is_given_changes_and_all_else_stays(
    changes: dict[str, Any], name: str, price: int
) -> None:
    decision = edit_listing(RUBY, changes, "Look Inna Book")

    assert decision.effects == (Assign(ListingRow, 2, changes),)
    assert decision.result.model_dump(mode="json") == {
        "id": 2,
        "store_id": 1,
        "store_name": "Look Inna Book",
        "name": name,
        "price": price / 100,
    }


def test_a_listing_keeps_what_its_file_calls_it() -> None:
    [effect] = edit_listing(RUBY, {"name": "Emeralds"}, "Look Inna Book").effects

    assert isinstance(effect, Assign)
    assert "source_name" not in effect.fields


def test_a_store_counts_what_it_lists() -> None:
    decision = list_book(STORE, 9, "Emeralds", 50)

    assert decision.effects == (
        Add(ListingRow(9, 1, None, "Emeralds", 50)),
        Increase(StoreRow, 1, {"listings_count": 1}),
    )
    assert (decision.result.id, decision.result.store_name) == (9, "Look Inna Book")


def test_a_listing_taken_off_is_shown_as_it_was_and_counts_no_more() -> None:
    decision = take_off(STORE, RUBY)

    assert decision.effects == (
        Remove(ListingRow, 2),
        Increase(StoreRow, 1, {"listings_count": -1}),
    )
    assert decision.result == RUBY.shown("Look Inna Book")
