"""Which requests are admitted: not too many in flight, and not too many in one turn of the loop."""

import asyncio

import pytest

from rpc import admission
from rpc.admission import TURN_REQUESTS_MIN, Admission

DEADLINE_S = 10.0


async def test_no_more_than_some_are_in_flight() -> None:
    crowd = Admission(2, DEADLINE_S)
    for _ in range(2):
        assert crowd.has_room()
        crowd.enter()

    assert not crowd.has_room()
    crowd.leave(0.1)
    assert crowd.has_room()


async def test_a_turn_ends_for_requests_that_have_held_the_loop_long_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "TURN_S", 0.0)
    crowd = Admission(100, DEADLINE_S)

    admitted = [crowd.has_room() for _ in range(TURN_REQUESTS_MIN + 5)]
    await asyncio.sleep(0)

    assert admitted == [True] * TURN_REQUESTS_MIN + [False] * 5
    assert crowd.has_room(), "the next turn has begun"


async def test_one_slow_request_is_no_reason_to_refuse_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "TURN_S", 0.0)
    crowd = Admission(100, DEADLINE_S)

    assert all(crowd.has_room() for _ in range(TURN_REQUESTS_MIN))


async def test_fewer_are_let_in_while_answers_are_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "SHRINK_EVERY_S", 0.0)
    crowd = Admission(1_000, DEADLINE_S)
    for _ in range(500):
        crowd.enter()
    for _ in range(20):
        crowd.leave(9.9)

    assert crowd.is_full
    for _ in range(470):
        crowd.leave(0.1)
    assert not crowd.is_full
    assert crowd.has_room()
