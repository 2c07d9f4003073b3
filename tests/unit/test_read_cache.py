import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from domain.errors import StorageUnavailable
from repository.mongo.read_cache import ReadCache

Rows = dict[int, str]


class Store:
    """A collection that counts its queries, and answers when it is let."""

    def __init__(self, **rows: str) -> None:
        self.rows: Rows = {int(name[1:]): value for name, value in rows.items()}
        self.queries: list[list[int]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.has_read = asyncio.Event()
        self.failure: Exception | None = None

    async def find_by_ids(self, _: str, ids: list[Any]) -> list[SimpleNamespace]:
        self.queries.append(list(ids))
        read = [
            SimpleNamespace(id=each, value=self.rows[each]) for each in ids if each in self.rows
        ]
        self.has_read.set()
        await self.may_answer.wait()
        if self.failure is not None:
            raise self.failure
        return read


def cache_of(store: Store, *, documents_max: int = 100, ttl_s: float = 60.0) -> ReadCache:
    cache = ReadCache(store.find_by_ids)
    cache.cache({"books"}, documents_max=documents_max, ttl_s=ttl_s)
    return cache


async def value(cache: ReadCache, book_id: int) -> str | None:
    document = await cache.get("books", book_id)
    return None if document is None else document.value


async def test_reads_of_one_turn_become_one_query() -> None:
    store = Store(_1="a", _2="b")
    cache = cache_of(store)

    values = await asyncio.gather(*(value(cache, each) for each in (1, 2, 1, 3)))

    assert values == ["a", "b", "a", None]
    assert store.queries == [[1, 2, 3]]


async def test_reads_of_several_turns_without_a_pause_become_one_query() -> None:
    store = Store(_1="a", _2="b", _3="c")
    cache = cache_of(store)

    async def later(book_id: int, turns: int) -> str | None:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await value(cache, book_id)

    values = await asyncio.gather(later(1, 0), later(2, 1), later(3, 2))

    assert values == ["a", "b", "c"]
    assert store.queries == [[1, 2, 3]]


async def test_a_query_does_not_wait_for_reads_without_end() -> None:
    store = Store(_0="a")
    cache = cache_of(store)
    first = asyncio.create_task(value(cache, 0))

    others = []
    while not first.done():
        others.append(asyncio.create_task(value(cache, len(others) + 1)))
        await asyncio.sleep(0)
        assert len(others) < 100

    assert await first == "a"
    await asyncio.gather(*others)


async def test_a_large_turn_is_split_into_queries_of_bounded_size() -> None:
    store = Store()
    cache = cache_of(store)

    await asyncio.gather(*(value(cache, each) for each in range(1_001)))

    assert [len(ids) for ids in store.queries] == [1_000, 1]


async def test_what_was_read_is_given_again_without_a_query() -> None:
    store = Store(_1="a")
    cache = cache_of(store)

    await value(cache, 1)

    assert await value(cache, 1) == "a"
    assert len(store.queries) == 1
    assert (cache.counters["hits"], cache.counters["misses"]) == (1, 1)


async def test_what_is_missing_is_asked_for_every_time() -> None:
    store = Store()
    cache = cache_of(store)

    await value(cache, 1)
    store.rows[1] = "new"

    assert await value(cache, 1) == "new"


async def test_a_dropped_document_is_read_anew() -> None:
    store = Store(_1="old")
    cache = cache_of(store)
    await value(cache, 1)

    store.rows[1] = "new"
    cache.drop([("books", 1)])

    assert await value(cache, 1) == "new"
    assert cache.counters["invalidations"] == 1


@pytest.mark.parametrize("drop_all", [False, True], ids=["dropped", "flushed"])
async def test_a_value_read_before_its_invalidation_is_never_kept_after_it(
    *, drop_all: bool
) -> None:
    store = Store(_1="old")
    cache = cache_of(store)
    store.may_answer.clear()
    early = asyncio.create_task(value(cache, 1))
    await store.has_read.wait()

    store.rows[1] = "new"
    cache.flush() if drop_all else cache.drop([("books", 1)])
    late = asyncio.create_task(value(cache, 1))
    await asyncio.sleep(0)
    store.may_answer.set()

    assert await early == "old"
    assert await late == "new"
    assert await value(cache, 1) == "new"


async def test_rows_are_dropped_with_what_is_being_read_of_them() -> None:
    store = Store(_1="old", _2="old")
    cache = cache_of(store)
    await value(cache, 1)
    store.may_answer.clear()
    store.has_read.clear()
    early = asyncio.create_task(value(cache, 2))
    await store.has_read.wait()

    store.rows = {1: "new", 2: "new"}
    cache.drop([("sales", 1), ("sales", 2)])
    assert await value(cache, 1) == "old"
    cache.drop([("books", 1), ("books", 2)])
    store.may_answer.set()

    assert await early == "old"
    assert [await value(cache, each) for each in (1, 2)] == ["new", "new"]


async def test_the_older_of_two_overlapping_reads_does_not_replace_the_newer() -> None:
    store = Store(_1="old")
    cache = cache_of(store)
    store.may_answer.clear()
    early = asyncio.create_task(value(cache, 1))
    await store.has_read.wait()
    slow, store.may_answer = store.may_answer, asyncio.Event()
    store.may_answer.set()

    store.rows[1] = "new"
    cache.drop([("books", 1)])
    assert await value(cache, 1) == "new"
    slow.set()
    await early

    assert await value(cache, 1) == "new"


async def test_a_document_is_read_anew_after_its_time() -> None:
    store = Store(_1="old")
    cache = cache_of(store, ttl_s=0.01)
    await value(cache, 1)

    store.rows[1] = "new"
    await asyncio.sleep(0.02)

    assert await value(cache, 1) == "new"


async def test_the_document_used_longest_ago_makes_room() -> None:
    store = Store(_1="a", _2="b", _3="c")
    cache = cache_of(store, documents_max=2)
    for each in (1, 2, 1, 3):
        await value(cache, each)
    store.queries.clear()

    for each in (1, 3, 2):
        await value(cache, each)

    assert store.queries == [[2]]


async def test_collections_that_are_not_to_be_kept_are_still_read_together() -> None:
    store = Store(_1="a")
    cache = ReadCache(store.find_by_ids)

    await asyncio.gather(value(cache, 1), value(cache, 1))
    await value(cache, 1)

    assert store.queries == [[1], [1]]


async def test_a_caller_who_gives_up_does_not_take_the_document_from_others() -> None:
    store = Store(_1="a")
    cache = cache_of(store)
    store.may_answer.clear()
    hasty, patient = (asyncio.create_task(value(cache, 1)) for _ in range(2))
    await store.has_read.wait()

    hasty.cancel()
    store.may_answer.set()

    assert await patient == "a"


async def test_a_failed_read_is_told_to_all_and_tried_again_by_the_next() -> None:
    store = Store(_1="a")
    cache = cache_of(store)
    store.failure = StorageUnavailable()
    answers = await asyncio.gather(value(cache, 1), value(cache, 1), return_exceptions=True)

    store.failure = None

    assert [type(answer) for answer in answers] == [StorageUnavailable] * 2
    assert await value(cache, 1) == "a"
