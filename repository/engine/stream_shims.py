"""Shims for how the embedded engine tells of changes."""

import contextlib
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import bson

REST_S: Final = 0.02
"""So long a change stream rests between two looks."""
MANY: Final = 100
"""After so many changes at a look there are likely to be more."""

OPERATIONS: Final[Mapping[bytes, tuple[str, ...]]] = {
    b"i": ("insert",),
    b"u": ("update", "replace"),
    b"d": ("delete",),
}
"""What a change stream calls the operations of the log."""
_HEAD: Final = struct.Struct("<4x4si1sx4si")
"""How a row of the log begins: its `op`, one letter long, then the length of its `ns`."""

Way = frozenset[bytes]
"""Names that are all in a row if it is wanted in this way."""
_ANYHOW: Final = frozenset({Way()})
WAYS_MAX: Final = 16
"""With more ways than these a row may be wanted."""
HEADS_MAX: Final = 1_000
"""Of so many kinds of rows a stream notes whether they may be wanted."""


def look_for_changes_now_and_then(commands: Any) -> None:
    """Let a change stream rest between two looks for changes, and tell of more at once.

    The engine looks through all tables of its log after each commit, once for each stream. The
    first change after a quiet time is still told at once, and a stream far behind does not rest.
    """
    look = commands._drain_change_stream_producer

    def look_later(cursor: Any) -> None:
        if not cursor.change_stream or cursor.remaining:
            look(cursor)
            return
        time.sleep(max(0.0, getattr(cursor, "rests_until", 0.0) - time.monotonic()))
        seen = cursor.position_seq
        look(cursor)
        is_behind = cursor.position_seq - seen >= MANY
        cursor.rests_until = 0.0 if is_behind else time.monotonic() + REST_S

    commands._drain_change_stream_producer = look_later


def pass_over_unwanted_changes(storage_module: Any, commands: Any, cursors: Any) -> None:
    """Let a change stream pass over the rows of the log that its `$match` can't want, undecoded.

    The engine makes an event of each row, for each stream, before it asks who wants it.
    """
    looking = threading.local()
    _note_what_is_wanted(commands, cursors, looking)
    _read_what_is_wanted(storage_module, looking)


def _note_what_is_wanted(commands: Any, cursors: Any, looking: threading.local) -> None:
    """Let `looking` tell what the stream wants for which a thread looks through the log."""
    open_stream = commands._aggregate_change_stream
    look = commands._drain_change_stream_producer

    def with_wanted(wanted: _Wanted | None, call: Callable[..., Any], *args: Any) -> Any:
        before = getattr(looking, "wanted", None)
        looking.wanted = wanted
        try:
            return call(*args)
        finally:
            looking.wanted = before

    def open_with_wanted(document: Any, context: Any, target: Any, pipeline: Any, size: Any) -> Any:
        wanted = _wanted_by(pipeline)
        answer = with_wanted(wanted, open_stream, document, context, target, pipeline, size)
        stream = answer.get("cursor", {}).get("id")
        if stream:  # there is none if it has told all that it ever will
            with contextlib.suppress(cursors.CursorNotFound):
                context.cursors.get(stream).wanted = wanted
        return answer

    def look_for_wanted(cursor: Any) -> None:
        # While a stream is opened its cursor has no mark yet.
        with_wanted(getattr(cursor, "wanted", getattr(looking, "wanted", None)), look, cursor)

    commands._aggregate_change_stream = open_with_wanted
    commands._drain_change_stream_producer = look_for_wanted


def _read_what_is_wanted(storage_module: Any, looking: threading.local) -> None:
    merge = storage_module.Storage._merge_oplog_on_session

    def read_wanted(
        self: Any,
        session: Any,
        start: int,
        limit: int,
        is_in_scope: Callable[[str], bool] | None = None,
    ) -> Any:
        wanted = getattr(looking, "wanted", None)
        if wanted is None or is_in_scope is None or not _is_in_one_table(self, storage_module):
            return merge(session, start, limit, is_in_scope)
        cursor = session.open_cursor(storage_module._OPLOG_TABLE, None)
        try:
            cursor.set_key(start)
            place = cursor.search_near()
            if place == storage_module.wt.WT_NOTFOUND or (place < 0 and cursor.next() != 0):
                return [], start - 1
            return _rows_that_are_wanted(cursor, limit, is_in_scope, wanted)
        finally:
            cursor.close()

    storage_module.Storage._merge_oplog_on_session = read_wanted


def _is_in_one_table(storage: Any, storage_module: Any) -> bool:
    """Whether this engine wrote the whole log; another kind spreads it over several tables."""
    known = storage.__dict__.get("has_one_log")
    if known is None:
        known = not any(
            _has_table(storage, storage_module, table)
            for table in storage_module._OPLOG_ALL_TABLES
            if table != storage_module._OPLOG_TABLE
        )
        storage.has_one_log = known
    return bool(known)


def _has_table(storage: Any, storage_module: Any, table: str) -> bool:
    session = storage._conn.open_session()
    try:
        session.open_cursor(table, None).close()
    except Exception as failure:
        if storage_module._is_missing_table(failure):
            return False
        raise
    finally:
        session.close()
    return True


def _rows_that_are_wanted(
    cursor: Any,
    limit: int,
    is_in_scope: Callable[[str], bool],
    wanted: "_Wanted",
) -> tuple[list[tuple[int, Any]], int]:
    """Numbered rows of the log from where a cursor stands, and the number of the last one seen.

    It looks at `limit` rows in scope at most. The last of these is among the rows in any case: the
    stream goes on from there.
    """
    found: list[tuple[int, Any]] = []
    passed: tuple[int, bytes] | None = None
    number, count, is_there = 0, 0, True
    while is_there and count < limit:
        number, row = int(cursor.get_key()), bytes(cursor.get_value())
        if row and is_in_scope((head := _head_of(row))[1]):
            count += 1
            is_wanted = wanted.may_be(head, row)
            passed = None if is_wanted else (number, row)
            if is_wanted:
                found.append((number, bson.decode(row)))
        is_there = cursor.next() == 0
    if passed is not None:
        found.append((passed[0], bson.decode(passed[1])))
    return found, number


def _head_of(row: bytes) -> tuple[bytes, str]:
    """The operation and the namespace of a row of the log."""
    op_name, op_length, operation, ns_name, length = _HEAD.unpack_from(row)
    if (op_name, op_length, ns_name) == (b"\x02op\0", 2, b"\x02ns\0"):
        return operation, row[_HEAD.size : _HEAD.size + length - 1].decode()
    decoded = bson.decode(row)
    return str(decoded.get("op", "")).encode(), str(decoded.get("ns", ""))


def _wanted_by(pipeline: Any) -> "_Wanted | None":
    """What a change stream asks of its events first; None if it may want all, or asks otherwise."""
    match pipeline:
        case [{"$changeStream": {**stream}}, {"$match": {**wanted}}, *_] if _is_plain(stream):
            return _Wanted(wanted)
        case _:
            return None


def _is_plain(stream: Mapping[Any, Any]) -> bool:
    """Whether a stream shows documents as they are in the log."""
    return stream.keys() <= {"resumeAfter", "startAfter"}


class _Wanted:
    """Whether a `$match` may want a row of the log, told by how it begins and the names in it."""

    def __init__(self, match: Mapping[Any, Any]) -> None:
        self._match = match
        self._ways: dict[tuple[bytes, str], frozenset[Way]] = {}

    def may_be(self, head: tuple[bytes, str], row: bytes) -> bool:
        """Whether the event of a row may match; `head` is the row's."""
        ways = self._ways.get(head)
        if ways is None:
            if len(self._ways) >= HEADS_MAX:
                self._ways.clear()
            ways = self._ways[head] = self._ways_of(*head)
        return any(all(name in row for name in way) for way in ways)

    def _ways_of(self, operation: bytes, namespace: str) -> frozenset[Way]:
        if operation not in OPERATIONS:
            return _ANYHOW
        database, _, collection = namespace.partition(".")
        found = (
            _ways_to_match(
                self._match, {"operationType": kind, "ns.db": database, "ns.coll": collection}
            )[0]
            for kind in OPERATIONS[operation]
        )
        return frozenset().union(*found)


def _ways_to_match(match: Any, event: Mapping[str, str]) -> tuple[frozenset[Way], bool]:
    """The ways in which an event with these values may match, and whether all conditions count.

    Those after one that is not known here do not: the engine may fail there, and end the stream.
    """
    ways = _ANYHOW
    for name, condition in match.items():
        all_count = True
        if name == "$and" and _are_conditions(condition):
            inner, all_count = _ways_to_match_all(condition, event)
        elif name == "$or" and _are_conditions(condition):
            parts = [_ways_to_match(part, event) for part in condition]
            inner = frozenset().union(*(each for each, _ in parts))
            all_count = all(of_part for _, of_part in parts)
        elif name in event and _is_known(condition):
            inner = _ANYHOW if _holds(event[name], condition) else frozenset()
        elif name.startswith("fullDocument.") and condition == {"$exists": True}:
            inner = frozenset({Way({name.rpartition(".")[2].encode() + b"\0"})})
        else:
            return ways, False
        ways = _both(ways, inner)
        if not all_count or len(ways) > WAYS_MAX:
            return (ways if len(ways) <= WAYS_MAX else _ANYHOW), False
    return ways, True


def _ways_to_match_all(
    parts: Sequence[Any], event: Mapping[str, str]
) -> tuple[frozenset[Way], bool]:
    ways = _ANYHOW
    for part in parts:
        of_part, all_count = _ways_to_match(part, event)
        ways = _both(ways, of_part)
        if not all_count or len(ways) > WAYS_MAX:
            return ways, False
    return ways, True


def _both(some: frozenset[Way], others: frozenset[Way]) -> frozenset[Way]:
    return frozenset(one | other for one in some for other in others)


def _are_conditions(given: Any) -> bool:
    return (
        isinstance(given, list) and bool(given) and all(isinstance(each, Mapping) for each in given)
    )


def _is_known(condition: Any) -> bool:
    """Whether a condition names one text, or texts among which a value is or is not."""
    if isinstance(condition, str):
        return True
    return (
        isinstance(condition, Mapping)
        and condition.keys() <= {"$in", "$nin"}
        and all(map(_are_texts, condition.values()))
    )


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) for each in values)


def _holds(value: str, condition: str | Mapping[str, Sequence[str]]) -> bool:
    if isinstance(condition, str):
        return value == condition
    return value in condition.get("$in", [value]) and value not in condition.get("$nin", [])
