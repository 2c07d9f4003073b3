"""API keys, stored as digests, and the caller of a given key."""

import time
from typing import Final

from domain.effects import Decision
from domain.errors import found
from domain.keys import (
    ApiKey,
    ApiKeyPage,
    Caller,
    KeyRow,
    NewApiKey,
    Role,
    RoleName,
    digest,
    key_id_of,
    make_key,
    revoke_key,
    same_secret,
)
from domain.paging import PageRequest
from repository.mongo.changes import Change, State, need
from repository.mongo.collections import Collection
from repository.mongo.connection import Database
from repository.mongo.paging import read_page

KEYS: Final = Collection("api_keys", KeyRow, ids_per_block=1)
ADMIN_OF_SETTINGS: Final = Caller(key_id="settings", role=Role.ADMIN)
KNOWN_CALLERS_MAX: Final = 10_000
KNOWN_CALLER_TTL_S: Final = 1.0


class KeyRing:
    """Finds the caller of a key. `admin_key` is in the settings, all others are in the database.

    A recognised caller is cached for a second: a key revoked by another process is refused after
    that, one revoked here at once.
    """

    def __init__(self, database: Database, admin_key: str | None) -> None:
        self._database = database
        self._admin_digest = None if admin_key is None else digest(admin_key)
        self._known: dict[str, tuple[Caller, float]] = {}

    async def caller_of(self, secret: str) -> Caller | None:
        """The caller whose key this is, or None. Raises StorageUnavailable."""
        if self._admin_digest is not None and same_secret(self._admin_digest, secret):
            return ADMIN_OF_SETTINGS
        known = self._known
        caller, expires = known.get(digest(secret), (None, 0.0))
        if caller is not None and time.monotonic() < expires:
            return caller
        caller = await self._look_up(secret)
        if caller is not None:
            # If the cache was emptied meanwhile, a caller read before that is not cached.
            _remember(known, secret, caller)
        return caller

    async def _look_up(self, secret: str) -> Caller | None:
        key_id = key_id_of(secret)
        if key_id is None:
            return None
        rows = await self._database.rows(KEYS, {"_id": key_id, "revoked_at": None})
        if not rows or not same_secret(rows[0].digest, secret):
            return None
        return Caller(key_id=str(key_id), role=Role(rows[0].role))

    def forget_all(self) -> None:
        """Empty the cache: ask the database again about every key."""
        self._known = {}


def _remember(known: dict[str, tuple[Caller, float]], secret: str, caller: Caller) -> None:
    if len(known) >= KNOWN_CALLERS_MAX:
        known.clear()
    known[digest(secret)] = (caller, time.monotonic() + KNOWN_CALLER_TTL_S)


def create(name: str, role: RoleName) -> Change[NewApiKey]:
    """Make a key."""
    return Change(lambda state: make_key(state.new_id(KEYS), name, role, state.now))


async def list_page(database: Database, page: PageRequest) -> ApiKeyPage:
    """Keys by id, revoked ones included. Raises InvalidParams for a cursor of another list."""
    rows, cursor = await read_page(database, KEYS, [], page)
    return ApiKeyPage(items=[row.shown() for row in rows], next_cursor=cursor)


def revoke(key_id: int, ring: KeyRing) -> Change[ApiKey]:
    """Revoke a key; revoking it again changes nothing. Refused with NotFound."""

    def decide(state: State) -> Decision[ApiKey]:
        return revoke_key(found(state.get(KEYS, key_id), "API key", id=key_id), state.now)

    return Change(decide, (need(KEYS, key_id),), afterwards=ring.forget_all)
