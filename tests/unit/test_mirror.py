"""A mirror gives out nothing that is older than what it was told of."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from repository.accounts import ACCOUNTS
from repository.mongo import mirror as mirror_module
from repository.mongo.collections import Document, Sort
from repository.mongo.mirror import Mirror, Observer


class Shelf:
    """A picture: the values by id."""

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}

    def put(self, document: Document) -> None:
        self.values[document["_id"]] = document["cents"]

    def drop(self, row_id: Any) -> None:
        self.values.pop(row_id, None)

    def clear(self) -> None:
        self.values.clear()


class Storage:
    """A collection whose reads can be held back after they were made."""

    def __init__(self, **values: int) -> None:
        self.values = values
        self.reads = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def find(
        self,
        collection: str,  # noqa: ARG002 - as a database has it
        query: Mapping[str, Any],
        *,
        sort: Sort | None = None,  # noqa: ARG002 - always by id here
        limit: int = 0,
        projection: Mapping[str, Any] | None = None,  # noqa: ARG002 - one field
    ) -> list[Document]:
        self.reads += 1
        wanted = query.get("_id", {})
        found = [
            {"_id": row_id, "cents": value}
            for row_id, value in sorted(self.values.items())
            if row_id in wanted.get("$in", [row_id])
            and row_id > wanted.get("$gt", "")
            and wanted.get("$gte", "") <= row_id < wanted.get("$lt", "~")
        ]
        await self.gate.wait()
        return found[: limit or None]

    def observe(self, observer: Observer) -> None:
        """Nothing to do: the tests tell the mirror themselves."""


def mirror_of(storage: Storage, **more: Any) -> Mirror[Shelf]:
    return Mirror(storage, ACCOUNTS, ("cents",), Shelf(), **more)


def place(row_id: str) -> tuple[str, str]:
    return ACCOUNTS.name, row_id


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_asks_while_all_is_read_waits_for_it() -> None:
    storage = Storage(a=1)
    storage.gate.clear()
    mirror = mirror_of(storage)
    both = [asyncio.create_task(mirror.current()) for _ in range(2)]
    await turns()
    late = asyncio.create_task(mirror.current())
    await turns()
    assert not late.done()
    storage.gate.set()

    for shelf in await asyncio.gather(*both, late):
        assert shelf.values == {"a": 1}
    assert storage.reads == 1


async def test_a_changed_row_is_read_again_before_the_next_answer() -> None:
    storage = Storage(a=1, b=1)
    mirror = mirror_of(storage)
    await mirror.current()
    storage.values["a"] = 2
    del storage.values["b"]
    mirror.mark([place("a"), place("b"), ("books", 1)])

    assert (await mirror.current()).values == {"a": 2}
    assert storage.reads == 2


async def test_a_value_read_before_a_mark_is_not_given_out_after_it() -> None:
    storage = Storage(a=1)
    mirror = mirror_of(storage)
    await mirror.current()
    mirror.mark([place("a")])
    storage.gate.clear()
    early = asyncio.create_task(mirror.current())
    await turns()
    storage.values["a"] = 2
    mirror.mark([place("a")])
    late = asyncio.create_task(mirror.current())
    await turns()
    storage.gate.set()

    assert (await late).values == {"a": 2}
    await early


async def test_a_change_while_all_is_read_is_not_missed() -> None:
    storage = Storage(a=1)
    storage.gate.clear()
    mirror = mirror_of(storage)
    asked = asyncio.create_task(mirror.current())
    await turns()
    storage.values["a"] = 2
    mirror.mark([place("a")])
    storage.gate.set()
    await asked

    assert (await mirror.current()).values == {"a": 2}


async def test_a_doubt_while_all_is_read_has_it_read_again() -> None:
    storage = Storage(a=1)
    storage.gate.clear()
    mirror = mirror_of(storage)
    asked = asyncio.create_task(mirror.current())
    await turns()
    storage.values["a"] = 2
    mirror.mark_all()
    storage.gate.set()

    assert (await asked).values == {"a": 2}


async def test_endless_changes_keep_nobody_waiting() -> None:
    storage = Storage(a=1)
    mirror = mirror_of(storage)
    await mirror.current()
    mirror.mark([place("a")])
    asked = asyncio.create_task(mirror.current())
    for _ in range(10):
        await asyncio.sleep(0)
        mirror.mark([place("a")])

    assert asked.done()
    await asked


async def test_a_change_of_another_row_is_not_waited_for() -> None:
    storage = Storage(a=1, b=1)
    mirror = mirror_of(storage)
    await mirror.current()
    mirror.mark([place("a")])

    await mirror.current(["b"])
    assert storage.reads == 1
    storage.values["a"] = 2
    assert (await mirror.current(["b", "a"])).values["a"] == 2


async def test_only_rows_within_a_range_of_ids_are_mirrored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mirror_module, "ROWS_PER_READ", 2)
    storage = Storage(**dict.fromkeys("abcdefg", 1))
    mirror = mirror_of(storage, ids=("b", "g"))

    assert set((await mirror.current()).values) == {*"bcdef"}
    reads = storage.reads
    assert reads == 3
    mirror.mark([place("a"), place("g")])
    await mirror.current()
    assert storage.reads == reads


async def test_a_failed_read_is_told_and_tried_again() -> None:
    class Broken(Storage):
        async def find(self, *given: Any, **more: Any) -> list[Document]:
            if not self.reads:
                self.reads += 1
                raise OSError("broken off")
            return await super().find(*given, **more)

    storage = Broken(a=1)
    mirror = mirror_of(storage)
    with pytest.raises(OSError, match="broken off"):
        await mirror.current()

    assert (await mirror.current()).values == {"a": 1}
