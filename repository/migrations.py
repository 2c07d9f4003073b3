"""Migrations: they bring a database of an earlier version into the form that this version reads.

Each step leads from one version of the storage to the next. It may be cut off at any point and run
again, and several processes may run it at once: it adds missing rows, changes rows of the old form,
and drops the old collections last. So a late process undoes nothing that others have done since.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from pymongo import UpdateOne

from domain.words import words_of
from repository.accounts import ACCOUNTS
from repository.circulation import CLAIMS, EVENTS, HOLDINGS
from repository.listings import LISTINGS
from repository.migration_bookshop import bookshop_step, orders_step
from repository.migration_library import library_step
from repository.migration_rollup import rollup_step
from repository.migration_search import search_step
from repository.migration_stores import stores_step
from repository.migration_tools import drop_indexes, give_missing, pages, write_missing
from repository.mongo.collections import Collection, Document
from repository.mongo.connection import AnyCollection, Database, storage_errors
from repository.mongo.heartbeats import TAKEN_FOR_DEAD_AFTER, all_seen
from repository.name_search import found_by_name
from repository.store_directory import STORES

ID: Final = "storage"
OLD_SERVICE_PATIENCE_S: Final = TAKEN_FOR_DEAD_AFTER.total_seconds() + 2.0
POLL_S: Final = 0.2

log = structlog.get_logger("octavo.migrations")


class NewerStorageError(Exception):
    """A later version of the service has written the database."""


class OldServiceRunsError(Exception):
    """An earlier version of the service uses the database, and can't read the new form."""


@dataclass(frozen=True, slots=True)
class SchemaVersionRow:
    """The version of the storage: how many steps are done."""

    id: str
    number: int


SCHEMA_VERSION: Final = Collection("schema_version", SchemaVersionRow)


async def migrate(database: Database) -> None:
    """Run the steps that are not done yet; call this before any traffic.

    Raises NewerStorageError, OldServiceRunsError or StorageUnavailable.
    """
    with storage_errors():
        done = await _version(database)
        if done is None:
            done = 0 if await _is_of_version_0(database) else NEWEST
            await _note(database, done)
        if done > NEWEST:
            raise NewerStorageError(
                f"The database has storage version {done}, and this service knows versions up to"
                f" {NEWEST}. Start the service of the version that has written it, or a later one."
            )
        if done < NEWEST and await _has_older_service(database):
            raise OldServiceRunsError(
                "The data are to be brought to a new form, and a service of an earlier version"
                " works on them. Stop it first."
            )
        for number, step in enumerate(STEPS[done:], done + 1):
            log.info("the data are brought to a new form", storage_version=number)
            await step(database)
            await _note(database, number)


async def _version(database: Database) -> int | None:
    row = await database.row(SCHEMA_VERSION, {"_id": ID})
    return None if row is None else row.number


async def _note(database: Database, number: int) -> None:
    """Store the version, unless another process has stored a later one."""
    await database.write(
        SCHEMA_VERSION, [UpdateOne({"_id": ID}, {"$max": {"number": number}}, upsert=True)]
    )


async def _has_older_service(database: Database) -> bool:
    """Whether a process is alive that did not begin with these steps."""
    for _ in range(int(OLD_SERVICE_PATIENCE_S / POLL_S)):
        if all(each.is_dead() for each in await all_seen(database)):
            return False
        if await _version(database) == NEWEST:  # another process ran them, and is alive
            return False
        await asyncio.sleep(POLL_S)
    return True


# Version 1: a user or store has one account with name and cash; loans and reservations are claims,
# and a holding has the open ones; a store has no field that is worked out from others.

_COLLECTIONS_OF_VERSION_0: Final = ("users", "wallets", "loans", "reservations", "search_names")
_INDEXES_OF_VERSION_0: Final = (
    "name_words",
    "name",
    "open_slots",
    "week_minutes",
    "shortest_day",
    "longest_day",
    "listings_count",
)
"""Indexes of the stores."""
_FIELDS_OF_VERSION_0: Final[Mapping[Collection[Any], tuple[str, ...]]] = {
    STORES: (
        "name_key",
        "name_words",
        "pieces",
        "open_slots",
        "week_minutes",
        "day_minutes",
        "shortest_day_minutes",
        "longest_day_minutes",
        "prices",
    ),
    LISTINGS: ("store_name",),
}
_LOAN_FIELDS: Final = ("member_id", "loaned_at", "due_at", "renewals")
_RESERVATION_FIELDS: Final = ("member_id", "place", "reserved_at", "ready_at", "expires_at")


async def _is_of_version_0(database: Database) -> bool:
    names = await database.motor.list_collection_names()
    return not set(_COLLECTIONS_OF_VERSION_0).isdisjoint(names)


async def _to_version_1(database: Database) -> None:
    await drop_indexes(database, STORES, _INDEXES_OF_VERSION_0)
    await _add_accounts(database)
    await _add_claims(database)
    await _put_open_claims_into_holdings(database)
    for collection, gone in _FIELDS_OF_VERSION_0.items():
        await _remove_fields(database, collection, gone)
    for name in _COLLECTIONS_OF_VERSION_0:
        await database.motor.drop_collection(name)


async def _add_accounts(database: Database) -> None:
    async for wallets in pages(database, "wallets", {}):
        accounts = [_account(wallet) for wallet in wallets]
        names = {
            owner: await _names(database, collection, [each["owner_id"] for each in accounts])
            for owner, collection in (("user", "users"), ("store", STORES))
        }
        # If a name is gone meanwhile, another process has added its account.
        rows = [
            {**each, "name": names[each["owner"]].get(each["owner_id"], each["_id"])}
            for each in accounts
        ]
        await database.add_missing(ACCOUNTS, rows)


def _account(wallet: Document) -> Document:
    owner, _, owner_id = wallet["_id"].partition(":")
    return {**wallet, "owner": owner, "owner_id": int(owner_id)}


async def _names(
    database: Database, collection: AnyCollection, ids: Iterable[int]
) -> dict[int, str]:
    rows = await database.find(collection, {"_id": {"$in": list(ids)}}, projection={"name": 1})
    return {row["_id"]: row["name"] for row in rows}


async def _add_claims(database: Database) -> None:
    async for loans in pages(database, "loans", {}):
        await database.add_missing(CLAIMS, [{**loan, "kind": "loan"} for loan in loans])
    async for reservations in pages(database, "reservations", {}):
        held_until = await _held_as_they_closed(database, reservations)
        rows = [
            {**row, "kind": "reservation"}
            | ({"ready_at": row["closed_at"], "expires_at": ends} if ends else {})
            for row in reservations
            for ends in (held_until.get(_closing(row)),)
        ]
        await database.add_missing(CLAIMS, rows)


async def _held_as_they_closed(
    database: Database, reservations: Iterable[Document]
) -> dict[tuple[Any, ...], datetime]:
    """When the holds of reservations end that closed at the moment of their hold, by _closing.

    Version 0 stored such a hold in the log alone.
    """
    closed = [row["closed_at"] for row in reservations if row["closed_at"] and not row["ready_at"]]
    holds = await database.find(EVENTS, {"at": {"$in": closed}, "kind": "hold"})
    return {(hold["book_id"], hold["member_id"], hold["at"]): hold["expires_at"] for hold in holds}


def _closing(row: Document) -> tuple[Any, ...]:
    if row["ready_at"]:
        return ()
    return (row["book_id"], row["member_id"], row["closed_at"])


async def _put_open_claims_into_holdings(database: Database) -> None:
    async for holdings in pages(database, HOLDINGS, {"loans": {"$exists": False}}):
        ids = [holding["_id"] for holding in holdings]
        loans = await _open_ones(database, "loans", ids, _LOAN_FIELDS)
        reservations = await _open_ones(database, "reservations", ids, _RESERVATION_FIELDS)
        lists = {
            each: {"$set": {"loans": loans[each], "reservations": reservations[each]}}
            for each in ids
        }
        await write_missing(database, HOLDINGS, "loans", lists)


async def _open_ones(
    database: Database, collection: str, book_ids: list[int], fields: Iterable[str]
) -> dict[int, list[Document]]:
    """The open claims of each book, in the order of ids, in the form of a holding."""
    found: dict[int, list[Document]] = {book_id: [] for book_id in book_ids}
    of_books = {"book_id": {"$in": book_ids}, "open": True}
    for row in sorted(await database.find(collection, of_books), key=lambda row: int(row["_id"])):
        found[row["book_id"]].append({"id": row["_id"], **{name: row[name] for name in fields}})
    return found


async def _remove_fields(
    database: Database, collection: Collection[Any], gone: Iterable[str]
) -> None:
    """Remove fields that are not read, one of which every document of the old form has."""
    gone = list(gone)
    async for page in pages(database, collection, {gone[0]: {"$exists": True}}):
        unset = {"$unset": dict.fromkeys(gone, "")}
        await database.write(collection, [UpdateOne({"_id": row["_id"]}, unset) for row in page])


# Version 3: users get ids from the service too, and are found by their names.


async def _to_version_3(database: Database) -> None:
    """Let names be found, and keep the ids of users from files out of those to be given."""
    await give_missing(
        database, ACCOUNTS, "name_beginnings", lambda row: found_by_name(row["name"])
    )
    users = await database.rows(ACCOUNTS, {"owner": "user"}, sort=[("owner_id", -1)], limit=1)
    for user in users:
        await database.skip_ids(ACCOUNTS, user.owner_id)


# Version 5: listings are found by words of their names.


async def _to_version_5(database: Database) -> None:
    await give_missing(
        database, LISTINGS, "name_words", lambda row: {"name_words": words_of(row["name"])}
    )


STEPS: Final[tuple[Callable[[Database], Awaitable[None]], ...]] = (
    _to_version_1,
    library_step,
    _to_version_3,
    bookshop_step,
    _to_version_5,
    stores_step,
    rollup_step,
    search_step,
    orders_step,
)
"""The steps; the first leads to version 1."""
NEWEST: Final = len(STEPS)
