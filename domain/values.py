"""Parameter types that several topics share."""

import re
import unicodedata
from enum import Enum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from domain.errors import InvalidParams

ID_MAX = 2**53 - 1
"""The largest integer that every JSON client reads exactly (RFC 8259, section 6)."""

QUANTITY_MAX = 1_000_000
PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 500
IDEMPOTENCY_KEY_CHARACTERS_MAX = 255
NAME_CHARACTERS_MAX = 500
_UNUSABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Control characters that are no white space, and halves of surrogates."""

AS_PARAMETERS: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""How strictly parameters are read, and the fields of a parameter that is an object."""


class Cleared(Enum):
    """What an update gets for a field that was given as null, to tell it from one left out."""

    CLEARED = "\0null"


CLEARABLE: Final = "null takes it away"
"""Marks a parameter of an update whose field may be empty: null clears it (RFC 7396).

`isbn: Annotated[Isbn | None, CLEARABLE] = None` is None when it was left out, and
`Cleared.CLEARED` when it was null.
"""

ADDED_LATER: Final = "added to the method later"
"""Marks a parameter of a change that an earlier version did not have; its default is None.

While it is left out the request is the one of before, so its idempotency key still knows it.
"""


def changed_fields(**given: Any) -> dict[str, Any]:
    """The fields that an update changes, with None for those that were cleared.

    Raises InvalidParams if it changes none.
    """
    changes = {
        name: None if value is Cleared.CLEARED else value
        for name, value in given.items()
        if value is not None
    }
    if not changes:
        raise InvalidParams.parameter(next(iter(given)), "give at least one field to change")
    return changes


def one_line(text: Any) -> Any:
    """A text in NFC, its ends trimmed, each run of white space in it one space.

    Raises ValueError for a blank text, or one with another control character or half a surrogate.
    """
    if not isinstance(text, str):
        return text
    unusable = _UNUSABLE.search(text)
    if unusable is not None:
        is_half = unicodedata.category(unusable[0]) == "Cs"
        raise ValueError(
            "must be Unicode text" if is_half else "must be text without control characters"
        )
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not line:
        raise ValueError("must not be blank")
    return line


def _not_blank(text: str) -> str:
    if text and not text.strip():
        raise ValueError("must not be blank")
    return text


Id = Annotated[int, Field(ge=0, le=ID_MAX)]
Quantity = Annotated[
    int, Field(ge=1, le=QUANTITY_MAX, description="Number of copies.", examples=[1])
]
Text = Annotated[str, Field(max_length=NAME_CHARACTERS_MAX), BeforeValidator(one_line)]
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
    AfterValidator(_not_blank),
]
