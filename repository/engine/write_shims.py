"""Shims for how the embedded engine finds, changes and indexes single documents."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

UPDATES: Final = ("_update_chunk", "_update_matching_single_txn")
"""The engine's methods that change documents."""
STATEMENTS: Final = (
    *UPDATES,
    "_insert_chunk",
    "_delete_chunk",
    "_delete_matching_single_txn",
)
"""The engine's methods that write; each reads the catalogue in one transaction."""
WRITES: Final = frozenset({"insert", "update", "delete", "findAndModify"})
"""The commands that call these methods and change no index."""
LOOKED_THROUGH_EVERY: Final = 1_000
"""How often the engine wants to look through the answers before it does."""

CATALOGUE_VIEWS: Final = (
    "_all_indexes",
    "_partial_filters",
    "_multikey_index_names",
    "_index_options_map",
    "_collection_uuid",
    "_pre_post_images_enabled",
    "_is_timeseries",
)
"""The engine's methods that pick from the lists of indexes and options, some once a document."""

_SPECIAL: Final = frozenset(
    {"unique", "prepareUnique", "collation", "partialFilterExpression", "wildcardProjection"}
)
"""Options of an index whose entries the engine itself removes and writes."""

Index = tuple[str, dict[str, int], bool, bool]
"""An index as the engine's methods pass it on: its name, its fields, whether sparse, and unique."""
Statement = Callable[..., Any]
_MISSING: Final = object()


def find_by_id_first(storage_module: Any) -> None:
    """Let a filter that names an `_id` find its document by that, whatever else it asks for.

    The engine finds no index for a filter with `$and` in it, which a guarded findAndModify has, and
    scans; for other guards it tries all indexes before the `_id`. The `_id` gives every document
    that may match, which the engine filters anyway.
    """
    storage = storage_module.Storage
    by_index = storage._try_index_id_keys

    def by_id(
        self: Any, db: str, coll: str, query: dict[str, Any], *, collation: Any = None
    ) -> Any:
        if len(query) > 1 and collation is None and "_id" in query:
            keys = storage_module._id_point_lookup_keys(query["_id"])
            if keys is not None and not any(map(_is_geographic, query.values())):
                query = {"_id": query["_id"]}
        return by_index(self, db, coll, query, collation=collation)

    storage._try_index_id_keys = by_id


def _is_geographic(condition: Any) -> bool:
    """Whether a condition may ask for an order besides, which only an index of places gives."""
    return isinstance(condition, Mapping) and any("near" in name.lower() for name in condition)


def read_the_catalogue_once_a_statement(storage_module: Any, commands: Any) -> None:
    """Let a statement that writes read its collection's indexes and options once.

    The engine reads and decodes all of them several times for each document. Within one transaction
    of the storage they can't change but by its own hand: what was read is kept for one attempt, and
    for one command in a client's transaction, which may change many documents.
    """
    storage = storage_module.Storage
    _keep(storage, "_iter_indexes", "indexes", list)
    # Options without an id are about to get one.
    _keep(
        storage, "_coll_options", "options", lambda read: read if "uuid" in (read or {}) else None
    )

    for name in CATALOGUE_VIEWS:
        _keep(storage, name, name, lambda read: read)

    def keeping(statement: Statement) -> Statement:
        @functools.wraps(statement)
        def attempt(self: Any, *args: Any, **kwargs: Any) -> Any:
            if getattr(self._tls, "catalogue", None) is not None:
                return statement(self, *args, **kwargs)
            return _with_catalogue(self._tls, statement, self, *args, **kwargs)

        return attempt

    _replace_attempts(storage_module, STATEMENTS, keeping)
    run = commands._run_txn_statement

    def run_statement(transaction: Any, handler: Any, command: Any, context: Any) -> Any:
        if next(iter(command)) not in WRITES:
            return run(transaction, handler, command, context)
        tls = context.storage._tls
        return _with_catalogue(tls, run, transaction, handler, command, context)

    commands._run_txn_statement = run_statement


def _keep(storage: Any, name: str, kind: str, to_keep: Callable[[Any], Any]) -> None:
    """Keep what a method reads of a collection, while something is kept at all."""
    read = getattr(storage, name)

    def read_once(self: Any, db: str, coll: str) -> Any:
        kept = getattr(self._tls, "catalogue", None)
        if kept is None:
            return read(self, db, coll)
        found = kept.get((kind, db, coll))
        if found is None:
            answer = read(self, db, coll)
            found = to_keep(answer)
            if found is None:
                return answer
            kept[kind, db, coll] = found
        return found

    setattr(storage, name, read_once)


def _with_catalogue(tls: Any, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    tls.catalogue = {}
    try:
        return call(*args, **kwargs)
    finally:
        tls.catalogue = None


def _replace_attempts(
    storage_module: Any, names: tuple[str, ...], change: Callable[[Statement], Statement]
) -> None:
    """Change what the engine repeats after a conflict: each attempt starts anew."""
    for name in names:
        attempt = change(getattr(storage_module.Storage, name).__wrapped__)
        setattr(storage_module.Storage, name, storage_module._retry_write_conflicts(attempt))


def write_changed_entries_alone(storage_module: Any) -> None:
    """Let an update remove the entries that are no longer true, and write those that are new.

    The engine removes all entries of a document and writes them again, whatever the update sets: a
    counter in a document with eight indexes rewrote some twenty entries.
    """
    storage = storage_module.Storage
    entries = _Entries(storage_module)
    remove, write = storage._delete_index_entries, storage._write_index_entries
    evict = storage._enforce_capped_bounds_locked

    def remove_later(self: Any, *args: Any, recordid: int) -> None:
        replaced = getattr(self._tls, "replaced", None)
        if replaced is None:
            remove(self, *args, recordid=recordid)
        else:
            _, _, replaced[recordid], *_ = args

    def write_changed(self: Any, *args: Any, recordid: int) -> None:
        old = (getattr(self._tls, "replaced", None) or {}).pop(recordid, None)
        if old is None:
            write(self, *args, recordid=recordid)
            return
        db, coll, new, indexes, partials = (*args, None)[:5]
        filters = partials or {}
        changed = [each for each in indexes if _concerns(each, filters, old, new)]
        special = entries.special_names(self, db, coll) if changed else ()
        whole = [each for each in changed if each[0] in special]
        remove(self, db, coll, old, whole, partials, recordid=recordid)
        for index in changed:
            if index not in whole:
                entries.replace(self, (db, coll), index, (old, new), recordid)
        write(self, db, coll, new, whole, partials, recordid=recordid)

    def evict_at_once(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._tls.replaced = None
        return evict(self, *args, **kwargs)

    storage._delete_index_entries, storage._write_index_entries = remove_later, write_changed
    # The last that a statement does, and what it removes is not written again.
    storage._enforce_capped_bounds_locked = evict_at_once
    _replace_attempts(storage_module, UPDATES, _with_replaced)


class _Entries:
    """How the entries of one index change from one state of a document to the next."""

    def __init__(self, storage_module: Any) -> None:
        self._engine = storage_module

    @staticmethod
    def special_names(storage: Any, db: str, coll: str) -> set[str]:
        """The names of the indexes that have more rules than their fields and their directions."""
        return {
            name
            for name, keys, options in storage._iter_indexes(db, coll)
            if options.keys() & _SPECIAL or set(keys.values()) - {1, -1}
        }

    def replace(
        self,
        storage: Any,
        place: tuple[str, str],
        index: Index,
        states: tuple[Mapping[str, Any], Mapping[str, Any]],
        recordid: int,
    ) -> None:
        """Remove what the old state had alone, and write what the new one has alone."""
        name, keys, sparse, _ = index
        old, new = (
            dict.fromkeys(self._engine._index_key_variants(state, keys, sparse=sparse))
            for state in states
        )
        cursor = storage._cursor(self._engine._IDX_ENTRIES_TABLE)
        for key in old.keys() - new.keys():
            cursor.set_key(*place, name, self._engine._pack_entry(key, recordid))
            if cursor.search() == 0:
                cursor.remove()
        for key in new.keys() - old.keys():
            cursor[(*place, name, self._engine._pack_entry(key, recordid))] = b""
        cursor.reset()


def _with_replaced(statement: Statement) -> Statement:
    """Let a statement note the documents whose entries it is about to replace."""

    @functools.wraps(statement)
    def attempt(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._tls.replaced = {}
        try:
            return statement(self, *args, **kwargs)
        finally:
            self._tls.replaced = None

    return attempt


def _concerns(
    index: Index, partials: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
) -> bool:
    """Whether an index may hold other entries for one state of a document than for another."""
    name, keys, _, _ = index
    fields = [*keys, *partials.get(name, ())]
    if any(field.startswith("$") for field in fields) or set(keys.values()) - {1, -1}:
        return True
    heads = {field.partition(".")[0] for field in fields}
    return not all(_are_same(old.get(head, _MISSING), new.get(head, _MISSING)) for head in heads)


def _are_same(one: Any, other: Any) -> bool:
    """Whether values are equal and of the same types, to Python and to MongoDB."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_are_same, one, other))
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(map(_are_same, one.values(), other.values()))
    return bool(one == other)


def look_through_kept_answers_rarely(registry: Any) -> None:
    """Let the answers that are kept for repeated writes be looked through now and then.

    The engine keeps each answer for half an hour, up to ten thousand of them, and looks through all
    twice for every write: the more was written, the slower writes became, and sorting them once
    there were ten thousand took milliseconds. The oldest are now kept for somewhat more writes.
    """
    look_through = registry._prune_retryable_locked

    def now_and_then(self: Any) -> None:
        self.asked = getattr(self, "asked", 0) + 1
        if self.asked % LOOKED_THROUGH_EVERY == 0:
            look_through(self)

    registry._prune_retryable_locked = now_and_then
