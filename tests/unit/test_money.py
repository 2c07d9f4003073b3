from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.money import (
    AMOUNT_CENTS_MAX,
    Money,
    cents_from_decimal,
    cents_from_number,
    number_from_cents,
)

ANY_CENTS = st.integers(0, AMOUNT_CENTS_MAX)


@given(cents=ANY_CENTS)
def test_any_amount_comes_back_exactly_after_a_journey_through_json(cents: int) -> None:
    on_the_wire = TypeAdapter(Money).dump_json(cents)

    assert cents_from_number(orjson.loads(on_the_wire)) == cents


@given(cents=ANY_CENTS)
def test_an_amount_is_written_with_at_most_two_decimals(cents: int) -> None:
    written = repr(number_from_cents(cents))

    assert len(written.partition(".")[2]) <= 2
    assert Decimal(written) * 100 == cents


@given(amounts=st.lists(ANY_CENTS, max_size=200))
def test_sums_are_exact(amounts: list[int]) -> None:
    numbers = [number_from_cents(cents) for cents in amounts]

    assert sum(cents_from_number(number) for number in numbers) == sum(amounts)


@given(cents=ANY_CENTS, digit=st.integers(1, 9))
def test_a_third_decimal_is_refused(cents: int, digit: int) -> None:
    with pytest.raises(ValueError, match=r"two decimals|at most"):
        cents_from_decimal(Decimal(cents) / 100 + Decimal(digit) / 1000)


@pytest.mark.parametrize(
    ("amount", "cents"), [(0, 0), (0.0, 0), (-0.0, 0), (18.89, 1889), (14, 1400), (2.5, 250)]
)
def test_numbers_in_major_units_are_kept_as_cents(amount: float, cents: int) -> None:
    assert cents_from_number(amount) == cents


def test_the_largest_amount_is_taken_and_one_cent_more_is_not() -> None:
    assert cents_from_number(AMOUNT_CENTS_MAX / 100) == AMOUNT_CENTS_MAX
    with pytest.raises(ValueError, match="at most"):
        cents_from_number((AMOUNT_CENTS_MAX + 1) / 100)


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (-0.01, "negative"),
        (-5, "negative"),
        (1.999, "two decimals"),
        (0.1 + 0.2, "two decimals"),
        (5e-324, "two decimals"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (float("-inf"), "finite"),
        pytest.param(10**5000, "at most", id="10**5000"),
        (1e300, "at most"),
        (True, "a number"),
        (False, "a number"),
        ("18.89", "a number"),
        (None, "a number"),
        ([1], "a number"),
        ({}, "a number"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(amount: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        cents_from_number(amount)
