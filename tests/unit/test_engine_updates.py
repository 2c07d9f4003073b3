"""With its shim the embedded engine applies an update, and tells of it, as without."""

import copy
from types import SimpleNamespace
from typing import Any

from bson import Decimal128, Int64
from hypothesis import given, settings
from hypothesis import strategies as st
from secantus import ordering, storage, update

from repository.engine.update_shims import apply_updates_in_few_steps, copy_of
from tests.support.steps import calls_of

SCALARS = st.sampled_from(
    [0, 1, 1.0, 0.0, -0.0, 2, True, None, "a", "1", Int64(1), Decimal128("1")]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["x", "y", "1"]), inner, max_size=2),
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(["a", "b", "c", "1"])
PATHS = st.one_of(FIELDS, st.sampled_from(["a.x", "a.1", "b.0", "b.1.x", "c.x.y", ""]))
DOCUMENTS = st.dictionaries(FIELDS, VALUES, max_size=4).map(lambda body: {"_id": 7, **body})
UPDATES = st.dictionaries(
    st.sampled_from(["$set", "$set", "$unset", "$inc", "$push", "$setOnInsert", "$min", "$what"]),
    st.dictionaries(PATHS, VALUES, min_size=1, max_size=3),
    min_size=1,
    max_size=2,
)
RENAMES = st.builds(lambda old, new: {"$rename": {old: new}}, PATHS, PATHS)
ANY_UPDATE = st.one_of(UPDATES, RENAMES, st.builds(lambda one, two: one | two, UPDATES, RENAMES))


def _mended() -> SimpleNamespace:
    parts = SimpleNamespace(
        updates=SimpleNamespace(_validate_update_paths=update._validate_update_paths),
        storage=SimpleNamespace(compute_update_description=storage.compute_update_description),
    )
    apply_updates_in_few_steps(parts.updates, ordering, parts.storage)
    return parts


MENDED = _mended()
"""The parts of an engine that update, with the shim; those of this process stay as they are."""


def outcome(call: Any) -> str:
    """What a call gives, with the order of all fields, or how it fails."""
    try:
        return repr(call())
    except Exception as error:  # noqa: BLE001 - whatever the engine raises
        return f"{type(error).__name__} {error}"


@settings(max_examples=1_000, deadline=None)
@given(document=DOCUMENTS, change=ANY_UPDATE)
def test_a_change_is_described_as_before(document: dict[str, Any], change: dict[str, Any]) -> None:
    try:
        after = update.apply_update(document, change)
    except Exception:  # noqa: BLE001 - the engine refuses it
        return

    described = outcome(lambda: MENDED.storage.compute_update_description(document, after, change))

    assert described == outcome(lambda: storage.compute_update_description(document, after, change))


@settings(max_examples=500, deadline=None)
@given(before=DOCUMENTS, after=DOCUMENTS, change=st.sampled_from([None, [], {"a": 1}, {"a": {}}]))
def test_what_is_no_update_by_operators_is_described_as_before(
    before: dict[str, Any], after: dict[str, Any], change: Any
) -> None:
    described = outcome(lambda: MENDED.storage.compute_update_description(before, after, change))

    assert described == outcome(lambda: storage.compute_update_description(before, after, change))


@settings(max_examples=1_000, deadline=None)
@given(change=ANY_UPDATE)
def test_conflicting_paths_are_found_as_before_and_also_again(change: dict[str, Any]) -> None:
    expected = outcome(lambda: update._validate_update_paths(change))

    found = [outcome(lambda: MENDED.updates._validate_update_paths(change)) for _ in range(2)]

    assert found == [expected, expected]


@given(value=VALUES)
def test_a_copy_is_equal_and_shares_nothing_that_may_change(value: Any) -> None:
    copied = copy_of(value)

    assert repr(copied) == repr(copy.deepcopy(value))
    assert not _containers(copied) & _containers(value)


def _containers(value: Any) -> set[int]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    own = {id(value)} if isinstance(value, dict | list) else set()
    return own.union(*map(_containers, inner))


def test_the_engine_still_needs_the_shim() -> None:
    before = {name: list(range(20)) for name in "abcdefgh"} | {"stock": 2, "word": "x"}
    change = {"$inc": {"stock": -1}, "$set": {"word": "y"}}
    after = before | {"stock": 1, "word": "y"}

    def steps_of(engine: Any) -> int:
        return calls_of(lambda: engine.compute_update_description(before, after, change))

    assert steps_of(MENDED.storage) * 2 < steps_of(storage), (
        "The engine looks at what an update names by itself now:"
        " drop apply_updates_in_few_steps from repository/engine/update_shims.py."
    )
