"""International Standard Book Numbers (ISO 2108): ISBN-10 and ISBN-13 in, ISBN-13 stored."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015]")
"""Spaces and hyphens of every kind: an ISBN that was copied from a text often has others."""

_TEN = re.compile(r"\d{9}[\dX]", re.ASCII)
_THIRTEEN = re.compile(r"97[89]\d{10}", re.ASCII)

_ISMN = "9790"


def normalise_isbn(text: Any) -> str:
    """The 13 digits of an ISBN given with or without hyphens, as ISBN-10 or ISBN-13.

    Raises ValueError when it has another form or its check digit is wrong (ISO 2108, annex A).
    """
    if not isinstance(text, str):
        raise ValueError("must be a string")  # noqa: TRY004 - pydantic reports only ValueError
    bare = _SEPARATORS.sub("", text).upper()
    if _TEN.fullmatch(bare):
        if _weighted_sum(bare, range(10, 0, -1)) % 11:
            raise ValueError("has a wrong ISBN-10 check digit")
        return _with_check_digit("978" + bare[:9])
    if not _THIRTEEN.fullmatch(bare):
        raise ValueError("must be an ISBN-10 or an ISBN-13 that starts with 978 or 979")
    if bare.startswith(_ISMN):
        raise ValueError("is an ISMN (979-0), which names printed music, and not an ISBN")
    if _with_check_digit(bare[:12]) != bare:
        raise ValueError("has a wrong ISBN-13 check digit")
    return bare


def _with_check_digit(first_twelve: str) -> str:
    return first_twelve + str(-_weighted_sum(first_twelve, (1, 3) * 6) % 10)


def _weighted_sum(digits: str, weights: tuple[int, ...] | range) -> int:
    values = (10 if digit == "X" else int(digit) for digit in digits)
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


Isbn = Annotated[
    str,
    BeforeValidator(normalise_isbn),
    Field(
        description="ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13.",
        examples=["978-0-261-10325-2"],
    ),
]
