"""The ways through the embedded engine's indexes that lead to all documents that may match."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Final

from bson import ObjectId

EXACT_MAX: Final = 2**53
"""From here on a number may have one key in an index as an integer, and another as a float."""
ID_INDEX: Final = "_id_"

Query = Mapping[str, Any]
Clause = tuple[str, Any]
Index = tuple[dict[str, int], dict[str, Any]]
"""The key pattern of an index, and its options with its name."""
_RANGES: Final = frozenset({"$gt", "$gte", "$lt", "$lte"})
_BETWEEN: Final = b"\x00\xff\x00\xff"
"""Stands between the fields of an entry, escaped."""
_BEHIND: Final = b"\x00\xff\x01"
"""With a field's key before it: behind all entries with that key, before those with a greater."""
_LAST: Final = b"\xff\xff"


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


class Paths:
    """The paths that the conditions and the sort of one read leave open.

    The indexes are those that hold all documents that may match.
    """

    def __init__(
        self,
        storage: ModuleType,
        indexes: Iterable[Index],
        clauses: list[Clause],
        sort: Mapping[str, int],
    ) -> None:
        self._storage: Any = storage
        self._indexes = list(indexes)
        self._clauses = clauses
        self._sort = sort

    def narrowing(self) -> Iterator[Path]:
        """The paths to all that may match through each index that conditions narrow."""
        for pattern, options in self._indexes:
            name, fields = options["name"], list(pattern)
            equal, lists = [], []
            for condition in self.conditions(fields[0]):
                equal += [condition] if is_plain(condition) else []
                lists += [condition["$in"]] if is_in(condition) else []
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

    def in_order(self) -> Path | None:
        """The way through an index in the order of the sort, the narrowest one."""
        fields, backwards = list(self._sort), -1 in self._sort.values()
        if not fields:
            return next(self.narrowing(), None)
        if len(set(self._sort.values())) > 1 or any("." in field for field in fields):
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
            kept = frozenset([*list(pattern)[: used + bounded], *_implied(options)])
            if best is None or used > best[0]:
                best = used, Path(options["name"], pattern, [span], backwards, kept)
        if best is None and fields == ["_id"]:
            span = self._bounds("_id", b"", escaped=False) or (b"", _LAST)
            return Path(ID_INDEX, {"_id": 1}, [span], backwards, frozenset(fields))
        return None if best is None else best[1]

    def knows_all(self, path: Path) -> bool:
        """Whether each document on the path matches, so that none is read in vain."""
        equal = [name for name, condition in self._clauses if is_plain(condition)]
        return len(equal) == len(set(equal)) and all(
            name in path.fields and (is_plain(condition) or _is_range(condition))
            for name, condition in self._clauses
        )

    def conditions(self, field: str) -> list[Any]:
        """What has to hold of a field."""
        return [condition for name, condition in self._clauses if name == field]

    def _equal_prefix(self, pattern: dict[str, int], until: str | None = None) -> tuple[bytes, int]:
        """The key of the first fields of an index that have to equal a value, and how many."""
        prefix, used = b"", 0
        for field in pattern:
            equal = [condition for condition in self.conditions(field) if is_plain(condition)]
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
            for condition in self.conditions(field)
            if isinstance(condition, Mapping)
            for operator, value in condition.items()
            if operator in _RANGES and is_plain(value)
        ]
        if multikey:
            # Of a list, one element may be above the one bound and another below the other.
            ranges = ranges[:1]
        low, high = prefix, prefix + _LAST
        for operator, value in ranges:
            key = prefix + self._key(value, escaped=escaped)
            kind = key[: len(prefix) + 1]
            is_low = operator in {"$gt", "$gte"}
            bound = key + _BEHIND if operator in {"$gt", "$lte"} else key
            low = max(low, bound if is_low else kind)
            high = min(high, kind + _LAST if is_low else bound)
        return (low, high) if ranges else None

    def _key(self, value: Any, *, escaped: bool = True) -> bytes:
        """What stands in an index for a value; the index of ids does not escape it."""
        encoded: bytes = self._storage.encode_value(value)
        return self._storage._escape_kb(encoded) if escaped else encoded


def _implied(options: Mapping[str, Any]) -> list[str]:
    """The fields that equal a value in all documents that an index holds."""
    partial = options.get("partialFilterExpression") or {}
    return [name for name, condition in clauses_of(partial) if is_plain(condition)]


def clauses_of(query: Any) -> Iterator[Clause]:
    """The conditions that all have to hold, each with its field, or the operator at its head."""
    for name, condition in query.items() if isinstance(query, Mapping) else ():
        if name == "$and" and isinstance(condition, list):
            for part in condition:
                yield from clauses_of(part)
        else:
            is_equal = isinstance(condition, Mapping) and set(condition) == {"$eq"}
            yield name, condition["$eq"] if is_equal else condition


def is_plain(value: Any) -> bool:
    """Whether a value stands in an index under the one key that is made of it."""
    if isinstance(value, int | float):
        return -EXACT_MAX < value < EXACT_MAX
    return isinstance(value, str | datetime | ObjectId)


def _is_range(condition: Any) -> bool:
    return (
        isinstance(condition, Mapping)
        and set(condition) <= _RANGES
        and all(map(is_plain, condition.values()))
    )


def is_in(condition: Any) -> bool:
    """Whether a condition is a list of plain values, of which one has to be there."""
    return (
        isinstance(condition, Mapping)
        and isinstance(condition.get("$in"), list)
        and all(map(is_plain, condition["$in"]))
    )
