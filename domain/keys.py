"""API keys: who calls, and what the caller's role allows."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from domain.examples import with_example
from domain.paging import Page
from domain.values import Id, Text

DEMO_KEY = "secret123"
"""Known to everybody: accepted in demo mode only."""


class Role(StrEnum):
    """What a key may do; each role may do all that the ones before it may."""

    READER = "reader"
    CLERK = "clerk"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        """Whether a caller of this role may call a method that needs `needed`."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: `key_id` scopes idempotency keys, `role` decides what is allowed."""

    key_id: str
    role: Role


ANYBODY = Caller(key_id="", role=Role.READER)
"""Whoever calls a method that needs no key."""

KeyId = Annotated[Id, Field(description="The key's id.", examples=[1])]
KeyName = Annotated[Text, Field(description="Who uses the key.", examples=["till 3"])]
RoleName = Annotated[Literal["reader", "clerk", "admin"], Field(description="What the key may do.")]


EXAMPLE: Final = {
    "id": 1,
    "name": "till 3",
    "role": "clerk",
    "created_at": "2026-11-23T09:00:00Z",
    "revoked_at": None,
}


class ApiKey(BaseModel):
    """An API key without its secret."""

    model_config = with_example(**EXAMPLE)

    id: int
    name: str
    role: RoleName
    created_at: datetime
    revoked_at: datetime | None


class NewApiKey(ApiKey):
    """A key with its secret, which is shown this once and never again."""

    model_config = with_example(**EXAMPLE, key="octavo_1_qZ0yX…")

    key: str | None = Field(description="The secret; null when the request is repeated.")


class ApiKeyPage(Page[ApiKey]):
    """One page of keys, oldest first."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


def new_secret(key_id: int) -> str:
    """A fresh key: its id, so that it is found by it, and 256 random bits."""
    return f"octavo_{key_id}_{secrets.token_urlsafe(32)}"


def key_id_of(secret: str) -> int | None:
    """The id inside a key that `new_secret` made, or None for any other text."""
    prefix, _, rest = secret.partition("_")
    number, _, _ = rest.partition("_")
    if (
        prefix != "octavo"
        or not number.isascii()
        or not number.isdigit()
        or len(number) > len("9007199254740991")
    ):
        return None
    return int(number)


def digest(secret: str) -> str:
    """What is stored of a key. It has 256 random bits, so a fast hash is as good as a slow one."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same_secret(stored_digest: str, secret: str) -> bool:
    """Whether `secret` is the one whose digest was stored, in constant time."""
    return hmac.compare_digest(stored_digest, digest(secret))
