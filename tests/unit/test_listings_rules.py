"""Listings get new names and prices, and show their store's name."""

from typing import Any

import pytest

from domain.effects import Assign
from domain.listings import ListingRow, edit_listing

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
