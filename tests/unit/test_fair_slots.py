"""Slots for calls: bounded for all, bounded for a key, and given to keys in turn."""

import asyncio
from collections.abc import Sequence

import pytest

from rpc.fair_slots import FairSlots


class Crowd:
    """Calls of several keys that hold a slot until they are told to go."""

    def __init__(self, slots: FairSlots) -> None:
        self._slots = slots
        self.running: list[str] = []
        self.began: list[str] = []
        self._go: dict[str, list[asyncio.Event]] = {}

    async def call(self, key: str) -> None:
        async with self._slots.slot(key):
            go = asyncio.Event()
            self._go.setdefault(key, []).append(go)
            self.running.append(key)
            self.began.append(key)
            await go.wait()
            self.running.remove(key)

    async def come(self, keys: Sequence[str]) -> "list[asyncio.Task[None]]":
        tasks = [asyncio.create_task(self.call(key)) for key in keys]
        await settle()
        return tasks

    async def end(self, key: str) -> None:
        self._go[key].pop(0).set()
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_key_has_a_part_of_the_slots_and_others_the_rest() -> None:
    crowd = Crowd(FairSlots(4, of_key_max=3))

    tasks = await crowd.come("aaaaaaab")

    assert crowd.running == ["a", "a", "a", "b"]
    while crowd.running:
        await crowd.end(crowd.running[0])
    await asyncio.gather(*tasks)
    assert crowd.began.count("a") == 7


async def test_keys_that_wait_take_turns_however_many_calls_one_of_them_has() -> None:
    crowd = Crowd(FairSlots(1, of_key_max=1))
    tasks = await crowd.come(["a"] * 6 + ["b"] * 2 + ["c"])

    while crowd.running:
        await crowd.end(crowd.running[0])

    assert "".join(crowd.began) == "aabcabaaa"
    await asyncio.gather(*tasks)


async def test_a_call_that_is_given_up_leaves_its_place() -> None:
    slots = FairSlots(1, of_key_max=1)
    crowd = Crowd(slots)
    _, given_up, waiting = await crowd.come("aab")

    given_up.cancel()
    await settle()
    await crowd.end("a")
    assert crowd.running == ["b"]
    await crowd.end("b")
    await waiting

    assert slots.has_room("a")
    with pytest.raises(asyncio.CancelledError):
        await given_up


async def test_a_call_that_is_given_up_with_its_slot_in_hand_gives_it_back() -> None:
    slots = FairSlots(1, of_key_max=1)
    crowd = Crowd(slots)
    _, given_up = await crowd.come("aa")

    crowd._go["a"].pop(0).set()  # noqa: SLF001 - before anybody has a turn
    await asyncio.sleep(0)
    given_up.cancel()
    await settle()

    assert slots.has_room("a")
