"""With its shims the embedded engine looks for changes now and then, and tells of all of them."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import bson
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from secantus import SecantusDBServer, commands, cursors, storage
from secantus.query import QueryError, matches

from repository.engine import stream_shims
from repository.engine.stream_shims import (
    MANY,
    REST_S,
    look_for_changes_now_and_then,
    pass_over_unwanted_changes,
)
from repository.mongo.change_watch import _pipeline

CHANGES = 20
SCAN = 200
"""So many rows of its log the engine reads at a look."""


@pytest.fixture
def server(tmp_path: Any) -> Iterator[SecantusDBServer]:
    with SecantusDBServer(port=0, storage_path=str(tmp_path)) as running:
        yield running


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        commands, "_drain_change_stream_producer", commands._drain_change_stream_producer
    )
    look_for_changes_now_and_then(commands)


def looks_while_changes_come(
    server: SecantusDBServer, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[int], int, list[float]]:
    """What a stream tells of changes one by one, how often it looked, how long each took."""
    looks = 0
    scan = server.storage.read_oplog_scan

    def counting(**wanted: Any) -> Any:
        nonlocal looks
        looks += 1
        return scan(**wanted)

    monkeypatch.setattr(server.storage, "read_oplog_scan", counting)
    told: list[int] = []
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        rows = client.shop.rows
        rows.insert_one({"_id": 0})
        with rows.watch(max_await_time_ms=100) as stream:
            looks, taken = 0, list[float]()
            for number in range(CHANGES):
                began = time.monotonic()
                rows.update_one({"_id": 0}, {"$set": {"number": number}})
                change = stream.try_next()
                while change is not None:
                    told.append(change["updateDescription"]["updatedFields"]["number"])
                    change = stream.try_next() if number == CHANGES - 1 else None
                taken.append(time.monotonic() - began)
            return told, looks, taken


def test_the_engine_still_looks_at_once_again(
    server: SecantusDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, taken = looks_while_changes_come(server, monkeypatch)

    assert min(taken) < REST_S, "The engine rests by itself now: drop stream_shims.py."


@pytest.mark.usefixtures("mended")
def test_with_the_shim_it_rests_between_two_looks_and_tells_all(
    server: SecantusDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, looks, taken = looks_while_changes_come(server, monkeypatch)

    assert told == list(range(CHANGES))
    assert looks * REST_S <= sum(taken) + REST_S


@pytest.mark.usefixtures("mended")
def test_with_the_shim_the_first_change_after_a_quiet_time_is_told_at_once(
    server: SecantusDBServer,
) -> None:
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        rows = client.shop.rows
        with rows.watch(max_await_time_ms=100) as stream:
            assert stream.try_next() is None
            time.sleep(2 * REST_S)
            rows.insert_one({"_id": 1})

            assert stream.try_next() is not None


@pytest.mark.usefixtures("mended")
def test_with_the_shim_a_stream_that_is_behind_does_not_rest(
    server: SecantusDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    clock = SimpleNamespace(sleep=rests.append, monotonic=time.monotonic)
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        rows = client.shop.rows
        with rows.watch(max_await_time_ms=100) as stream:
            rows.insert_many([{"_id": number} for number in range(10 * MANY)])
            time.sleep(2 * REST_S)
            monkeypatch.setattr(stream_shims, "time", clock)

            told = [stream.next()["documentKey"]["_id"] for _ in range(10 * MANY)]

    assert told == list(range(10 * MANY))
    assert not any(rests)


@pytest.fixture
def passing_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_aggregate_change_stream", "_drain_change_stream_producer"):
        monkeypatch.setattr(commands, name, getattr(commands, name))
    merge = storage.Storage._merge_oplog_on_session
    monkeypatch.setattr(storage.Storage, "_merge_oplog_on_session", staticmethod(merge))
    pass_over_unwanted_changes(storage, commands, cursors)


def change_much(client: MongoClient[dict[str, Any]]) -> None:
    """Changes of every kind in collections that are wanted in part, wholly and not at all."""
    shop = client.shop
    for name in ("books", "sales", "stores", "others"):
        rows = [{"_id": number, "text": "unrolled_since"} for number in range(SCAN + 50)]
        shop[name].insert_many(rows)
        shop[name].update_one({"_id": 1}, {"$set": {"number": 1}})
        shop[name].replace_one({"_id": 2}, {"number": 2})
        shop[name].delete_one({"_id": 3})
        shop[name].insert_one({"_id": "tail", "unrolled_since": 1})
        client.elsewhere[name].insert_one({"_id": 1})
    with client.start_session() as session, session.start_transaction():
        shop.sales.insert_one({"_id": "in a transaction"}, session=session)
        shop.stores.insert_one({"_id": "in a transaction"}, session=session)
    shop.others.drop()
    shop.stores.insert_one({"_id": "last"})


def told_of_much(client: MongoClient[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What a stream with the service's pipeline tells, from the first change to the last."""
    pipeline = _pipeline(["books", "stores"], ["stores"], ["sales"])
    told: list[tuple[Any, ...]] = []
    with client.shop.watch() as all_changes:
        before = all_changes.resume_token
        change_much(client)
    for more in ({"resume_after": before}, {"start_after": before}):
        with client.shop.watch(pipeline, max_await_time_ms=100, **more) as stream:
            key: Any = None
            while key != "last":
                change = stream.next()
                key = change.get("documentKey", {}).get("_id")
                told.append((change["operationType"], change["ns"], key))
    return told


def test_a_stream_tells_the_same_whether_it_passes_over_what_nobody_asks_for_or_not(
    server: SecantusDBServer, request: pytest.FixtureRequest
) -> None:
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        expected = told_of_much(client)
        assert expected
        client.drop_database("shop")
        client.drop_database("elsewhere")
        request.getfixturevalue("passing_over")

        assert told_of_much(client) == expected


def told_of_resumed(client: MongoClient[dict[str, Any]]) -> list[str]:
    """What a stream tells that is opened again at a place before its collection was dropped."""
    rows = client.shop.rows
    rows.insert_one({"_id": 0})
    with rows.watch() as stream:
        token = stream.resume_token
    rows.insert_one({"_id": 1})
    rows.drop()
    with rows.watch(resume_after=token) as stream:
        return [change["operationType"] for change in stream]


def test_a_stream_that_has_ended_before_it_is_opened_again_tells_all_that_it_can(
    server: SecantusDBServer, request: pytest.FixtureRequest
) -> None:
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        assert told_of_resumed(client) == ["insert", "drop", "invalidate"]
        request.getfixturevalue("passing_over")

        assert told_of_resumed(client) == ["insert", "drop", "invalidate"]


def refusal_of(client: MongoClient[dict[str, Any]], pipeline: list[Any]) -> str:
    command = {"aggregate": "rows", "pipeline": pipeline, "cursor": {}}
    with pytest.raises(OperationFailure) as refused:
        client.shop.command(command)
    return f"{refused.value.code} {(refused.value.details or {})['errmsg']}"


@pytest.mark.parametrize(
    "pipeline", [[{"$changeStream": 5}], [{"$changeStream": {}}, "no stage"]], ids=str
)
def test_a_stream_without_sense_is_refused_as_before(
    server: SecantusDBServer, request: pytest.FixtureRequest, pipeline: list[Any]
) -> None:
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        expected = refusal_of(client, pipeline)
        request.getfixturevalue("passing_over")

        assert refusal_of(client, pipeline) == expected


DIVIDES_BY_ZERO = {"$expr": {"$divide": [1, {"$strLenCP": {"$ifNull": ["$fullDocument.a", "a"]}}]}}


def outcome_of(client: MongoClient[dict[str, Any]], match: dict[str, Any]) -> str:
    """What a stream tells first of an insert that a condition fails on, then an update."""
    rows = client.shop.rows
    rows.drop()
    with rows.watch([{"$match": match}], max_await_time_ms=100) as stream:
        rows.insert_one({"_id": 1, "a": ""})
        rows.update_one({"_id": 1}, {"$set": {"b": 1}})
        try:
            return str(stream.next()["operationType"])
        except OperationFailure as failure:
            return str(failure)


@pytest.mark.parametrize(
    ("match", "outcome"),
    [
        (DIVIDES_BY_ZERO | {"operationType": "update"}, "by zero"),
        ({"operationType": "update"} | DIVIDES_BY_ZERO, "update"),
    ],
    ids=["the first condition fails", "the first condition is not met"],
)
def test_a_condition_that_fails_ends_the_stream_as_before(
    server: SecantusDBServer, request: pytest.FixtureRequest, match: dict[str, Any], outcome: str
) -> None:
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        assert outcome in outcome_of(client, match)
        request.getfixturevalue("passing_over")

        assert outcome in outcome_of(client, match)


def may_be_wanted(match: dict[str, Any], row: bytes) -> bool:
    return stream_shims._Wanted(match).may_be(stream_shims._head_of(row), row)


def test_many_names_that_a_row_may_need_cost_no_more_than_it_costs_to_read_it() -> None:
    pairs = [
        {"$or": [{f"fullDocument.{name}{number}": {"$exists": True}} for name in "ab"]}
        for number in range(60)
    ]
    row = bson.encode({"op": "i", "ns": "shop.rows", "o": {"a0": 1}})

    assert may_be_wanted({"$and": pairs}, row)


def events_made(server: SecantusDBServer, monkeypatch: pytest.MonkeyPatch) -> int:
    """Of how many rows the engine makes events until a stream tells of the only one it wants."""
    made: list[Any] = []
    project = commands.changestreams.project

    def counting(number: int, entry: Any, **more: Any) -> Any:
        made.append(number)
        return project(number, entry, **more)

    with (
        MongoClient[dict[str, Any]](server.uri, directConnection=True) as client,
        client.shop.watch(_pipeline(["books"], [], ["sales"])) as stream,
    ):
        client.shop.sales.insert_many([{"_id": number} for number in range(5 * SCAN)])
        client.shop.books.insert_one({"_id": 1})
        client.shop.books.update_one({"_id": 1}, {"$set": {"number": 1}})
        monkeypatch.setattr(commands.changestreams, "project", counting)

        assert stream.next()["documentKey"] == {"_id": 1}
    return len(made)


def test_the_engine_still_makes_an_event_of_each_row(
    server: SecantusDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert events_made(server, monkeypatch) > 5 * SCAN, (
        "The engine passes over rows by itself now: drop pass_over_unwanted_changes."
    )


@pytest.mark.usefixtures("passing_over")
def test_with_the_shim_it_makes_events_of_those_that_may_be_wanted_and_one_a_look(
    server: SecantusDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert events_made(server, monkeypatch) <= 1 + 6


NAMES = st.sampled_from(["insert", "update", "replace", "delete", "books", "sales", "shop", 1])
CONDITIONS = st.one_of(
    NAMES,
    st.builds(
        lambda name, values: {name: values}, st.sampled_from(["$in", "$nin"]), st.lists(NAMES)
    ),
    st.builds(lambda name: {"$in": name, "$nin": [name]}, NAMES),
    st.builds(lambda name: {"$in": [name], "$nothing": 1}, NAMES),
    st.just({"$exists": True}),
    st.just({"$exists": False}),
    st.builds(lambda name: {"$ne": name}, NAMES),
)
FIELDS = ["operationType", "ns.coll", "ns.db", "ns", "fullDocument.a", "fullDocument.b.c", "a"]
QUERIES = st.recursive(
    st.dictionaries(st.sampled_from(FIELDS), CONDITIONS, max_size=3),
    lambda inner: st.builds(
        lambda name, parts: {name: parts},
        st.sampled_from(["$and", "$or", "$nor"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=5,
)


@settings(max_examples=1_000, deadline=None)
@given(
    wanted=QUERIES,
    operation=st.sampled_from("iud"),
    collection=st.sampled_from(["books", "sales"]),
    row=st.sampled_from([{}, {"a": 1}, {"a": None}, {"b": {"c": 1}}, {"b": [{"c": 1}]}]),
)
def test_no_row_that_matches_is_passed_over(
    wanted: Any, operation: str, collection: str, row: dict[str, Any]
) -> None:
    entry = {"op": operation, "ns": f"shop.{collection}", "o": row, "o2": {"_id": 1}}
    event = {"ns": {"db": "shop", "coll": collection}, "fullDocument": row}
    may_match = may_be_wanted(wanted, bson.encode(entry))

    for kind in stream_shims.OPERATIONS[operation.encode()]:
        try:
            matched = matches(event | {"operationType": kind}, wanted)
        except QueryError:  # what ends the stream is not passed over either
            matched = True
        assert may_match or not matched
