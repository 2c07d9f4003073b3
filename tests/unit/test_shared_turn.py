"""The turn of the loop that all keys share, and the rest that work takes while changes go on."""

import asyncio

import pytest

from repository.mongo.turns import TURN_S
from rpc.shared_turn import SharedTurn
from tests.support.loop_watch import busy

LONG_STEP_S = 2 * TURN_S


async def step(turn: SharedTurn, key: str, begun: list[str]) -> None:
    """One step that is longer than a turn."""
    if turn.is_over():
        await turn.next(key)
    begun.append(key)
    busy(LONG_STEP_S)


async def test_a_key_with_few_steps_does_not_wait_for_all_of_one_with_many() -> None:
    turn, begun = SharedTurn(), list[str]()
    keys = ["greedy"] * 30 + ["till"] * 2

    await asyncio.gather(*(step(turn, key, begun) for key in keys))

    assert len(begun) == 32
    assert max(place for place, key in enumerate(begun) if key == "till") <= 6


async def test_work_rests_while_changes_are_under_way_and_then_goes_on() -> None:
    changes = ["one"]
    turn, begun = SharedTurn(lambda: bool(changes)), list[str]()

    first = asyncio.create_task(step(turn, "greedy", begun))
    second = asyncio.create_task(step(turn, "greedy", begun))
    await first
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert begun == ["greedy"]

    changes.clear()
    await asyncio.wait_for(second, 5)


async def test_changes_without_end_do_not_stop_the_work() -> None:
    turn, begun = SharedTurn(lambda: True), list[str]()

    await asyncio.wait_for(asyncio.gather(*(step(turn, "a", begun) for _ in range(5))), 10)

    assert begun == ["a"] * 5


async def test_who_gives_up_is_passed_over() -> None:
    turn, begun = SharedTurn(), list[str]()
    tasks = [asyncio.create_task(step(turn, "a", begun)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in tasks[1::2]:
        task.cancel()

    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)

    assert len(begun) == sum(not task.cancelled() for task in tasks)
    with pytest.raises(asyncio.CancelledError):
        await tasks[-1]
    await asyncio.wait_for(turn.next("a"), 5)
