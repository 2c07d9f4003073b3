"""The statements of a group: one read a collection, one write a collection."""

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, cast

from pymongo import DeleteOne, InsertOne, ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from domain.effects import Row
from repository.mongo.changes import State, Written
from repository.mongo.collections import Collection, Document, Place, named
from repository.mongo.connection import Database, Session
from repository.mongo.deadlines import left_ms, max_time
from repository.mongo.threads import in_one_thread
from repository.mongo.transactions import WriteConflictError

UPSERTS_MAX: Final = 4
"""So many new documents are upserts, in one command with updates: a few cost less than a command
of their own, which inserts each for a third of the time."""

NO_GUARDS: Final[Mapping[Place, Document]] = {}

Update = tuple[Document, Document]
"""The guard of a write, and its update operators."""


async def read(
    database: Database,
    session: Session,
    collection: Collection[Any],
    by: str,
    values: Several[Any],
) -> list[Row]:
    """The rows of a collection whose field has one of the values."""
    field = "_id" if by == "id" else by
    only = next(iter(values))
    query = {field: only if len(values) == 1 else {"$in": list(values)}}
    find = partial(database.collection(collection).delegate.find, query, session=session.delegate)
    [documents] = await in_one_thread([lambda: list(find(max_time_ms=left_ms()))])
    return [collection.row_of(document) for document in documents]


async def read_and_write(
    database: Database,
    session: Session | None,
    collection: Collection[Any],
    row_id: Any,
    written: Written,
) -> Row | None:
    """Write to one row; return the row of before, or None if it can't be."""
    find_and_update = partial(
        database.collection(collection).delegate.find_one_and_update,
        written.guard(row_id),
        written.update(collection),
        return_document=ReturnDocument.BEFORE,
        session=_delegate(session),
    )
    [document] = await in_one_thread([lambda: find_and_update(**max_time())])
    return None if document is None else cast("Row", collection.row_of(document))


async def write(
    database: Database,
    session: Session | None,
    state: State,
    *,
    already: Several[Place],
    guards: Mapping[Place, Document] = NO_GUARDS,
) -> None:
    """Write all effects but those that are written `already`; without a session one statement.

    `guards` are further values that changed rows have to have. Raises WriteConflictError, and
    DuplicateKeyError or BulkWriteError for a new row that is there.
    """
    by_collection: defaultdict[str, dict[Any, Written]] = defaultdict(dict)
    for (name, row_id), written in state.written.items():
        if (name, row_id) not in already:
            by_collection[name][row_id] = written
    writes = [
        partial(
            _write,
            database.collection(name).delegate,
            _delegate(session),
            *_writes_of(named(name), by_collection[name], state, guards),
        )
        for name in sorted(by_collection)
    ]
    if writes:
        await in_one_thread(writes)


def _delegate(session: Session | None) -> Any:
    return None if session is None else session.delegate


def _write(
    target: Any,
    session: Any,
    added: list[Document],
    updates: list[Update],
    removed: list[Any],
) -> None:
    if added and not updates and not removed:
        target.insert_many(added, session=session)
    elif len(updates) == 1 and not added and not removed:
        [(guard, update)] = updates
        found = target.find_one_and_update(
            guard, update, projection={"_id": 1}, session=session, **max_time()
        )
        if found is None:
            raise WriteConflictError
    elif updates or removed:
        # A removed row goes first: its id may be added again.
        operations: list[DeleteOne | UpdateOne | InsertOne[Document]] = [
            *(DeleteOne({"_id": row_id}) for row_id in removed),
            *(UpdateOne(guard, update) for guard, update in updates),
        ]
        upserted = added if len(added) <= UPSERTS_MAX else []
        operations += [
            UpdateOne({"_id": document["_id"]}, {"$setOnInsert": document}, upsert=True)
            for document in upserted
        ] or [InsertOne(document) for document in added]
        done = target.bulk_write(operations, session=session)
        if done.upserted_count != len(upserted):
            raise DuplicateKeyError("a row that is to be added is there already")
        if done.matched_count != len(updates):
            raise WriteConflictError


def _writes_of(
    collection: Collection[Any],
    rows: dict[Any, Written],
    state: State,
    guards: Mapping[Place, Document],
) -> tuple[list[Document], list[Update], list[Any]]:
    """New documents, updates with their guards, and the ids of removed rows."""
    added: list[Row] = []
    updates: list[Update] = []
    removed: list[Any] = []
    for row_id, written in rows.items():
        place = (collection.name, row_id)
        row = state.row_at(place)
        if written.is_removed:
            removed.append(row_id)
        if written.is_new:
            added += [] if row is None else [row]
        elif not written.is_removed and (update := written.update(collection)):
            updates.append((written.guard(row_id) | guards.get(place, {}), update))
    return collection.documents_of(added), updates, removed
