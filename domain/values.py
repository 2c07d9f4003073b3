"""Parameter types that several topics share."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

ID_MAX = 2**53 - 1
"""The largest integer that every JSON client reads exactly (RFC 8259, section 6)."""

QUANTITY_MAX = 1_000_000
PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 500
IDEMPOTENCY_KEY_CHARACTERS_MAX = 255
NAME_CHARACTERS_MAX = 500


def _one_line(text: str) -> str:
    trimmed = text.strip()
    if not trimmed:
        raise ValueError("must not be blank")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in trimmed):
        raise ValueError("must be one line without control characters")
    return trimmed


Id = Annotated[int, Field(ge=0, le=ID_MAX)]
Quantity = Annotated[
    int, Field(ge=1, le=QUANTITY_MAX, description="Number of copies.", examples=[1])
]
Text = Annotated[str, Field(max_length=NAME_CHARACTERS_MAX), AfterValidator(_one_line)]
PageLimit = Annotated[
    int,
    Field(ge=1, le=PAGE_SIZE_MAX, description=f"Items per page, {PAGE_SIZE_DEFAULT} if left out."),
]
CursorText = Annotated[
    str,
    Field(
        max_length=4_000,
        description="`next_cursor` of the page before; left out for the first page.",
    ),
]
IdempotencyKey = Annotated[
    str,
    Field(
        min_length=1,
        max_length=IDEMPOTENCY_KEY_CHARACTERS_MAX,
        description=(
            "A name you choose for this one change. The same key and parameters give the first"
            " answer again, so that a retry never happens twice. Stored for at least 24 hours."
        ),
        examples=["2f1c6a52-till-3-0042"],
    ),
]
