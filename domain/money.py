"""Money: a JSON number in major units with at most two decimals outside, integer cents inside."""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

AMOUNT_CENTS_MAX = 10_000_000_00
"""A million copies at this price are still under 2**53 cents, so that their total is exact."""

SUM_DESCRIPTION: Final = "An amount in major units, exact to the cent."
"""Describes an amount in a result that has no description of its own."""

_SUM_SCHEMA: Final = {"type": "number", "description": SUM_DESCRIPTION}


def cents_from_number(amount: Any) -> int:
    """Cents of a non-negative amount in major units.

    Raises ValueError for a value that is not a JSON number, is negative, is over 10,000,000 or has
    a third decimal.
    """
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic reports only ValueError
    if isinstance(amount, int):
        return cents_from_decimal(Decimal(amount))
    return cents_from_decimal(Decimal(repr(amount)))


def cents_from_decimal(amount: Decimal) -> int:
    """The same for an amount that was never a float."""
    if not amount.is_finite():
        raise ValueError("must be a finite number")
    if amount < 0:
        raise ValueError("must not be negative")
    if amount * 100 > AMOUNT_CENTS_MAX:
        raise ValueError(f"must be at most {AMOUNT_CENTS_MAX // 100}")
    cents = int(amount * 100)
    if cents != amount * 100:
        raise ValueError("must have at most two decimals")
    return cents


def number_from_cents(cents: int) -> float:
    """The amount in major units; its shortest decimal form has at most two decimals."""
    return cents / 100


def amount_schema(description: str, example: float) -> WithJsonSchema:
    """The JSON Schema of an amount as a parameter; the description gets its unit."""
    bounds = {"type": "number", "minimum": 0, "maximum": AMOUNT_CENTS_MAX / 100}
    described = f"{description.removesuffix('.')}; in major units, at most two decimals."
    return WithJsonSchema(bounds | {"description": described, "examples": [example]})


Amount = Annotated[int, BeforeValidator(cents_from_number)]
"""A non-negative amount as a parameter, described by `amount_schema`; cents inside."""


def _more_than_nothing(cents: int) -> int:
    if not cents:
        raise ValueError("must be more than 0")
    return cents


MovedAmount = Annotated[
    Amount,
    AfterValidator(_more_than_nothing),
    amount_schema("An amount of more than 0.", 50),
]

Price = Annotated[Amount, amount_schema("Price of one copy.", 18.89)]

Money = Annotated[
    int, PlainSerializer(number_from_cents, return_type=float), WithJsonSchema(_SUM_SCHEMA)
]
"""An amount in a result; cents inside."""
