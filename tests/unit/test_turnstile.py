"""Turns come first come, first served, and nobody waits for one beyond its deadline."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.errors import Busy
from repository.turnstile import Turnstile

PLENTY_S = 30.0


def soon(seconds: float = PLENTY_S) -> float:
    return asyncio.get_running_loop().time() + seconds


class Guest:
    """One who stays inside until it is told to leave."""

    def __init__(self, turnstile: Turnstile, *, alone: bool) -> None:
        self.is_inside = asyncio.Event()
        self._may_leave = asyncio.Event()
        self._visit = asyncio.create_task(self._stay(turnstile, alone=alone))

    async def _stay(self, turnstile: Turnstile, *, alone: bool) -> None:
        async with turnstile.turn(alone=alone, deadline=soon()):
            self.is_inside.set()
            await self._may_leave.wait()

    async def leave(self) -> None:
        self._may_leave.set()
        await self._visit


@pytest.fixture
async def turnstile() -> AsyncIterator[Turnstile]:
    async with asyncio.timeout(PLENTY_S):
        yield Turnstile()


async def let_others_go_on() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_who_is_alone_waits_for_those_inside_and_keeps_the_next_out(
    turnstile: Turnstile,
) -> None:
    first, second = Guest(turnstile, alone=False), Guest(turnstile, alone=False)
    await first.is_inside.wait()
    await second.is_inside.wait()
    alone, late = Guest(turnstile, alone=True), Guest(turnstile, alone=False)

    await first.leave()
    await let_others_go_on()
    assert not alone.is_inside.is_set()
    await second.leave()
    await alone.is_inside.wait()
    await let_others_go_on()
    assert not late.is_inside.is_set()

    await alone.leave()
    await late.is_inside.wait()
    await late.leave()


@pytest.mark.parametrize("alone", [False, True])
async def test_a_turn_that_does_not_come_is_busy_at_the_deadline(
    turnstile: Turnstile, *, alone: bool
) -> None:
    inside = Guest(turnstile, alone=not alone)
    await inside.is_inside.wait()

    with pytest.raises(Busy):
        async with turnstile.turn(alone=alone, deadline=soon(0.01)):
            pytest.fail("it came in beside one who is alone")

    await inside.leave()
    for next_alone in (True, False):
        await Guest(turnstile, alone=next_alone).leave()


async def test_one_who_gives_up_waiting_leaves_its_place_to_the_next(turnstile: Turnstile) -> None:
    inside = Guest(turnstile, alone=False)
    await inside.is_inside.wait()
    waiting = asyncio.create_task(turnstile.turn(alone=True, deadline=soon()).__aenter__())
    await let_others_go_on()

    waiting.cancel()
    await asyncio.wait([waiting])

    await Guest(turnstile, alone=False).leave()
    await inside.leave()
