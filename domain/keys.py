"""API keys: who calls, and what the caller's role allows."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from domain.effects import Add, Decision, assign
from domain.examples import with_example
from domain.paging import Page
from domain.values import Id, Text

DEMO_KEY = "secret123"
"""A key that everybody knows: accepted in demo mode only."""


DIGESTS_KEPT_MAX: Final = 1_024

SHOWN_ONCE: Final = "shown once"
"""Marks a result field that is null when the request is repeated."""


class Role(StrEnum):
    """What a key may do; each role includes the ones before it.

    A public key is safe in a browser: it reads what holds no personal data and no money.
    """

    PUBLIC = "public"
    READER = "reader"
    CLERK = "clerk"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        """Whether a caller of this role may call a method that needs `needed`."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: `key_id` scopes idempotency keys, `role` decides what is allowed."""

    key_id: str
    role: Role


ANYBODY = Caller(key_id="", role=Role.PUBLIC)
"""The caller of a method that needs no key."""

KeyId = Annotated[Id, Field(description="The key's id.", examples=[1])]
KeyName = Annotated[Text, Field(description="Who uses the key.", examples=["till 3"])]
RoleName = Annotated[
    Literal["public", "reader", "clerk", "admin"], Field(description="What the key may do.")
]


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
    """A key with its secret, which is shown only once."""

    model_config = with_example(**EXAMPLE, key="octavo_1_qZ0yX…")

    key: Annotated[str | None, SHOWN_ONCE] = Field(
        description="The secret; null when the request is repeated."
    )


class ApiKeyPage(Page[ApiKey]):
    """One page of keys, oldest first."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What is stored of an API key: its digest, never the key."""

    id: int
    name: str
    role: RoleName
    digest: str
    created_at: datetime
    revoked_at: datetime | None = None

    def shown(self) -> ApiKey:
        """The key as callers see it."""
        return ApiKey(
            id=self.id,
            name=self.name,
            role=self.role,
            created_at=self.created_at,
            revoked_at=self.revoked_at,
        )


def make_key(key_id: int, name: str, role: RoleName, now: datetime) -> Decision[NewApiKey]:
    """Make a key. Only its digest is stored; the key is in the result alone."""
    secret = new_secret(key_id)
    row = KeyRow(key_id, name, role, digest(secret), now)
    return Decision(NewApiKey(**row.shown().model_dump(), key=secret), (Add(row),))


def revoke_key(key: KeyRow, now: datetime) -> Decision[ApiKey]:
    """Revoke a key; revoking it again changes nothing."""
    if key.revoked_at is not None:
        return Decision(key.shown())
    return Decision(replace(key, revoked_at=now).shown(), (assign(key, revoked_at=now),))


def new_secret(key_id: int) -> str:
    """A new key: its id, by which it is looked up, and 256 random bits."""
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


@lru_cache(DIGESTS_KEPT_MAX)
def digest(secret: str) -> str:
    """What is stored of a key. It has 256 random bits, so a fast hash is as good as a slow one.

    Digests of the keys used last are kept in memory.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same_secret(stored_digest: str, secret: str) -> bool:
    """Whether `secret` is the one whose digest was stored, in constant time."""
    return hmac.compare_digest(stored_digest, digest(secret))
