"""deliveries.* over the endpoint."""

import asyncio
from typing import Any

import pytest

from tests.support.rpc_client import RpcClient, RpcError

ADDRESS = {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}


async def placed_order(rpc: RpcClient, token: str = "tok_ok") -> Any:  # noqa: S107 - a name that everybody knows
    return await rpc(
        "orders.place",
        items=[{"book_id": 1}],
        customer={"name": "Ada Lovelace"},
        payment={"token": token},
    )


async def refusal(rpc: RpcClient, method: str, **params: Any) -> RpcError:
    with pytest.raises(RpcError) as refused:
        await rpc(method, **params)
    return refused.value


async def test_a_delivery_goes_its_way(rpc: RpcClient) -> None:
    order = await placed_order(rpc)

    delivery = await rpc(
        "deliveries.schedule", order_id=order["id"], address=ADDRESS, date="2026-12-01"
    )
    assert (delivery["status"], delivery["date"]) == ("scheduled", "2026-12-01")
    assert delivery["address"] == ADDRESS
    assert (await rpc("orders.get", id=order["id"]))["delivery_id"] == delivery["id"]

    for status in ("out_for_delivery", "delivered"):
        moved = await rpc("deliveries.update_status", id=delivery["id"], status=status)
        assert moved["status"] == status
    assert moved == await rpc("deliveries.get", id=delivery["id"])
    assert (await rpc("deliveries.list", order_id=order["id"]))["items"] == [moved]


async def test_a_move_that_is_not_foreseen_names_those_that_are(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    delivery = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)

    refused = await refusal(rpc, "deliveries.update_status", id=delivery["id"], status="delivered")

    assert refused.type == "invalid_transition"
    assert refused.data["allowed"] == ["cancelled", "failed", "out_for_delivery"]
    assert (await rpc("deliveries.get", id=delivery["id"]))["status"] == "scheduled"


async def test_of_ten_deliveries_scheduled_at_once_one_is(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    request = {"order_id": order["id"], "address": ADDRESS}

    answers = await asyncio.gather(
        *(rpc("deliveries.schedule", **request) for _ in range(10)), return_exceptions=True
    )

    refused = [answer.type for answer in answers if isinstance(answer, RpcError)]
    assert refused == ["delivery_exists"] * 9
    assert len((await rpc("deliveries.list"))["items"]) == 1


@pytest.mark.parametrize("end", ["failed", "cancelled"])
async def test_after_one_that_came_to_nothing_another_may_be_scheduled(
    rpc: RpcClient, end: str
) -> None:
    order = await placed_order(rpc)
    first = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)
    await rpc("deliveries.update_status", id=first["id"], status=end)

    second = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)

    assert second["id"] != first["id"]


async def test_cancelling_an_order_calls_its_delivery_back(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    delivery = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)
    await rpc("deliveries.update_status", id=delivery["id"], status="out_for_delivery")

    await rpc("orders.cancel", order_id=order["id"])

    assert (await rpc("deliveries.get", id=delivery["id"]))["status"] == "cancelled"
    assert (await rpc("books.get", id=1))["stock"] == 1
    refused = await refusal(rpc, "deliveries.update_status", id=delivery["id"], status="delivered")
    assert refused.type == "invalid_transition"


async def test_what_is_not_paid_is_not_delivered(rpc: RpcClient) -> None:
    declined = await refusal(
        rpc,
        "orders.place",
        items=[{"book_id": 2}],
        customer={"name": "Ada Lovelace"},
        payment={"token": "tok_declined"},
    )
    cancelled = await placed_order(rpc)
    await rpc("orders.cancel", order_id=cancelled["id"])
    refunded = await placed_order(rpc)
    await rpc("sales.refund", sale_id=refunded["lines"][0]["sale_id"])

    refused = {
        order_id: (
            await refusal(rpc, "deliveries.schedule", order_id=order_id, address=ADDRESS)
        ).type
        for order_id in (declined.data["order_id"], cancelled["id"], refunded["id"], 999)
    }

    assert list(refused.values()) == [
        "order_not_paid",
        "order_cancelled",
        "order_not_paid",
        "not_found",
    ]
    assert (await rpc("deliveries.list"))["items"] == []
