"""Shims for how the embedded engine compares, filters and sorts plain values."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bson import Int64


def compare_plain_values_at_once(query: Any) -> None:
    """Let a number, a text or an instant be compared by Python itself, and be looked up in a list.

    The engine takes a dozen steps, in Python, to compare a value that an index gave; and checks it
    against each member of an `$in` list: a thousand ids took a million steps, a second. A change
    stream asks of each change whether its collection is in a list.
    """
    compare_slowly = query._op_matches

    def compare(
        values: list[Any], name: str, wanted: Any, collation: Any = None, **more: Any
    ) -> Any:
        if len(values) == 1 and collation is None:
            [value] = values
            kind = _kind_of(value)
            if name in _COMPARISONS and kind is not None and kind == _kind_of(wanted):
                return _COMPARISONS[name](value, wanted)
            if name == "$in" and type(wanted) is list:
                elements = value if type(value) is list and more.get("descend", True) else [value]
                if any(_is_listed(each, wanted) for each in elements):
                    return True
            if name in _LISTS and type(wanted) is list and _is_missing(value, wanted):
                return _LISTS[name]
        return compare_slowly(values, name, wanted, collation, **more)

    query._op_matches = compare


def _is_listed(value: Any, wanted: Sequence[Any]) -> bool:
    """Whether a number or a text is in a list for certain; to Python 1 is True, to MongoDB not."""
    return (
        _kind_of(value) in {"number", "text"}
        and value in wanted
        and not isinstance(wanted[wanted.index(value)], bool)
    )


def _is_missing(value: Any, wanted: Sequence[Any]) -> bool:
    """Whether a number or a text is not in a list of such values for certain."""
    return (
        _kind_of(value) in {"number", "text"}
        and _KINDS.keys() >= set(map(type, wanted))
        and value not in wanted
    )


def _kind_of(value: Any) -> str | None:
    """What values Python compares as MongoDB does have in common; None for all others."""
    if type(value) is datetime:
        return "instant" if value.tzinfo is None else "instant with an offset"
    return _KINDS.get(type(value))


_KINDS: Final[Mapping[type, str]] = {int: "number", Int64: "number", str: "text"}
_LISTS: Final[Mapping[str, bool]] = {"$in": False, "$nin": True}
"""What a value that is not in the list is to these."""
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


def sort_plain_values_at_once(*modules: Any) -> None:
    """Let documents that sort by numbers, texts or instants alone be sorted by Python itself.

    The engine compares any two values as if they might be of any type: half of the time of a report
    went into sorting its sums.
    """
    sort_slowly = modules[0].sort_docs

    def sort_docs(documents: Any, sort: Any, collation: Any = None) -> Any:
        fields = list(sort or {})
        if collation is not None or not all(_is_of_one_kind(documents, name) for name in fields):
            return sort_slowly(documents, sort, collation)
        ordered = list(documents)
        for name in reversed(fields):
            ordered.sort(key=operator.itemgetter(name), reverse=int(sort[name]) == -1)
        return ordered

    for module in modules:
        module.sort_docs = sort_docs


def _is_of_one_kind(documents: Sequence[Mapping[str, Any]], field: str) -> bool:
    if "." in field:
        return False
    kinds = {_kind_of(document.get(field)) for document in documents}
    return len(kinds) == 1 and None not in kinds


def filter_plain_values_at_once(expressions: Any) -> None:
    """Let `$filter` keep the numbers of a list that lie between constants in one step.

    The engine evaluates its condition, an expression, anew for each element: to count the prices of
    a store within a range took a millisecond a store.
    """
    filter_slowly = expressions._OPS["$filter"]

    def filtered(argument: Any, context: Any) -> Any:
        bounds = _bounds_on_this(argument)
        values = expressions._eval(argument["input"], context) if bounds else None
        if not isinstance(values, list):
            return filter_slowly(argument, context)
        kinds = {_kind_of(value) for value in (*values, *(bound for _, bound in bounds))}
        if len(kinds) != 1 or None in kinds:
            return filter_slowly(argument, context)
        return [value for value in values if all(holds(value, bound) for holds, bound in bounds)]

    expressions._OPS["$filter"] = filtered


Bound = tuple[Callable[[Any, Any], bool], Any]


def _bounds_on_this(argument: Any) -> list[Bound]:
    """The comparisons of `$$this` with constants that a `$filter` consists of; none for others."""
    match argument:
        case {"input": _, "cond": {"$and": list(conditions)} as condition}:
            bounds = [_bound_on_this(each) for each in conditions]
            known = [bound for bound in bounds if bound is not None]
            is_plain = len(argument) == len(("input", "cond")) and len(condition) == 1
            return known if is_plain and len(known) == len(bounds) else []
        case _:
            return []


def _bound_on_this(condition: Any) -> Bound | None:
    match [*condition.items()] if isinstance(condition, Mapping) else []:
        case [(name, ["$$this", bound])] if name in _COMPARISONS and _kind_of(bound) == "number":
            return _COMPARISONS[name], bound
    return None
