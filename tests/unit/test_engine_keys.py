"""With its shim the embedded engine makes the same keys as without, in fewer steps."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from bson import Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st
from secantus import sortkey, storage

from repository.engine.key_shims import make_keys_in_few_steps
from tests.support.steps import calls_of

# The engine's storage puts the folder of its library among the paths.
import swig_wiredtiger  # type: ignore[import-not-found] # isort: skip

FORMATS = ["S", "SS", "SSS", "SSu", "SSq", "SSSu", "q", "u", "QQ", "Su", "uS", "5s", ""]
PACKED = st.one_of(
    st.text(max_size=5),
    st.sampled_from(["", "a", "é", "a\0b", Code("a")]),
    st.binary(max_size=5),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, 63, 64, 8255, 8256, -65, True, None, 1.5, Int64(7), bytearray(b"a")]),
)
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-1_000, 1_000),
    st.sampled_from([2**63, -(2**63) - 1, 10**40, Int64(12), 1200, -1200, 10**18]),
)
SCALARS = st.one_of(
    NUMBERS,
    st.text(max_size=4),
    st.sampled_from(["", "\0", "a\0b", True, False, None, 0.0, -0.5, 1e300, math.nan, math.inf]),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - as kept
    st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), Decimal128("1.50"), Code("a"), b"a"]),
    st.sampled_from([MinKey(), MaxKey(), ObjectId(b"0" * 12), Timestamp(1, 2), re.compile("a")]),
)
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=4),
    st.lists(st.builds(lambda value: {"d": value}, SCALARS), max_size=2),
    st.dictionaries(st.sampled_from(["d", "e"]), SCALARS, max_size=2),
)
FIELDS = st.sampled_from(["a", "b", "a.d", "b.0"])
KEYS = st.dictionaries(FIELDS, st.sampled_from([1, -1, 1.0]), min_size=1, max_size=3)
COLLATIONS = st.sampled_from([None, SimpleNamespace(supports_index_encoding=False)])


def _mended() -> SimpleNamespace:
    parts = SimpleNamespace(
        storage=SimpleNamespace(**vars(storage)),
        sort_keys=SimpleNamespace(**vars(sortkey)),
        packing=SimpleNamespace(pack=swig_wiredtiger.pack, unpack=swig_wiredtiger.unpack),
    )
    make_keys_in_few_steps(parts.storage, parts.sort_keys, parts.packing)
    return parts


MENDED = _mended()
"""The parts of an engine that make keys, with the shim; those of this process stay as they are."""


def outcome(call: Callable[[], Any]) -> str:
    """What a call gives, or how it fails."""
    try:
        return repr(call())
    except Exception as error:  # noqa: BLE001 - whatever the engine raises
        return type(error).__name__


@settings(max_examples=1_000, deadline=None)
@given(form=st.sampled_from(FORMATS), values=st.lists(PACKED, max_size=5))
def test_keys_are_packed_as_before(form: str, values: list[Any]) -> None:
    def packed_by(library: Any) -> str:
        return outcome(lambda: library.pack(form, *values))

    assert packed_by(MENDED.packing) == packed_by(swig_wiredtiger)


@settings(max_examples=500, deadline=None)
@given(
    form=st.sampled_from(["SS", "SSu", "SSq", "SSS", "SSSu"]),
    texts=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5), min_size=3
    ),
    number=st.integers(-(2**63), 2**63 - 1),
    tail=st.binary(max_size=6),
)
def test_keys_are_unpacked_as_before(form: str, texts: list[str], number: int, tail: bytes) -> None:
    last = {"q": [number], "u": [tail], "S": []}[form[-1]]
    packed = swig_wiredtiger.pack(form, *texts[: form.count("S")], *last)

    assert MENDED.packing.unpack(form, packed) == swig_wiredtiger.unpack(form, packed)


@pytest.mark.parametrize("packed", [None, b"", b"a", b"a\0b"])
@pytest.mark.parametrize("form", ["u", "q", "S"])
def test_values_are_unpacked_as_before(form: str, packed: bytes | None) -> None:
    def unpacked_by(library: Any) -> str:
        return outcome(lambda: library.unpack(form, packed))

    assert unpacked_by(MENDED.packing) == unpacked_by(swig_wiredtiger)


@settings(max_examples=1_000, deadline=None)
@given(value=VALUES, collation=COLLATIONS)
def test_values_are_encoded_as_before(value: Any, collation: Any) -> None:
    def encoded_by(keys: Any) -> str:
        return outcome(
            lambda: (keys.encode_value(value, collation=collation), keys.encode_id_key(value))
        )

    assert encoded_by(MENDED.sort_keys) == encoded_by(sortkey)


@settings(max_examples=1_000, deadline=None)
@given(
    document=st.dictionaries(st.sampled_from("ab"), VALUES),
    keys=KEYS,
    sparse=st.booleans(),
    collation=COLLATIONS,
)
def test_an_index_gets_the_same_keys_in_the_same_order(
    document: dict[str, Any],
    keys: dict[str, Any],
    sparse: bool,  # noqa: FBT001 - drawn by hypothesis
    collation: Any,
) -> None:
    def keys_by(module: Any) -> str:
        return outcome(
            lambda: module._index_key_variants(document, keys, sparse=sparse, collation=collation)
        )

    assert keys_by(MENDED.storage) == keys_by(storage)


@settings(max_examples=1_000, deadline=None)
@given(document=st.dictionaries(st.sampled_from("ab"), VALUES), keys=KEYS)
def test_an_index_has_several_keys_of_the_same_documents(
    document: dict[str, Any], keys: dict[str, Any]
) -> None:
    is_several = MENDED.storage._doc_makes_multikey(document, keys)

    assert bool(is_several) == storage._doc_makes_multikey(document, keys)


def test_the_engine_still_needs_the_shim() -> None:
    document = {"beginnings": list("abcdefgh"), "kind": "user", "id": 12_345}
    keys = {"beginnings": 1, "kind": 1, "id": 1}

    def steps_of(module: Any, packing: Any) -> int:
        def work() -> None:
            for key in module._index_key_variants(document, keys, sparse=False):
                packing.pack("SSSu", "shop", "users", "beginnings", key)

        work()
        return calls_of(work)

    assert steps_of(MENDED.storage, MENDED.packing) * 2 < steps_of(storage, swig_wiredtiger), (
        "The engine takes about as few steps by itself now:"
        " drop make_keys_in_few_steps from repository/engine/key_shims.py."
    )
