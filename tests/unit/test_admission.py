"""Which requests are admitted: not too many in flight, and not too many in one turn of the loop."""

import asyncio

import pytest

from rpc import admission
from rpc.admission import (
    REFUSALS_PER_SECOND,
    TURN_REQUESTS,
    WAITING_BESIDE_REFUSED_MAX,
    WAITING_MAX,
    Admission,
)

DEADLINE_S = 10.0


async def test_no_more_than_some_are_in_flight() -> None:
    crowd = Admission(2, DEADLINE_S)
    for _ in range(2):
        assert not crowd.is_full
        crowd.enter()

    assert crowd.is_full
    crowd.leave(0.1)
    assert not crowd.is_full


async def test_those_beyond_a_turn_begin_in_the_next_ones_in_order() -> None:
    crowd = Admission(1_000, DEADLINE_S)
    begun: list[int] = []
    for number in range(2 * TURN_REQUESTS + 5):
        if crowd.takes_turn():
            begun.append(number)
        else:
            crowd.in_later_turn(lambda number=number: begun.append(number))  # type: ignore[misc]

    in_turns = []
    for _ in range(4):
        in_turns.append(len(begun))
        await asyncio.sleep(0)

    assert in_turns[:3] == [TURN_REQUESTS, 2 * TURN_REQUESTS, 2 * TURN_REQUESTS + 5]
    assert begun == [*range(2 * TURN_REQUESTS + 5)]
    assert crowd.takes_turn(), "another turn has begun"


async def test_those_that_wait_for_a_turn_are_counted() -> None:
    crowd = Admission(2, DEADLINE_S)
    while crowd.takes_turn():
        assert not crowd.is_crowded
    crowd.enter()
    crowd.in_later_turn(lambda: None)

    assert crowd.is_crowded
    assert not crowd.is_full
    await asyncio.sleep(0)
    assert not crowd.is_crowded


async def test_those_that_wait_for_a_turn_have_a_limit_of_their_own() -> None:
    crowd = Admission(1_000_000, DEADLINE_S)
    for _ in range(WAITING_MAX):
        assert not crowd.is_crowded
        crowd.in_later_turn(lambda: None)

    assert crowd.is_crowded


async def test_fewer_wait_for_a_turn_while_others_are_refused() -> None:
    crowd = Admission(1_000_000, DEADLINE_S)
    for _ in range(WAITING_BESIDE_REFUSED_MAX):
        crowd.in_later_turn(lambda: None)

    assert not crowd.is_crowded
    crowd.rest()
    assert crowd.is_crowded


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


async def test_the_more_are_refused_the_longer_they_rest() -> None:
    crowd = Admission(1, DEADLINE_S)

    assert 0.7 <= crowd.rest() <= crowd.rest_s == 1.0
    for _ in range(3 * REFUSALS_PER_SECOND):
        crowd.rest()
    assert crowd.rest_s > 3.0


async def test_who_has_rested_is_counted_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "REST_S_MIN", 0.0)
    monkeypatch.setattr(admission, "REFUSALS_PER_SECOND", 1_000_000)
    crowd = Admission(1, DEADLINE_S)
    rested = asyncio.Event()

    crowd.rest(rested.set)

    assert crowd.rest_s > 0
    await rested.wait()
    assert crowd.rest_s == 0
