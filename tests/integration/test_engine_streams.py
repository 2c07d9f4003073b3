"""With its shim the embedded engine looks for changes now and then, and tells of all of them."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo import MongoClient
from secantus import SecantusDBServer, commands

from repository.engine import stream_shims
from repository.engine.stream_shims import MANY, REST_S, look_for_changes_now_and_then

CHANGES = 20


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
