import asyncio

import pytest

from tests.rpc_client import RpcClient, RpcError


async def test_a_sale_takes_copies_out_of_stock(rpc: RpcClient) -> None:
    sale = await rpc("sales.create", book_id=1)

    assert sale["stock_left"] == 0
    assert (await rpc("books.get", id=1))["stock"] == 0


async def test_selling_more_than_there_is_says_how_many_there_are(rpc: RpcClient) -> None:
    with pytest.raises(RpcError) as refusal:
        await rpc("sales.create", book_id=1, quantity=3)

    assert refusal.value.code == 1001
    assert refusal.value.data["requested"] == 3
    assert refusal.value.data["available"] == 1


async def test_the_average_is_weighted_by_copies_sold(rpc: RpcClient) -> None:
    for book_id in (1, 3, 4):
        await rpc("sales.create", book_id=book_id)

    average = await rpc("sales.average_pages")
    totals = await rpc("sales.totals")

    assert average["average_pages"] == pytest.approx((1184 + 352 + 352) / 3)
    assert average["copies"] == 3
    assert totals["gross"] == totals["net"] == 47.21


async def test_the_same_key_sells_once(rpc: RpcClient) -> None:
    await rpc("books.restock", id=1, quantity=9)

    answers = await asyncio.gather(
        *(rpc("sales.create", book_id=1, idempotency_key="till-1") for _ in range(20))
    )

    assert {sale["id"] for sale in answers} == {answers[0]["id"]}
    assert (await rpc("books.get", id=1))["stock"] == 9
