"""Ids come from blocks, which grow in a rush."""

from typing import Any

import pytest

from repository.books import BOOKS
from repository.mongo import ids as module
from repository.mongo.collections import Collection
from repository.mongo.ids import BLOCK_SIZE_MAX, Ids, IdsSpentError
from tests.factories.shelf import TAKINGS


class Blocks:
    """The counter of ids, and the sizes of the blocks that were reserved."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def reserve(self, _: str, count: int) -> int:
        self.sizes.append(count)
        return sum(self.sizes)


async def spend(ids: Ids, collection: Collection[Any], count: int) -> list[int]:
    """Take so many ids, one after the other."""
    taken: list[int] = []
    while len(taken) < count:
        try:
            taken += ids.take(collection, 1)
        except IdsSpentError as spent:
            await ids.reserve(spent.collection, spent.count)
    return taken


async def test_whoever_spends_blocks_fast_takes_larger_ones() -> None:
    blocks = Blocks()

    taken = await spend(Ids(blocks.reserve), TAKINGS, 10_000)

    assert taken == list(range(1, 10_001))
    doubled = [TAKINGS.ids_per_block * 2**times for times in range(6)]
    assert blocks.sizes[:6] == [min(size, BLOCK_SIZE_MAX) for size in doubled]
    assert max(blocks.sizes) == BLOCK_SIZE_MAX


async def test_blocks_are_small_again_after_a_rush(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = Blocks()
    ids = Ids(blocks.reserve)
    await spend(ids, TAKINGS, 1_000)
    monkeypatch.setattr(module, "RUSH_S", 0.0)

    await spend(ids, TAKINGS, 1_000)

    assert blocks.sizes[-1] == TAKINGS.ids_per_block


async def test_what_people_make_has_blocks_of_one_also_in_a_rush() -> None:
    blocks = Blocks()

    await spend(Ids(blocks.reserve), BOOKS, 20)

    assert blocks.sizes == [1] * 20


async def test_what_a_file_brings_leaves_no_gap() -> None:
    blocks = Blocks()
    ids = Ids(blocks.reserve)

    for _ in range(2):
        with pytest.raises(IdsSpentError) as spent:
            ids.take(TAKINGS, 173)
        await ids.reserve(TAKINGS, spent.value.count)
        assert len(ids.take(TAKINGS, 173)) == 173

    assert blocks.sizes == [173, 173]
