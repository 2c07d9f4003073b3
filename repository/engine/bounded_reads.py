"""Reads of the embedded engine (0.7.0b3) that end at their limit, as MongoDB's do.

The engine fetches, decodes and sorts all that an index gives before it cuts to the limit, and finds
no index for a filter with `$and` in it: a page of 50 cost as much as the collection. Here a read
with a limit takes the cheapest of these ways:

1. An index that has the order of the sort is walked to the limit, if it knows of nothing but
   matches, or no index narrows the search.
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
from types import ModuleType
from typing import Any, Final

from repository.engine.index_paths import (
    ID_INDEX,
    Index,
    Path,
    Paths,
    Query,
    clauses_of,
    is_in,
    is_plain,
)

HANDFUL: Final = 100
"""Index entries that are counted before anything else is tried."""
TRIAL: Final = 256
"""Documents that are read in the order of the sort before few ones are looked for elsewhere."""
FEW: Final = 2_000
"""Index entries that are counted then, to find out whether there are few."""
READ_AT_ONCE: Final = 64
"""Documents that are read before others may use the storage in between."""

PLAIN: Final = frozenset({"sort", "limit", "skip", "let", "projection"})
"""What a read may ask for beside its query."""
KEYS_EXAMINED: Final = "totalKeysExamined"
EXAMINED: Final = "totalDocsExamined"
"""The names of these numbers in the answer of explain."""
OWN_DATABASES: Final = frozenset({"admin", "config", "local"})
"""Where the engine shows collections that are kept in other ways."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The first `count` documents that match a query, by a sort."""

    collection: str
    query: Query
    sort: Mapping[str, int]
    count: int


def stop_at_the_limit(storage: ModuleType, commands: ModuleType) -> None:
    """Let `find` and `aggregate` end at their limit, and their explain count what they examine."""
    engine: Any = storage.Storage
    find_all, explain_plan = engine.find_matching, engine.explain_plan

    def find_matching(
        self: Any, db: str, collection: str, query: Query | None = None, **rest: Any
    ) -> Any:
        wanted = _wanted(self, db, collection, query or {}, rest)
        reader = Reader(storage, self, db, wanted, rest.get("let")) if wanted else None
        documents = reader.documents() if reader else None
        counted = getattr(self._tls, "examined", None)
        if reader is None or documents is None:
            if counted is not None:
                counted |= _examined_by_the_engine(self, db, collection, query, rest)
            return find_all(self, db, collection, query, **rest)
        if counted is not None:
            counted |= reader.examined
        page = documents[rest.get("skip", 0) :]
        projection = rest.get("projection")
        return storage.apply_projection_batch(page, projection, query) if projection else page

    def explain(
        self: Any, db: str, collection: str, query: Query | None = None, **rest: Any
    ) -> Any:
        announced = getattr(self._tls, "wanted", None)
        wanted = _wanted(self, db, collection, query or {}, rest)
        # What the explained read asks for; it may be carried out next.
        self._tls.wanted = announced
        reader = Reader(storage, self, db, wanted, rest.get("let")) if wanted else None
        plan = reader.plan() if reader else None
        return plan or explain_plan(self, db, collection, query, **rest)

    engine.find_matching, engine.explain_plan = find_matching, explain
    handlers = commands._HANDLERS
    handlers["aggregate"] = _announcing(handlers["aggregate"])
    handlers["explain"] = _counting(_announcing(handlers["explain"]))


def _announcing(handler: Any) -> Any:
    def announced(command: Any, context: Any) -> Any:
        local = context.storage._tls
        local.wanted = _wanted_by(command)
        try:
            return handler(command, context)
        finally:
            local.wanted = None

    return announced


def _counting(explain: Any) -> Any:
    """Let explain tell how many keys and documents were examined, not how many were returned."""

    def counted(command: Any, context: Any) -> Any:
        local = context.storage._tls
        local.examined = {}
        try:
            answer = explain(command, context)
            answer.get("executionStats", {}).update(local.examined)
            return answer
        finally:
            local.examined = None

    return counted


def _examined_by_the_engine(
    engine: Any, db: str, collection: str, query: Query | None, rest: Mapping[str, Any]
) -> dict[str, int]:
    """What the engine's own read of all that matches looks at, if an index leads it to that."""
    if rest.get("hint") or rest.get("collation"):
        return {}
    keys = engine._try_index_id_keys(db, collection, dict(query or {}))
    return {} if keys is None else {KEYS_EXAMINED: len(keys), EXAMINED: len(set(keys))}


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
    if not _names_fields(rest.get("projection") or {}):
        return None
    if rest.get("limit", 0) > 0:
        sort = rest.get("sort") or {}
        return Wanted(collection, query, sort, rest["limit"] + rest.get("skip", 0))
    return announced if announced is not None and announced.collection == collection else None


def _names_fields(projection: Mapping[str, Any]) -> bool:
    """Whether a projection only says which fields to give, whatever the query and the sort."""
    return all(isinstance(value, int) and "$" not in name for name, value in projection.items())


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
        self._clauses = list(clauses_of(wanted.query))
        self._paths = Paths(storage, [], self._clauses, wanted.sort)
        self._narrowing: list[Path] = []
        self._used: Path | None = None
        self.examined = {KEYS_EXAMINED: 0, EXAMINED: 0}

    def documents(self) -> list[dict[str, Any]] | None:
        """The documents in order, or None if the engine has to look at all of them."""
        if any(is_plain(each) or is_in(each) for each in self._paths.conditions("_id")):
            return None  # the engine itself is at its best there
        if self._engine._is_timeseries(self._db, self._wanted.collection):
            return None  # several documents may have one id
        self._engine._refresh_read_snapshot()
        self._paths = Paths(self._storage, self._usable_indexes(), self._clauses, self._wanted.sort)
        self._narrowing = sorted(self._paths.narrowing(), key=lambda path: -len(path.fields))
        ordered = self._paths.in_order()
        if ordered is not None and (self._paths.knows_all(ordered) or not self._narrowing):
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
            "sorted_by_index": path == self._paths.in_order(),
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
            for path in self._narrowing:
                ids = list(itertools.islice(self._entries(path), limit))
                if len(ids) < limit:
                    limit, best = len(ids), (path, ids)
        return best

    def _usable_indexes(self) -> list[Index]:
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

    def _entries(self, path: Path) -> Iterator[int]:
        """The record ids on a path, in its order."""
        for low, high in path.spans:
            for record_id in self._span(path, low, high):
                self.examined[KEYS_EXAMINED] += 1
                yield record_id

    def _span(self, path: Path, low: bytes, high: bytes) -> Iterator[int]:
        storage, name = self._storage, self._wanted.collection
        if path.index == ID_INDEX:
            cursor = self._engine._cursor(storage._NAT_SEQ_TABLE)
            head = packed_texts(self._db, name)
        else:
            cursor = self._engine._cursor(storage._IDX_ENTRIES_TABLE)
            head = packed_texts(self._db, name, path.index)
        first, behind = head + low, head + high
        set_packed_key(cursor, behind if path.backwards else first)
        step = cursor.prev if path.backwards else cursor.next
        near = cursor.search_near()
        if near == storage.wt.WT_NOTFOUND:
            return
        is_outside = near >= 0 if path.backwards else near < 0
        if is_outside and step() != 0:
            return
        while True:
            key = cursor._get_key()
            if not first <= key < behind:
                return
            if path.index == ID_INDEX:
                yield cursor.get_value()
            else:
                yield storage._unpack_entry(key[len(head) :])[1]
            if step() != 0:
                return

    def _fetched(self, ids: Iterator[int]) -> Iterator[dict[str, Any]]:
        """The documents with these record ids, each once."""
        storage, engine, seen = self._storage, self._engine, set[int]()
        at_once = min(self._wanted.count, READ_AT_ONCE)
        table = storage._doc_table_for(self._db, self._wanted.collection)
        head = packed_texts(self._db, self._wanted.collection)
        while True:
            packed = []
            with engine._lock:
                batch = list(itertools.islice(ids, at_once))
                if not batch:
                    return
                cursor = engine._cursor(table)
                for record_id in batch:
                    set_packed_key(cursor, head + storage.wt.intpacking.pack_int(record_id))
                    if record_id not in seen and cursor.search() == 0:
                        packed.append(bytes(cursor._get_value()))
                    seen.add(record_id)
            at_once = READ_AT_ONCE
            for value in packed:
                storage._deadline.check()
                self.examined[EXAMINED] += 1
                yield storage.bson.decode(storage._unframe_doc_value(value)[1])

    def _matches(self, document: dict[str, Any]) -> bool:
        return bool(self._storage.matches(document, self._wanted.query, vars=self._variables))


def packed_texts(*texts: str) -> bytes:
    """The beginning of a key, as the storage library packs texts."""
    return b"".join(text.encode() + b"\0" for text in texts)


def set_packed_key(cursor: Any, key: bytes) -> None:
    """Set the key of a cursor without the storage library's packing, which takes longest of all."""
    cursor._key = key  # the library reads it where it is
    cursor._set_key(key)
