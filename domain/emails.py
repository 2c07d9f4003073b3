"""E-mail addresses: stored as they were written, compared without case."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from domain.values import one_line

EMAIL_CHARACTERS_MAX = 254
"""The longest address that fits a mail path (RFC 5321, section 4.5.3.1.3, less the brackets)."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_SCHEMA = {"format": "email", "pattern": f"^{_ADDRESS.pattern}$"}


def _looks_like_an_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be an e-mail address such as ada@example.org")
    return text


def email_key(email: str) -> str:
    """The form by which addresses are compared."""
    return email.casefold()


Email = Annotated[
    str,
    Field(
        max_length=EMAIL_CHARACTERS_MAX,
        description="E-mail address.",
        examples=["ada@example.org"],
        json_schema_extra=dict(_SCHEMA),
    ),
    AfterValidator(_looks_like_an_address),
    BeforeValidator(one_line),
]
ShownEmail = Annotated[str, Field(json_schema_extra=dict(_SCHEMA))]
"""An e-mail address in a result."""
