"""Collections as topics declare them: the class of their rows, and an index for each query."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

from domain.effects import Row

Document = dict[str, Any]
Sort = Sequence[tuple[str, int]]
Place = tuple[str, Any]
"""The place of a row: its collection's name and its id."""
RowOf = TypeVar("RowOf", bound=Row)

IDS_PER_BLOCK: Final = 100
IDS_PER_QUERY_MAX: Final = 1_000


@dataclass(frozen=True)
class Index:
    """An index, with `query` and `sort` as an example of its use.

    `formerly` are the fingerprints of the definitions that it had in earlier versions: an index of
    its name with one of them is replaced.
    """

    name: str
    keys: Sort
    query: Mapping[str, Any]
    sort: Sort | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    formerly: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What tells its definition from others."""
        return fingerprint(self.keys, self.options)


@dataclass(frozen=True)
class Held:
    """What is held in memory of a collection's rows for their lists, beside the row's own fields.

    Lists are sorted by id or one of `sorted_by`, which every row has; `found_by` are looked up by
    value, also by one of many in a list; `also` are other fields that clauses are about.
    """

    sorted_by: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def fingerprint(keys: Iterable[tuple[str, Any]], options: Mapping[str, Any]) -> str:
    """What tells the definition of an index from others; options that are off don't count."""
    numbered = [[name, int(order) if _is_number(order) else order] for name, order in keys]
    given = {name: options[name] for name in options if options[name] not in (None, False)}
    text = json.dumps([numbered, given], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _nothing(_: object) -> Document:
    return {}


@dataclass(frozen=True, eq=False)
class Collection(Generic[RowOf]):
    """The collection of one class of rows: one document a row, `id` as `_id`.

    `derive` makes further fields from those written, to find and sort documents by; rows do not
    have them. `together` makes fields of the first document that a group adds, from all its rows.
    `decode` turns a field's value in a document into the row's value. A field in `absent_if_none`
    is left out of the document instead of null, for a sparse index; `times` are instants that lists
    are sorted by. The read cache may cache rows of a `cached` collection; those of a `mirrored`
    collection are in memory, new ones too, and so are `held` ones. The field `told_apart_by` has
    a value of its own in each row that is added; rows that do not `stay` may be removed.
    """

    name: str
    row: type[RowOf]
    indexes: tuple[Index, ...] = ()
    derive: Callable[[Mapping[str, Any]], Document] = _nothing
    together: Callable[[Sequence[Any]], Document] = _nothing
    decode: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    absent_if_none: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    cached: bool = False
    mirrored: bool = False
    held: Held | None = None
    ids_per_block: int = IDS_PER_BLOCK
    told_apart_by: str | None = None
    stay: bool = True

    def __post_init__(self) -> None:
        _remember(self)

    def __str__(self) -> str:
        return self.name

    @property
    def fields_in_lists(self) -> tuple[str, ...]:
        """The fields of a document that a list shows, finds or sorts by."""
        held = self.held or Held()
        more = (*held.sorted_by, *held.found_by, *held.also)
        return tuple(dict.fromkeys((*_field_names(self.row), *more)))

    def row_of(self, document: Mapping[str, Any]) -> RowOf:
        """The row of a document."""
        values = {name: document[name] for name in _field_names(self.row) if name in document}
        for name, decode in self.decode.items():
            if name in values:
                values[name] = decode(values[name])
        return self.row(id=document["_id"], **values)  # type: ignore[call-arg] # a dataclass

    def document_of(self, row: Row) -> Document:
        """The document of a row."""
        values = {name: getattr(row, name) for name in _field_names(self.row)}
        stored = {
            name: plain(value)
            for name, value in values.items()
            if value is not None or name not in self.absent_if_none
        }
        return {"_id": row.id, **stored, **self.derive(values)}

    def documents_of(self, rows: Sequence[Row]) -> list[Document]:
        """The documents of rows that a group adds."""
        documents = [self.document_of(row) for row in rows]
        if documents:
            documents[0] |= self.together(rows)
        return documents

    def assignment_of(self, changed: Mapping[str, Any]) -> Document:
        """The update operators that give fields their new values."""
        gone = [name for name in changed if changed[name] is None and name in self.absent_if_none]
        values = {name: plain(changed[name]) for name in changed if name not in gone}
        values |= self.derive(changed)
        operators: Document = {"$set": values} if values else {}
        return operators | ({"$unset": dict.fromkeys(gone, "")} if gone else {})


def plain(value: Any) -> Any:
    """A field's value in a document: dataclasses become documents, tuples become lists."""
    if type(value) in _SCALARS:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


_SCALARS: Final = frozenset({str, int, float, bool, type(None), datetime})
_FIELD_NAMES: Final[dict[type[Any], tuple[str, ...]]] = {}
_BY_NAME: Final[dict[str, Collection[Any]]] = {}
_BY_ROW: Final[dict[type[Any], Collection[Any]]] = {}


def _field_names(row: type[Any]) -> tuple[str, ...]:
    if row not in _FIELD_NAMES:
        _FIELD_NAMES[row] = tuple(each.name for each in fields(row) if each.name != "id")
    return _FIELD_NAMES[row]


def _remember(collection: Collection[Any]) -> None:
    if collection.name in _BY_NAME or collection.row in _BY_ROW:
        raise ValueError(f"two collections are called {collection.name} or have the same rows")
    _BY_NAME[collection.name] = collection
    _BY_ROW[collection.row] = collection


def collection_of(row: type[Row]) -> Collection[Any]:
    """The collection of the rows of a class."""
    return _BY_ROW[row]


def named(name: str) -> Collection[Any]:
    """The collection with a name."""
    return _BY_NAME[name]


def declared() -> Iterable[Collection[Any]]:
    """All collections of the topics that were imported, by name."""
    return sorted(_BY_NAME.values(), key=attrgetter("name"))
