"""deliveries.* over the endpoint."""

import asyncio
from typing import Any

import pytest

from tests.support.rpc_client import RpcClient, RpcError

ADDRESS = {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}


async def placed_order(rpc: RpcClient, **more: Any) -> Any:
    return await rpc(
        "orders.place",
        items=[{"book_id": 1}],
        customer={"name": "Ada Lovelace"},
        payment={"token": "tok_ok"},
        **more,
    )


async def refusal(rpc: RpcClient, method: str, **params: Any) -> RpcError:
    with pytest.raises(RpcError) as refused:
        await rpc(method, **params)
    return refused.value


async def test_a_delivery_goes_its_way(rpc: RpcClient) -> None:
    order = await placed_order(rpc)

    delivery = await rpc(
        "deliveries.schedule", order_id=order["id"], address=ADDRESS, date="2035-12-01"
    )
    assert (delivery["status"], delivery["date"]) == ("scheduled", "2035-12-01")
    assert delivery["address"] == ADDRESS
    assert (await rpc("orders.get", id=order["id"]))["delivery_id"] == delivery["id"]

    for status in ("out_for_delivery", "delivered"):
        moved = await rpc("deliveries.update_status", id=delivery["id"], status=status)
        assert moved["status"] == status
    assert moved == await rpc("deliveries.get", id=delivery["id"])
    assert (await rpc("deliveries.list", order_id=order["id"]))["items"] == [moved]
    shown = await rpc("orders.get", id=order["id"])
    assert shown["delivery_id"] is None
    assert shown["deliveries"] == [
        {"id": delivery["id"], "status": "delivered", "date": "2035-12-01"}
    ]
    again = await refusal(rpc, "deliveries.schedule", order_id=order["id"], address=ADDRESS)
    assert (again.code, again.data["delivery_id"]) == (1109, delivery["id"])


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


async def test_cancelling_an_order_calls_back_a_delivery_that_has_not_left(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    delivery = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)

    await rpc("orders.cancel", order_id=order["id"])

    assert (await rpc("deliveries.get", id=delivery["id"]))["status"] == "cancelled"
    assert (await rpc("books.get", id=1))["stock"] == 1
    refused = await refusal(
        rpc, "deliveries.update_status", id=delivery["id"], status="out_for_delivery"
    )
    assert refused.type == "invalid_transition"


async def test_what_is_out_or_has_arrived_is_returned_and_not_cancelled(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    early = await refusal(rpc, "orders.return", order_id=order["id"])
    assert early.type == "order_not_shipped"
    delivery = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)

    for status in ("out_for_delivery", "delivered"):
        await rpc("deliveries.update_status", id=delivery["id"], status=status)
        refused = await refusal(rpc, "orders.cancel", order_id=order["id"])
        assert (refused.code, refused.data["status"]) == (1112, status)
    assert (await rpc("books.get", id=1))["stock"] == 0

    back = await rpc("orders.return", order_id=order["id"], items=[{"book_id": 1}])
    assert (back["status"], back["payment"]["kept"]) == ("refunded", 0)
    assert (await rpc("books.get", id=1))["stock"] == 1
    assert (await refusal(rpc, "orders.return", order_id=order["id"])).type == "order_not_paid"
    assert (await rpc("sales.totals"))["net"] == 0
    assert (await rpc("audit.run", scope="bookshop"))["differences"] == []


async def test_a_return_may_leave_the_copies_out_of_stock(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    delivery = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)
    await rpc("deliveries.update_status", id=delivery["id"], status="out_for_delivery")

    request = {"order_id": order["id"], "restock": False, "idempotency_key": "back"}
    answers = [await rpc("orders.return", **request) for _ in range(2)]

    assert answers[0]["status"] == answers[1]["status"] == "refunded"
    assert (await rpc("books.get", id=1))["stock"] == 0


async def test_of_ten_returns_at_once_one_takes_the_copy_back(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    delivery = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)
    await rpc("deliveries.update_status", id=delivery["id"], status="out_for_delivery")
    request = {"order_id": order["id"], "items": [{"book_id": 1}]}

    answers = await asyncio.gather(
        *(rpc("orders.return", **request) for _ in range(10)), return_exceptions=True
    )

    refused = [answer.code for answer in answers if isinstance(answer, RpcError)]
    assert refused == [1002] * 9
    assert (await rpc("books.get", id=1))["stock"] == 1


async def test_a_parcel_does_not_go_out_once_its_order_is_refunded_in_full(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    delivery = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)

    await rpc("sales.refund", sale_id=order["lines"][0]["sale_id"])

    assert (await rpc("deliveries.get", id=delivery["id"]))["status"] == "cancelled"
    shown = await rpc("orders.get", id=order["id"])
    assert (shown["status"], shown["delivery_id"]) == ("refunded", None)
    assert shown["deliveries"] == [{"id": delivery["id"], "status": "cancelled", "date": None}]
    refused = await refusal(
        rpc, "deliveries.update_status", id=delivery["id"], status="out_for_delivery"
    )
    assert refused.type == "invalid_transition"


async def test_an_order_is_delivered_to_its_own_address_unless_another_is_given(
    rpc: RpcClient,
) -> None:
    home = {"line1": "1 Main Street", "line2": "Flat 3", "city": "Cork", "country": "IE"}
    order = await placed_order(rpc, address=home)
    assert order["address"] == home

    own = await rpc("deliveries.schedule", order_id=order["id"])
    assert own["address"] == home
    await rpc("deliveries.update_status", id=own["id"], status="failed")
    other = await rpc("deliveries.schedule", order_id=order["id"], address=ADDRESS)
    assert other["address"] == ADDRESS


async def test_without_an_address_and_on_a_past_day_nothing_is_scheduled(rpc: RpcClient) -> None:
    order = await placed_order(rpc)

    nowhere = await refusal(rpc, "deliveries.schedule", order_id=order["id"])
    long_ago = await refusal(
        rpc, "deliveries.schedule", order_id=order["id"], address=ADDRESS, date="2020-01-01"
    )

    assert [each.code for each in (nowhere, long_ago)] == [-32602] * 2
    assert [each.data["errors"][0]["path"] for each in (nowhere, long_ago)] == [
        ["address"],
        ["date"],
    ]
    assert (await rpc("deliveries.list"))["items"] == []


async def test_an_address_is_checked_by_the_rules_of_its_country(rpc: RpcClient) -> None:
    order = await placed_order(rpc)
    british = {"line1": "12 Mill Lane", "city": "Cambridge", "country": "GB"}

    for method, params in (
        ("deliveries.schedule", {"order_id": order["id"]}),
        (
            "orders.place",
            {
                "items": [{"book_id": 2}],
                "customer": {"name": "Ada"},
                "payment": {"token": "tok_ok"},
            },
        ),
    ):
        refused = await refusal(rpc, method, address=british, idempotency_key=method, **params)
        assert refused.code == -32602
        assert refused.data["errors"][0]["path"] == ["address", "postcode"]
        whole = british | {"postcode": "CB2 1RX"}
        answer = await rpc(method, address=whole, idempotency_key=method, **params)
        assert answer["address"] == whole


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
