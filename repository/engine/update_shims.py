"""The shim for how the embedded engine applies an update to a document, and tells of it."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

import bson

SHAPES_MAX: Final = 4_096
"""How many shapes of updates are known to have no conflict."""
_WHOLE: Final = frozenset({"$set", "$unset", "$inc", "$setOnInsert"})
"""Operators that change a field, and not something in it."""
_COMPARED_BY_PYTHON: Final = frozenset({str, int, bool, datetime})

Shape = tuple[tuple[str, tuple[str, ...]], ...]
"""The operators of an update, and the paths of each."""


def apply_updates_in_few_steps(updates: Any, ordering: Any, storage_module: Any) -> None:
    """Let an update look at the fields that it names, and at no others.

    The engine copies a document by a general library, compares each of its paths with all others,
    and then compares all fields of both documents, encoded, to tell what has changed.
    """
    updates.copy = SimpleNamespace(deepcopy=copy_of)
    _look_for_conflicts_once(updates)
    _describe_named_fields(ordering, storage_module)


def copy_of(value: Any) -> Any:
    """A copy of a value of a document; what is no document and no list can't be changed."""
    kind = type(value)
    if kind is dict:
        return {name: copy_of(each) for name, each in value.items()}
    if kind is list:
        return [copy_of(each) for each in value]
    return copy.deepcopy(value) if isinstance(value, Mapping | list) else value


def _look_for_conflicts_once(updates: Any) -> None:
    find_conflict: Callable[[Any], Any] = updates._validate_update_paths
    without: set[Shape] = set()

    def find_conflict_of_new_shape(update: Mapping[str, Any]) -> Any:
        shape = _shape_of(update)
        if shape in without:
            return None
        conflict = find_conflict(update)
        if conflict is None and shape is not None and len(without) < SHAPES_MAX:
            without.add(shape)
        return conflict

    updates._validate_update_paths = find_conflict_of_new_shape


def _shape_of(update: Mapping[str, Any]) -> Shape | None:
    """The shape of an update; None if more than its names decides about conflicts."""
    if "$rename" in update or not all(isinstance(each, Mapping) for each in update.values()):
        return None
    return tuple((operator, tuple(paths)) for operator, paths in update.items())


def _describe_named_fields(ordering: Any, storage_module: Any) -> None:
    describe: Callable[..., Any] = storage_module.compute_update_description

    def is_same(old: Any, new: Any) -> bool:
        if type(old) is type(new) and type(old) in _COMPARED_BY_PYTHON:
            return bool(old == new)
        return _are_encoded_alike(old, new) and ordering.bson_same_stored_value(old, new)

    def describe_named(
        before: Mapping[str, Any], after: Mapping[str, Any], update: Any = None
    ) -> Any:
        if not isinstance(update, Mapping) or not _has_operators_alone(update):
            return describe(before, after, update)
        named = set(_fields_named(update))
        old, new = ({name: of[name] for name in of if name in named} for of in (before, after))
        if _are_whole(update, old, new):
            return _described(old, new, update.get("$set", ()), is_same)
        return describe(old, new, update)

    storage_module.compute_update_description = describe_named


def _has_operators_alone(update: Mapping[str, Any]) -> bool:
    return all(
        name.startswith("$") and isinstance(paths, Mapping) for name, paths in update.items()
    )


def _are_encoded_alike(old: Any, new: Any) -> bool:
    return bool(bson.encode({"": old}) == bson.encode({"": new}))


def _are_whole(update: Mapping[str, Any], *states: Mapping[str, Any]) -> bool:
    """Whether an update gives whole fields new values, of which none has fields of its own."""
    return (
        update.keys() <= _WHOLE
        and not any("." in path or path.isdigit() for paths in update.values() for path in paths)
        and not any(isinstance(value, Mapping) for state in states for value in state.values())
    )


def _described(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    told_last: Iterable[str],
    is_same: Callable[[Any, Any], bool],
) -> dict[str, Any]:
    """What has changed in the fields that an update names, in the engine's order."""
    updated = {
        name: new[name]
        for name in sorted(new)
        if name not in old or not is_same(old[name], new[name])
    }
    for name in told_last:
        if name in updated:
            updated[name] = updated.pop(name)
    removed = sorted(old.keys() - new.keys())
    return {"updatedFields": updated, "removedFields": removed, "truncatedArrays": []}


def _fields_named(update: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The fields that an update may change, whatever its operators do to them."""
    for operator, paths in update.items():
        for path, value in paths.items():
            yield path.partition(".")[0]
            if operator == "$rename":
                yield str(value).partition(".")[0]
