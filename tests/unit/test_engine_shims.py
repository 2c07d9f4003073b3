"""What is quicker in the embedded engine with a shim gives the same answer as without."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from bson import Decimal128, Int64, MaxKey, MinKey, ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from secantus import expressions, ordering, query
from secantus.collation import parse as parse_collation

from repository.engine.value_shims import (
    compare_plain_values_at_once,
    filter_plain_values_at_once,
    sort_plain_values_at_once,
)
from tests.support.steps import calls_of

POOL: list[Any] = [
    *(-1, 0, 1, 2, Int64(1), Int64(2), 0.5, 1.0, math.nan),
    *(True, False, None, "", "a", "A", "b", "é"),
    # The engine has instants of both kinds: those that are kept, and that of $$NOW.
    *(datetime(2026, 1, 1), datetime(2026, 1, 2)),  # noqa: DTZ001 - as kept
    *(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
]
SCALARS = st.sampled_from(POOL)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3))
COMPARED = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]


def test_all_kinds_of_values_compare_as_before() -> None:
    mended: Any = SimpleNamespace(_op_matches=query._op_matches)
    compare_plain_values_at_once(mended)
    arguments = [(name, wanted) for name in COMPARED for wanted in POOL]
    arguments += [(name, list(pair)) for name in ("$in", "$nin") for pair in product(POOL, POOL)]

    different = [
        (value, name, wanted)
        for value in [*POOL, *([each, "z"] for each in POOL)]
        for name, wanted in arguments
        for more in ({"field": "f", "descend": True}, {"field": "f", "descend": False})
        if mended._op_matches([value], name, wanted, None, **more)
        != query._op_matches([value], name, wanted, None, **more)
    ]

    assert not different


@settings(deadline=None)
@given(
    values=st.lists(VALUES, max_size=2),
    name=st.sampled_from([*COMPARED, "$in", "$nin"]),
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


OTHERS = st.sampled_from(
    [Decimal128("1"), MinKey(), MaxKey(), ObjectId(b"0" * 12), b"a", re.compile("^a"), {"b": 1}, {}]
)
ANY = st.one_of(VALUES, OTHERS, st.lists(st.one_of(SCALARS, OTHERS), max_size=3))
DOCUMENTS = st.dictionaries(
    st.sampled_from("ab"), st.one_of(ANY, st.lists(st.builds(lambda each: {"b": each}, ANY)))
)
COMPARISONS = st.sampled_from(COMPARED)
CONDITIONS = st.recursive(
    st.one_of(
        ANY,
        st.dictionaries(COMPARISONS, ANY, min_size=1, max_size=2),
        st.builds(
            lambda name, values: {name: values},
            st.sampled_from(["$in", "$nin"]),
            st.one_of(ANY, st.lists(ANY, max_size=4)),
        ),
        st.builds(
            lambda name, value: {name: value},
            st.sampled_from(["$all", "$size", "$exists", "$type", "$mod", "$regex", "$nothing"]),
            ANY,
        ),
    ),
    lambda inner: st.builds(
        lambda name, condition: {name: condition}, st.sampled_from(["$not", "$elemMatch"]), inner
    ),
    max_leaves=3,
)
QUERIES = st.recursive(
    st.dictionaries(st.sampled_from(["a", "b", "a.b", "a.0"]), CONDITIONS, max_size=2),
    lambda inner: st.builds(
        lambda name, parts: {name: parts},
        st.sampled_from(["$and", "$or", "$nor"]),
        st.lists(inner, max_size=2),
    ),
    max_leaves=4,
)


def outcome(call: Callable[[], Any]) -> str:
    """What a call gives, or how it fails."""
    try:
        return repr(call())
    except Exception as error:  # noqa: BLE001 - whatever the engine raises
        return f"{type(error).__name__}: {error}"


@settings(max_examples=1_000, deadline=None)
@given(
    document=DOCUMENTS,
    condition=QUERIES,
    collation=st.sampled_from([None, {"locale": "en", "strength": 1}]),
)
def test_documents_match_as_before(document: Any, condition: Any, collation: Any) -> None:
    def match() -> Any:
        return query.matches(document, condition, collation=parse_collation(collation))

    expected = outcome(match)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "_op_matches", query._op_matches)
        compare_plain_values_at_once(query)
        assert outcome(match) == expected


@settings(deadline=None)
@given(
    documents=st.lists(
        st.dictionaries(st.sampled_from("ab"), st.one_of(st.integers(0, 3), ANY)), max_size=8
    )
    | st.lists(
        st.fixed_dictionaries({"a": st.integers(0, 2), "b": st.sampled_from(["a", "A", "b"])})
    )
    | st.lists(st.fixed_dictionaries({"a": st.sampled_from(POOL[-4:]), "b": SCALARS})),
    sort=st.dictionaries(st.sampled_from(["a", "b", "a.b"]), st.sampled_from([1, -1])),
    collation=st.sampled_from([None, {"locale": "en", "strength": 1}]),
)
def test_documents_sort_as_before(
    documents: list[dict[str, Any]], sort: dict[str, int], collation: Any
) -> None:
    mended: Any = SimpleNamespace(sort_docs=ordering.sort_docs)
    sort_plain_values_at_once(mended)

    def places(sorter: Any) -> Any:
        ordered = sorter.sort_docs(documents, sort, parse_collation(collation))
        return list(map(id, ordered))

    assert outcome(lambda: places(mended)) == outcome(lambda: places(ordering))


def a_condition(operands: st.SearchStrategy[Any], bounds: st.SearchStrategy[Any]) -> Any:
    """Comparisons as an expression makes them."""
    pairs = st.tuples(operands, bounds).map(list)
    return st.builds(lambda name, pair: {name: pair}, COMPARISONS, pairs)


@settings(max_examples=500, deadline=None)
@given(
    values=st.one_of(VALUES, st.lists(st.integers(-3, 3), max_size=6)),
    conditions=st.one_of(
        st.lists(a_condition(st.just("$$this"), st.integers(-1, 2)), min_size=1, max_size=2),
        st.lists(a_condition(st.sampled_from(["$$this", "$values", 1]), SCALARS), max_size=3),
    ),
    more=st.sampled_from([{}, {}, {"as": "this"}, {"limit": 1}]),
)
def test_lists_are_filtered_as_before(values: Any, conditions: list[Any], more: Any) -> None:
    expression = {"$filter": {"input": "$values", "cond": {"$and": conditions}, **more}}

    def evaluate() -> Any:
        return expressions.evaluate(expression, {"values": values})

    expected = outcome(evaluate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expressions, "_OPS", dict(expressions._OPS))
        filter_plain_values_at_once(expressions)
        assert outcome(evaluate) == expected


MANY = 200
PRICES: dict[str, Any] = {"prices": list(range(MANY))}
WITHIN = {"$and": [{"$gte": ["$$this", 10]}, {"$lte": ["$$this", 90]}]}
FILTER = {"$filter": {"input": "$prices", "cond": WITHIN}}
SORTED = [{"a": place * 7 % MANY, "b": str(place)} for place in range(MANY)]
WORK: dict[str, tuple[Any, Callable[[], Any]]] = {
    "compare_plain_values_at_once": (
        partial(compare_plain_values_at_once, query),
        lambda: query.matches({"a": MANY - 1}, {"a": {"$in": list(range(MANY))}}),
    ),
    "sort_plain_values_at_once": (
        partial(sort_plain_values_at_once, ordering),
        lambda: ordering.sort_docs(SORTED, {"a": 1, "b": -1}),
    ),
    "filter_plain_values_at_once": (
        partial(filter_plain_values_at_once, expressions),
        lambda: expressions.evaluate(FILTER, PRICES),
    ),
}
"""Each shim, and work that it is for."""


@pytest.mark.parametrize("name", WORK)
def test_the_engine_still_needs_the_shim(name: str) -> None:
    shim, work = WORK[name]
    without = calls_of(work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "_op_matches", query._op_matches)
        patch.setattr(ordering, "sort_docs", ordering.sort_docs)
        patch.setattr(expressions, "_OPS", dict(expressions._OPS))
        shim()
        assert calls_of(work) * 2 < without, (
            "The engine takes about as few steps by itself now:"
            f" drop {name} from repository/engine/value_shims.py."
        )
