"""What is left of a call goes with its queries, and no further."""

import asyncio
import time

import pytest

from repository.mongo.deadlines import left_ms, limit_time, max_time, renew_time, until


@pytest.fixture(autouse=True)
def _no_limit() -> None:
    limit_time(None)


def test_work_without_a_deadline_is_not_limited() -> None:
    renew_time()

    assert left_ms() is None
    assert max_time() == {}


def test_what_is_left_shrinks_and_is_never_nothing() -> None:
    limit_time(10.0)
    assert 9_000 < (left_ms() or 0) <= 10_000

    with until(time.monotonic() + 2.0):
        assert 1_000 < max_time()["maxTimeMS"] <= 2_000
    with until(time.monotonic() - 1.0):
        assert left_ms() == 1

    assert 9_000 < (left_ms() or 0) <= 10_000


def test_no_query_is_given_more_than_the_server_takes() -> None:
    limit_time(1e12)

    assert left_ms() == 2**31 - 1


async def test_shared_work_gets_a_whole_call_s_time_without_giving_it_to_the_call() -> None:
    async def shared() -> int | None:
        renew_time()
        return left_ms()

    limit_time(10.0)
    with until(time.monotonic() + 4.0):
        assert 3_000 < (await asyncio.create_task(shared()) or 0) <= 4_000
        assert 3_000 < (left_ms() or 0) <= 4_000
