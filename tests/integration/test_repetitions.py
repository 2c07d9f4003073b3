"""A repetition of a call that is under way waits for its answer, as long as a call may take."""

import asyncio
from typing import Any

import pytest

from rpc.settings import Settings
from tests.support.rpc_client import RpcClient, RpcError

DEADLINE_S = 1.0
"""Shorter than the slow card takes."""
SLOW_ORDER: dict[str, Any] = {
    "items": [{"book_id": 1}],
    "customer": {"name": "Ada Lovelace"},
    "payment": {"token": "tok_slow"},
    "idempotency_key": "slow",
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"call_deadline_s": DEADLINE_S})


async def test_ten_at_once_are_one_sale_and_one_answer(rpc: RpcClient) -> None:
    await rpc("books.restock", id=1, quantity=9)
    request = {"book_id": 1, "quantity": 2, "idempotency_key": "till"}

    answers = await asyncio.gather(*(rpc("sales.create", **request) for _ in range(10)))

    assert answers == [answers[0]] * 10
    assert (await rpc("books.get", id=1))["stock"] == 8


async def test_an_answer_that_does_not_come_in_time_is_121_and_comes_later(rpc: RpcClient) -> None:
    first = asyncio.create_task(rpc("orders.place", **SLOW_ORDER))
    while not (await rpc("orders.list", status="pending"))["items"]:  # noqa: ASYNC110 - a time passes, and no event tells
        await asyncio.sleep(0.02)

    with pytest.raises(RpcError) as early:
        await rpc("orders.place", **SLOW_ORDER)
    with pytest.raises(RpcError) as timed_out:
        await first

    assert (early.value.code, early.value.data["retryable"]) == (121, True)
    assert timed_out.value.code == -32002
    while (await rpc("requests.lookup", idempotency_key="slow"))["status"] != "done":  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.05)
    order = await rpc("orders.place", **SLOW_ORDER)
    assert order["status"] == "paid"
    assert len((await rpc("orders.list"))["items"]) == 1
