"""Reads of the embedded engine (0.7.0b3) that end at their limit, as MongoDB's do.

The engine fetches, decodes and sorts all that an index gives before it cuts to the limit, and finds
no index for a filter with `$and` in it: a page of 50 cost as much as the collection. Here a read
with a limit takes the cheapest of these ways:

1. An index that has the order of the sort and knows of nothing but matches is walked to the limit.
2. If an index leaves a handful of documents, they are fetched and sorted.
3. An index that has the order of the sort is walked for a while, until enough documents match.
4. If that is not enough, and an index leaves few documents, these are fetched and sorted.
5. Else the walk goes on to its end.

Without an index for any of it, the engine does what it always did. What matches is decided by the
engine's own matcher on each document; an index only narrows or orders what is looked at.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Final

from bson import ObjectId

HANDFUL: Final = 100
"""Index entries that are counted before anything else is tried."""
TRIAL: Final = 256
"""Documents that are read in the order of the sort before few ones are looked for elsewhere."""
FEW: Final = 2_000
"""Index entries that are counted then, to find out whether there are few."""
READ_AT_ONCE: Final = 64
"""Documents that are read before others may use the storage in between."""

PLAIN: Final = frozenset({"sort", "limit", "skip", "let"})
"""What a read may ask for beside its query."""
OWN_DATABASES: Final = frozenset({"admin", "config", "local"})
"""Where the engine shows collections that are kept in other ways."""
EXACT_MAX: Final = 2**53
"""From here on a number may have one key in an index as an integer, and another as a float."""

Query = Mapping[str, Any]
Clause = tuple[str, Any]
_RANGES: Final = frozenset({"$gt", "$gte", "$lt", "$lte"})
_ID_INDEX: Final = "_id_"
_BETWEEN: Final = b"\x00\xff\x00\xff"
"""Stands between the fields of an entry, escaped."""
_BEHIND: Final = b"\x00\xff\x01"
"""With a field's key before it: behind all entries with that key, before those with a greater."""
_LAST: Final = b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The first `count` documents that match a query, by a sort."""

    collection: str
    query: Query
    sort: Mapping[str, int]
    count: int


@dataclass(frozen=True, slots=True)
class Path:
    """Ways through an index, one after the other, that lead to all documents that may match."""

    index: str
    pattern: dict[str, int]
    spans: list[tuple[bytes, bytes]]
    """From which key on, and below which key."""
    backwards: bool = False
    fields: frozenset[str] = frozenset()
    """The fields whose conditions the path keeps to."""


def stop_at_the_limit(storage: ModuleType, commands: ModuleType) -> None:
    """Let `find` and `aggregate`, and their explain, end at their limit."""
    engine: Any = storage.Storage
    find_all, explain_plan = engine.find_matching, engine.explain_plan

    def find_matching(
        self: Any, db: str, collection: str, query: Query | None = None, **rest: Any
    ) -> Any:
        wanted = _wanted(self, db, collection, query or {}, rest)
        reader = wanted and Reader(storage, self, db, wanted, rest.get("let"))
        documents = reader.documents() if reader else None
        if documents is None:
            return find_all(self, db, collection, query, **rest)
        return documents[rest.get("skip", 0) :]

    def explain(
        self: Any, db: str, collection: str, query: Query | None = None, **rest: Any
    ) -> Any:
        wanted = _wanted(self, db, collection, query or {}, rest)
        reader = wanted and Reader(storage, self, db, wanted, rest.get("let"))
        plan = reader.plan() if reader else None
        return plan or explain_plan(self, db, collection, query, **rest)

    def announcing(handler: Any) -> Any:
        def announced(command: Any, context: Any) -> Any:
            local = context.storage._tls
            local.wanted = _wanted_by(command)
            try:
                return handler(command, context)
            finally:
                local.wanted = None

        return announced

    engine.find_matching, engine.explain_plan = find_matching, explain
    handlers = commands._HANDLERS
    for name in ("aggregate", "explain"):
        handlers[name] = announcing(handlers[name])


def _wanted(
    engine: Any, db: str, collection: str, query: Query, rest: Mapping[str, Any]
) -> Wanted | None:
    """What a find asks for, or the aggregation under way on this thread; None for other reads."""
    announced: Wanted | None = getattr(engine._tls, "wanted", None)
    # Once: a later stage may read the same collection for its own ends.
    engine._tls.wanted = None
    is_plain = not any(value for name, value in rest.items() if name not in PLAIN)
    if not is_plain or db in OWN_DATABASES or collection.startswith("system."):
        return None
    if rest.get("limit", 0) > 0:
        sort = rest.get("sort") or {}
        return Wanted(collection, query, sort, rest["limit"] + rest.get("skip", 0))
    return announced if announced is not None and announced.collection == collection else None


def _wanted_by(command: Mapping[str, Any]) -> Wanted | None:
    """What the stages `$match`, `$sort`, `$limit` at the start of a pipeline ask for."""
    if "explain" in command and isinstance(command["explain"], Mapping):
        command = command["explain"]
        if "find" in command and command.get("limit"):
            query, sort = command.get("filter") or {}, command.get("sort") or {}
            return Wanted(command["find"], query, sort, command["limit"])
    stages = command.get("pipeline")
    if not isinstance(stages, list) or not all(isinstance(stage, Mapping) for stage in stages):
        return None
    matches = list(itertools.takewhile(lambda stage: set(stage) == {"$match"}, stages))
    match stages[len(matches) :]:
        case [{"$sort": Mapping() as sort}, {"$limit": int(count)}, *_] if count > 0:
            pass
        case [{"$limit": int(count)}, *_] if count > 0:
            sort = {}
        case _:
            return None
    query = {"$and": [stage["$match"] for stage in matches]} if matches else {}
    return Wanted(command["aggregate"], query, sort, count)


class Reader:
    """One read that ends at its limit."""

    def __init__(
        self, storage: ModuleType, engine: Any, db: str, wanted: Wanted, variables: Any
    ) -> None:
        self._storage: Any = storage
        self._engine = engine
        self._db = db
        self._wanted = wanted
        self._variables = variables
        self._clauses = list(_clauses(wanted.query))
        self._indexes: list[tuple[dict[str, int], dict[str, Any]]] = []
        self._used: Path | None = None

    def documents(self) -> list[dict[str, Any]] | None:
        """The documents in order, or None if the engine has to look at all of them."""
        if any(_is_plain(each) or _is_in(each) for each in self._conditions("_id")):
            return None  # the engine itself is at its best there
        if self._engine._is_timeseries(self._db, self._wanted.collection):
            return None  # several documents may have one id
        self._engine._refresh_read_snapshot()
        self._indexes = self._usable_indexes()
        ordered = self._in_order()
        if ordered is not None and self._knows_all(ordered):
            return self._walk(ordered, None)
        few = self._few(HANDFUL)
        if few is None and ordered is not None:
            documents = self._walk(ordered, TRIAL)
            if documents is not None:
                return documents
        few = few or self._few(FEW)
        if few is not None:
            return self._sorted(*few)
        return None if ordered is None else self._walk(ordered, None)

    def plan(self) -> dict[str, Any] | None:
        """Which index was used, as the engine's explain tells it; None if it was none."""
        self.documents()
        path = self._used
        if path is None:
            return None
        return {
            "kind": "IXSCAN",
            "index_name": path.index,
            "key_pattern": path.pattern,
            "direction": "backward" if path.backwards else "forward",
            "sorted_by_index": path == self._in_order(),
        }

    def _sorted(self, path: Path, ids: list[int]) -> list[dict[str, Any]]:
        self._used = path
        matching = [each for each in self._fetched(iter(ids)) if self._matches(each)]
        ordered = self._storage.sort_docs(matching, self._wanted.sort)
        return list(ordered[: self._wanted.count])

    def _walk(self, path: Path, most: int | None) -> list[dict[str, Any]] | None:
        """The documents on an ordered path; None if the first `most` of them are not enough."""
        self._used = path
        found: list[dict[str, Any]] = []
        for read, document in enumerate(self._fetched(self._entries(path)), start=1):
            if any(isinstance(document.get(field), list) for field in self._wanted.sort):
                return None  # its place in the sort is not that of its entries
            if self._matches(document):
                found.append(document)
                if len(found) == self._wanted.count:
                    return found
            if read == most:
                return None
        return found

    def _few(self, limit: int) -> tuple[Path, list[int]] | None:
        """The index that leaves the fewest documents, below the limit, and their record ids."""
        best: tuple[Path, list[int]] | None = None
        with self._engine._lock:
            for path in sorted(self._narrowing(), key=lambda path: -len(path.fields)):
                ids = list(itertools.islice(self._entries(path), limit))
                if len(ids) < limit:
                    limit, best = len(ids), (path, ids)
        return best

    def _narrowing(self) -> Iterator[Path]:
        """The paths to all that may match through each index that conditions narrow."""
        for pattern, options in self._indexes:
            name, fields = options["name"], list(pattern)
            equal, lists = [], []
            for condition in self._conditions(fields[0]):
                equal += [condition] if _is_plain(condition) else []
                lists += [condition["$in"]] if _is_in(condition) else []
            # Of a list that has to hold several values, one may be rare.
            for values in (*lists, *([value] for value in equal[1:])):
                keys = [self._key(value) for value in values]
                spans = [(key, key + _BEHIND) for key in keys]
                yield Path(name, pattern, spans, fields=frozenset(fields[:1]))
            prefix, used = self._equal_prefix(pattern)
            bounds = None
            if used < len(fields):
                bounds = self._bounds(fields[used], prefix, multikey=options.get("multikey"))
            if bounds or used:
                key = prefix.removesuffix(_BETWEEN)
                kept = frozenset(fields[: used + bool(bounds)])
                yield Path(name, pattern, [bounds or (key, key + _BEHIND)], fields=kept)

    def _in_order(self) -> Path | None:
        """The way through an index in the order of the sort, the narrowest one."""
        fields, backwards = list(self._wanted.sort), -1 in self._wanted.sort.values()
        if not fields:
            return next(self._narrowing(), None)
        if len(set(self._wanted.sort.values())) > 1 or any("." in field for field in fields):
            return None
        best: tuple[int, Path] | None = None
        for pattern, options in self._indexes:
            prefix, used = self._equal_prefix(pattern, until=fields[0])
            multikey = options.get("multikey")
            if list(pattern)[used : used + len(fields)] != fields or (multikey and not used):
                continue
            # What is sorted by may itself be a list, of which the bounds would miss elements.
            bounded = not multikey or fields[0] == "_id"
            span = (bounded and self._bounds(fields[0], prefix)) or (prefix, prefix + _LAST)
            kept = frozenset(list(pattern)[: used + bounded])
            if best is None or used > best[0]:
                best = used, Path(options["name"], pattern, [span], backwards, kept)
        if best is None and fields == ["_id"]:
            span = self._bounds("_id", b"", escaped=False) or (b"", _LAST)
            return Path(_ID_INDEX, {"_id": 1}, [span], backwards, frozenset(fields))
        return None if best is None else best[1]

    def _knows_all(self, path: Path) -> bool:
        """Whether each document on the path matches, so that none is read in vain."""
        equal = [name for name, condition in self._clauses if _is_plain(condition)]
        return len(equal) == len(set(equal)) and all(
            name in path.fields and (_is_plain(condition) or _is_range(condition))
            for name, condition in self._clauses
        )

    def _conditions(self, field: str) -> list[Any]:
        return [condition for name, condition in self._clauses if name == field]

    def _usable_indexes(self) -> list[tuple[dict[str, int], dict[str, Any]]]:
        """The key pattern and options of each index that holds all documents that may match."""
        conditions, usable = dict(self._clauses), []
        with self._engine._lock:
            indexes = list(self._engine._iter_indexes(self._db, self._wanted.collection))
        for name, pattern, options in indexes:
            partial = options.get("partialFilterExpression")
            implied = not partial or self._engine._query_implies_partial(conditions, partial)
            ascending = all(direction == 1 for direction in pattern.values())
            if implied and ascending and not options.get("sparse") and not options.get("collation"):
                usable.append((dict(pattern), {**options, "name": name}))
        return usable

    def _equal_prefix(self, pattern: dict[str, int], until: str | None = None) -> tuple[bytes, int]:
        """The key of the first fields of an index that have to equal a value, and how many."""
        prefix, used = b"", 0
        for field in pattern:
            equal = [condition for condition in self._conditions(field) if _is_plain(condition)]
            if not equal or field == until:
                break
            prefix += self._key(equal[0]) + _BETWEEN
            used += 1
        return prefix, used

    def _bounds(
        self, field: str, prefix: bytes, *, multikey: Any = False, escaped: bool = True
    ) -> tuple[bytes, bytes] | None:
        """Where the keys lie, behind a prefix, that conditions on the next field leave."""
        ranges = [
            (operator, value)
            for condition in self._conditions(field)
            if isinstance(condition, Mapping)
            for operator, value in condition.items()
            if operator in _RANGES and _is_plain(value)
        ]
        if multikey:
            # Of a list, one element may be above the one bound and another below the other.
            ranges = ranges[:1]
        low, high = prefix, prefix + _LAST
        for operator, value in ranges:
            key = prefix + self._key(value, escaped=escaped)
            kind = key[: len(prefix) + 1]
            is_low = operator in {"$gt", "$gte"}
            low = max(low, key if is_low else kind)
            high = min(high, kind + _LAST if is_low else key + _BEHIND)
        return (low, high) if ranges else None

    def _key(self, value: Any, *, escaped: bool = True) -> bytes:
        """What stands in an index for a value; the index of ids does not escape it."""
        encoded: bytes = self._storage.encode_value(value)
        return self._storage._escape_kb(encoded) if escaped else encoded

    def _entries(self, path: Path) -> Iterator[int]:
        """The record ids on a path, in its order."""
        for low, high in path.spans:
            yield from self._span(path, low, high)

    def _span(self, path: Path, low: bytes, high: bytes) -> Iterator[int]:
        storage = self._storage
        head = [self._db, self._wanted.collection]
        if path.index == _ID_INDEX:
            cursor = self._engine._cursor(storage._NAT_SEQ_TABLE)
        else:
            cursor = self._engine._cursor(storage._IDX_ENTRIES_TABLE)
            head.append(path.index)
        cursor.set_key(*head, high if path.backwards else low)
        step = cursor.prev if path.backwards else cursor.next
        near = cursor.search_near()
        if near == storage.wt.WT_NOTFOUND:
            return
        is_outside = near >= 0 if path.backwards else near < 0
        if is_outside and step() != 0:
            return
        while True:
            *place, key = cursor.get_key()
            if place != head or not low <= key < high:
                return
            if path.index == _ID_INDEX:
                yield cursor.get_value()
            else:
                yield storage._unpack_entry(key)[1]
            if step() != 0:
                return

    def _fetched(self, ids: Iterator[int]) -> Iterator[dict[str, Any]]:
        """The documents with these record ids, each once."""
        storage, engine, seen = self._storage, self._engine, set[int]()
        table = storage._doc_table_for(self._db, self._wanted.collection)
        while True:
            packed = []
            with engine._lock:
                batch = list(itertools.islice(ids, READ_AT_ONCE))
                if not batch:
                    return
                cursor = engine._cursor(table)
                for record_id in batch:
                    cursor.set_key(self._db, self._wanted.collection, record_id)
                    if record_id not in seen and cursor.search() == 0:
                        packed.append(bytes(cursor.get_value()))
                    seen.add(record_id)
            for value in packed:
                storage._deadline.check()
                yield storage.bson.decode(storage._unframe_doc_value(value)[1])

    def _matches(self, document: dict[str, Any]) -> bool:
        return bool(self._storage.matches(document, self._wanted.query, vars=self._variables))


def _clauses(query: Any) -> Iterator[Clause]:
    """The conditions that all have to hold, each with its field, or the operator at its head."""
    for name, condition in query.items() if isinstance(query, Mapping) else ():
        if name == "$and" and isinstance(condition, list):
            for part in condition:
                yield from _clauses(part)
        else:
            is_equal = isinstance(condition, Mapping) and set(condition) == {"$eq"}
            yield name, condition["$eq"] if is_equal else condition


def _is_plain(value: Any) -> bool:
    """Whether a value stands in an index under the one key that is made of it."""
    if isinstance(value, int | float):
        return -EXACT_MAX < value < EXACT_MAX
    return isinstance(value, str | datetime | ObjectId)


def _is_range(condition: Any) -> bool:
    return (
        isinstance(condition, Mapping)
        and set(condition) <= _RANGES
        and all(map(_is_plain, condition.values()))
    )


def _is_in(condition: Any) -> bool:
    return (
        isinstance(condition, Mapping)
        and isinstance(condition.get("$in"), list)
        and all(map(_is_plain, condition["$in"]))
    )
