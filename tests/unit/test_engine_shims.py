"""What is quicker in the embedded engine with a shim gives the same answer as without."""

import math
import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import wiredtiger
from bson import Int64
from hypothesis import given
from hypothesis import strategies as st
from secantus import expressions, ordering, query
from wiredtiger.intpacking import pack_int, unpack_int

from repository.engine.value_shims import (
    compare_plain_values_at_once,
    filter_plain_values_at_once,
    pack_keys_at_once,
    sort_plain_values_at_once,
)

PACKING = sys.modules[wiredtiger.Cursor.__module__]
NUMBERS = st.one_of(
    st.integers(-3, 3), st.integers(-3, 3).map(Int64), st.sampled_from([0.5, 1.0, math.nan])
)
SCALARS = st.one_of(
    NUMBERS,
    st.booleans(),
    st.none(),
    st.sampled_from(["", "a", "b", "é"]),
    # The engine has instants of both kinds: those that are kept, and that of $$NOW.
    st.sampled_from([datetime(2026, 1, 1), datetime(2026, 1, 2)]),  # noqa: DTZ001 - as kept
    st.just(datetime(2026, 1, 1, tzinfo=UTC)),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3))
FORMS = {
    "SSSu": st.tuples(st.text(), st.text(), st.text(), st.binary()),
    "SSu": st.tuples(st.text(), st.text(), st.binary()),
    "SSq": st.tuples(st.text(), st.text(), st.integers(-(2**63), 2**63 - 1)),
    "u": st.tuples(st.binary()),
    "q": st.tuples(st.integers(-(2**63), 2**63 - 1)),
    "SSS": st.tuples(st.text(), st.text(), st.text()),
}


@given(
    values=st.lists(VALUES, max_size=2),
    name=st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin"]),
    wanted=SCALARS,
    others=st.lists(SCALARS, max_size=3),
    more=st.fixed_dictionaries({"field": st.just("f"), "descend": st.booleans()}),
)
def test_values_compare_as_before(
    values: list[Any], name: str, wanted: Any, others: list[Any], more: Any
) -> None:
    argument = [wanted, *others] if name in {"$in", "$nin"} else wanted
    mended: Any = SimpleNamespace(_op_matches=query._op_matches)
    compare_plain_values_at_once(mended)

    answer = mended._op_matches(values, name, argument, None, **more)

    assert answer == query._op_matches(values, name, argument, None, **more)


@given(
    documents=st.lists(
        st.dictionaries(st.sampled_from("ab"), st.one_of(st.integers(0, 3), VALUES)), max_size=8
    ),
    sort=st.dictionaries(st.sampled_from("ab"), st.sampled_from([1, -1])),
)
def test_documents_sort_as_before(documents: list[dict[str, Any]], sort: dict[str, int]) -> None:
    mended: Any = SimpleNamespace(sort_docs=ordering.sort_docs)
    sort_plain_values_at_once(mended)

    ordered = mended.sort_docs(documents, sort)

    expected = ordering.sort_docs(documents, sort)
    assert list(map(id, ordered)) == list(map(id, expected))


@given(
    values=st.one_of(VALUES, st.lists(st.integers(-3, 3), max_size=6)),
    conditions=st.lists(
        st.dictionaries(
            st.sampled_from(["$gt", "$gte", "$lt", "$lte", "$eq"]),
            st.tuples(st.sampled_from(["$$this", "$values", 1]), SCALARS).map(list),
            min_size=1,
            max_size=1,
        ),
        max_size=3,
    ),
    more=st.sampled_from([{}, {"as": "this"}, {"limit": 1}]),
)
def test_lists_are_filtered_as_before(values: Any, conditions: list[Any], more: Any) -> None:
    expression = {"$filter": {"input": "$values", "cond": {"$and": conditions}, **more}}

    def outcome() -> str:
        try:
            return repr(expressions.evaluate(expression, {"values": values}))
        except expressions.ExpressionError as error:
            return str(error)

    expected = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expressions, "_OPS", dict(expressions._OPS))
        filter_plain_values_at_once(expressions)
        assert outcome() == expected


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_keys_are_packed_as_before(form: str, data: st.DataObject) -> None:
    mended: Any = SimpleNamespace(pack=PACKING.pack, unpack=PACKING.unpack)
    pack_keys_at_once(mended, pack_int, unpack_int)
    values = data.draw(FORMS[form])

    packed = mended.pack(form, *values)

    assert packed == PACKING.pack(form, *values)
    assert mended.unpack(form, packed) == PACKING.unpack(form, packed)
