"""API keys, kept as digests, and who a given key belongs to."""

import time
from typing import Final

from domain.errors import found
from domain.keys import (
    ApiKey,
    ApiKeyPage,
    Caller,
    NewApiKey,
    Role,
    RoleName,
    digest,
    key_id_of,
    new_secret,
    same_secret,
)
from repository.instants import now
from repository.keyset import read_page
from repository.mongo_connection import Database, Document, Documents
from repository.transactions import Transaction

KEYS: Final = "api_keys"
KNOWN_CALLERS_MAX: Final = 10_000
KNOWN_CALLER_TTL_S: Final = 1.0


class KeyRing:
    """Tells who calls. `admin_key` comes from the settings, all other keys from the database.

    A caller once recognised is remembered for a second, so that a key revoked by another process
    is refused after that; one revoked here is refused at once.
    """

    def __init__(self, database: Database, admin_key: str | None) -> None:
        self._database = database
        self._admin_digest = None if admin_key is None else digest(admin_key)
        self._known: dict[str, tuple[Caller, float]] = {}

    async def caller_of(self, secret: str) -> Caller | None:
        """The caller whose key this is, or None. Raises StorageUnavailable."""
        if self._admin_digest is not None and same_secret(self._admin_digest, secret):
            return Caller(key_id="settings", role=Role.ADMIN)
        known = self._known
        caller, expires = known.get(digest(secret), (None, 0.0))
        if caller is not None and time.monotonic() < expires:
            return caller
        caller = await self._look_up(secret)
        if caller is not None:
            # Where all was forgotten meanwhile, what was read before that goes to nobody.
            _remember(known, secret, caller)
        return caller

    async def _look_up(self, secret: str) -> Caller | None:
        key_id = key_id_of(secret)
        if key_id is None:
            return None
        found = await self._database.find_one(KEYS, {"_id": key_id, "revoked_at": None})
        if found is None or not same_secret(found["digest"], secret):
            return None
        return Caller(key_id=str(key_id), role=Role(found["role"]))

    def forget_all(self) -> None:
        """Ask the database again about every key."""
        self._known = {}


def _remember(known: dict[str, tuple[Caller, float]], secret: str, caller: Caller) -> None:
    if len(known) >= KNOWN_CALLERS_MAX:
        known.clear()
    known[digest(secret)] = (caller, time.monotonic() + KNOWN_CALLER_TTL_S)


async def create(transaction: Transaction, name: str, role: RoleName) -> NewApiKey:
    """Make a key. Only its digest is kept: the answer is the one place where the key stands."""
    key_id = await transaction.database.ids.next(KEYS, block_size=1)
    secret = new_secret(key_id)
    document = {
        "_id": key_id,
        "name": name,
        "role": role,
        "digest": digest(secret),
        "created_at": now(),
        "revoked_at": None,
    }
    transaction.append(KEYS, document)
    return NewApiKey(**_as_key(document).model_dump(), key=secret)


def _as_key(document: Document) -> ApiKey:
    return ApiKey(
        id=document["_id"],
        name=document["name"],
        role=document["role"],
        created_at=document["created_at"],
        revoked_at=document["revoked_at"],
    )


async def list_page(documents: Documents, *, limit: int, cursor: str | None) -> ApiKeyPage:
    """Keys by id, revoked ones included. Raises InvalidParams for a cursor of another list."""
    rows, next_cursor = await read_page(
        documents, KEYS, {}, listing=KEYS, limit=limit, cursor=cursor
    )
    return ApiKeyPage(items=[_as_key(row) for row in rows], next_cursor=next_cursor)


async def revoke(transaction: Transaction, key_id: int, ring: KeyRing) -> ApiKey:
    """End a key; ending it again changes nothing. Raises NotFound."""
    document = found(await transaction.hold(KEYS, key_id), "API key", id=key_id)
    if document["revoked_at"] is None:
        transaction.change(KEYS, document, assign={"revoked_at": now()})
    transaction.after_commit(ring.forget_all)
    return _as_key(document)
