"""Shims for how the embedded engine calls the library that stores its tables."""

from collections.abc import Callable
from typing import Any, Final

CURSOR_CALLS: Final = ("next", "prev", "reset", "search", "insert", "update", "remove")
"""The methods of a cursor that pass their arguments on to the library."""
SESSIONS_KEPT: Final = 8
"""So many transactions begin without opening anything."""


def pass_pointers_to_the_storage(library: Any) -> None:
    """Let cursors pass the library their pointer, not themselves.

    The library compares the name of a Python object's class, letter by letter, before it looks for
    the pointer in it: at each call, of which a row written takes some forty.
    """
    raw, cursor = library._wiredtiger, library.Cursor
    for name in CURSOR_CALLS:
        setattr(cursor, name, _on_pointer(getattr(raw, f"Cursor_{name}")))
    cursor._search_near = _on_pointer(raw.Cursor__search_near)
    _pack_and_set(library, cursor)
    _get_and_unpack(library, cursor)


def _pack_and_set(library: Any, cursor: Any) -> None:
    set_key_slowly, set_value_slowly = cursor.set_key, cursor.set_value
    set_packed_key = library._wiredtiger.Cursor__set_key
    set_packed_value = library._wiredtiger.Cursor__set_value

    def set_key(self: Any, *parts: Any) -> None:
        if self.is_column or self.is_json or self.this is None:
            set_key_slowly(self, *parts)
            return
        if len(parts) == 1 and type(parts[0]) is tuple:
            [parts] = parts
        self._key = library.pack(self.key_format, *parts)  # the library keeps no copy
        set_packed_key(self.this, self._key)

    def set_value(self: Any, *parts: Any) -> None:
        if self.is_json or self.this is None:
            set_value_slowly(self, *parts)
            return
        if len(parts) == 1 and type(parts[0]) is tuple:
            [parts] = parts
        self._value = library.pack(self.value_format, *parts)
        set_packed_value(self.this, self._value)

    cursor.set_key, cursor.set_value = set_key, set_value


def _get_and_unpack(library: Any, cursor: Any) -> None:
    get_keys_slowly, get_values_slowly = cursor.get_keys, cursor.get_values
    get_packed_key = library._wiredtiger.Cursor__get_key
    get_packed_value = library._wiredtiger.Cursor__get_value

    def get_keys(self: Any) -> Any:
        if self.is_column or self.is_json or self.this is None:
            return get_keys_slowly(self)
        return library.unpack(self.key_format, get_packed_key(self.this))

    def get_values(self: Any) -> Any:
        if self.is_json or self.is_version_cursor or self.this is None:
            return get_values_slowly(self)
        return library.unpack(self.value_format, get_packed_value(self.this))

    cursor.get_keys, cursor.get_values = get_keys, get_values


def _on_pointer(call: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any) -> Any:
        pointer = self.this
        return call(self if pointer is None else pointer, *args)  # None: it is closed

    return method


def keep_sessions_of_transactions(storage_module: Any) -> None:
    """Let a transaction take the session of one that was committed, with its open cursors.

    The engine opens a session for each transaction, and a cursor for each table that it touches,
    and closes all at its end.
    """
    _begin_in_kept_session(storage_module)
    _keep_session_of_commit(storage_module.Storage)


def _begin_in_kept_session(storage_module: Any) -> None:
    storage, handle_of = storage_module.Storage, storage_module.UserTransactionHandle
    begin = storage.begin_user_transaction

    def begin_in_kept(self: Any) -> Any:
        try:
            session, cursors = _kept_by(self).pop()
        except IndexError:
            return begin(self)
        handle = handle_of(session)
        handle.cursors = cursors
        return handle

    storage.begin_user_transaction = begin_in_kept


def _keep_session_of_commit(storage: Any) -> None:
    commit, abort = storage.commit_user_transaction, storage.abort_user_transaction
    close = storage._close_user_txn_session

    def commit_and_keep(self: Any, handle: Any, **names: Any) -> Any:
        self._tls.is_committing = True
        try:
            return commit(self, handle, **names)
        finally:
            self._tls.is_committing = False

    def abort_and_close(self: Any, handle: Any) -> None:
        self._tls.is_committing = False
        abort(self, handle)

    def keep_or_close(self: Any, handle: Any) -> None:
        kept = _kept_by(self)
        is_committed = getattr(self._tls, "is_committing", False)
        if handle.closed or not is_committed or self._closed or len(kept) >= SESSIONS_KEPT:
            close(self, handle)
            return
        try:
            for cursor in handle.cursors.values():
                cursor.reset()  # where it stands, its page could not be split or written
        except Exception:  # noqa: BLE001 - what was committed stays so, whatever is closed now
            close(self, handle)
            return
        handle.closed = True
        kept.append((handle.session, handle.cursors))

    storage.commit_user_transaction = commit_and_keep
    storage.abort_user_transaction = abort_and_close
    storage._close_user_txn_session = keep_or_close


def _kept_by(storage: Any) -> list[tuple[Any, Any]]:
    """The sessions that a storage keeps, none once it is closed: they are closed with it."""
    kept: list[tuple[Any, Any]] = storage.__dict__.setdefault("kept_sessions", [])
    return [] if storage._closed else kept


def stand_on_no_page_after_a_sweep(storage_module: Any) -> None:
    """Let the sweep of expired documents leave no cursor on a page, and no snapshot.

    Its thread keeps both until the next sweep, a minute later. Nobody can split a page with a
    cursor on it: who inserts into one that is full waits, some fifty milliseconds a row.
    """
    storage = storage_module.Storage
    sweep = storage.prune_ttl_all_collections

    def sweep_and_let_go(self: Any, **names: Any) -> Any:
        try:
            return sweep(self, **names)
        finally:
            self.release_thread_snapshot()

    storage.prune_ttl_all_collections = sweep_and_let_go
