import asyncio

import pytest

from domain.books import STOCK_MAX
from tests.factories.books import create_book
from tests.support.rpc_client import RpcClient, RpcError


async def test_restocking_adds_copies(rpc: RpcClient) -> None:
    assert (await rpc("books.restock", id=3, quantity=10))["stock"] == 11
    assert (await rpc("books.restock", id=3, quantity=1))["stock"] == 12
    assert (await rpc("books.get", id=3))["stock"] == 12


async def test_copies_that_come_in_at_once_are_all_counted(rpc: RpcClient) -> None:
    await asyncio.gather(*(rpc("books.restock", id=3, quantity=n) for n in range(1, 21)))

    assert (await rpc("books.get", id=3))["stock"] == 1 + sum(range(1, 21))


async def test_a_count_sets_the_stock_up_and_down(rpc: RpcClient) -> None:
    up = await rpc("books.set_stock", id=4, quantity=40, expected_quantity=1)
    down = await rpc("books.set_stock", id=4, quantity=0, expected_quantity=40)

    assert (up["stock"], down["stock"]) == (40, 0)


async def test_a_count_of_another_stock_is_a_conflict_that_tells_the_real_one(
    rpc: RpcClient,
) -> None:
    book = await create_book(rpc, quantity=7)

    with pytest.raises(RpcError) as refusal:
        await rpc("books.set_stock", id=book["id"], quantity=5, expected_quantity=6)

    assert (refusal.value.code, refusal.value.type) == (109, "conflict")
    assert refusal.value.data["expected_quantity"] == 6
    assert refusal.value.data["actual_quantity"] == 7
    assert (await rpc("books.get", id=book["id"]))["stock"] == 7


async def test_of_two_counts_that_start_from_the_same_stock_one_wins(rpc: RpcClient) -> None:
    responses = await asyncio.gather(
        *(
            rpc.post(rpc.request("books.set_stock", id=4, quantity=n, expected_quantity=1))
            for n in range(10, 20)
        )
    )

    winners = [response["result"]["stock"] for response in responses if "result" in response]
    told = {r["error"]["data"]["actual_quantity"] for r in responses if "error" in r}
    assert len(winners) == 1
    assert told == set(winners)
    assert (await rpc("books.get", id=4))["stock"] == winners[0]


async def test_stock_does_not_grow_beyond_its_maximum(rpc: RpcClient) -> None:
    book = await create_book(rpc, quantity=STOCK_MAX - 1)
    await rpc("books.restock", id=book["id"], quantity=1)

    with pytest.raises(RpcError) as refusal:
        await rpc("books.restock", id=book["id"], quantity=1)

    assert refusal.value.type == "conflict"
    assert refusal.value.data["maximum"] == refusal.value.data["stock"] == STOCK_MAX


async def test_even_the_largest_stock_can_be_counted(rpc: RpcClient) -> None:
    book = await create_book(rpc, quantity=STOCK_MAX)

    counted = await rpc("books.set_stock", id=book["id"], quantity=3, expected_quantity=STOCK_MAX)

    assert counted["stock"] == 3
