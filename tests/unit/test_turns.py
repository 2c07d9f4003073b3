"""Work in steps gives everybody else a turn."""

import asyncio
import time

import pytest

from repository.mongo.turns import TURN_S, Turn
from tests.support.loop_watch import busy, watched_loop

STEP_S = 0.001
STEPS = 100


async def steps(turn: Turn, count: int) -> None:
    for _ in range(count):
        if turn.is_over():
            await turn.next()
        busy(STEP_S)


async def test_many_steps_do_not_hold_the_loop() -> None:
    async with watched_loop() as watch:
        await steps(Turn(), STEPS)

    assert watch.longest_s < 3 * TURN_S


async def test_many_who_work_in_steps_share_the_turns() -> None:
    turn = Turn()

    async with watched_loop() as watch:
        await asyncio.gather(*(steps(turn, 2) for _ in range(STEPS // 2)))

    assert watch.longest_s < 3 * TURN_S


async def test_a_few_short_steps_need_no_further_turn() -> None:
    turn = Turn()

    assert not turn.is_over()
    await asyncio.wait_for(turn.next(), 1)


def test_a_turn_that_its_loop_did_not_end_is_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def begin(turn: Turn) -> None:
        turn.is_over()

    turn = Turn()
    asyncio.run(begin(turn))
    later = time.monotonic() + 10
    monkeypatch.setattr("repository.mongo.turns.time.monotonic", lambda: later)

    asyncio.run(steps(turn, 1))

    assert not asyncio.run(is_over(turn))


async def is_over(turn: Turn) -> bool:
    return turn.is_over()
