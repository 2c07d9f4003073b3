"""orders.* over the endpoint, on the demo's books: one copy of each from the first data file."""

import asyncio
import uuid
from typing import Any

import pytest

from repository.mongo import idempotency
from repository.mongo.connection import Database
from tests.support.rpc_client import RpcClient, RpcError

CUSTOMER = {"name": "Ada Lovelace", "email": "Ada@Example.org"}
LORD_OF_THE_RINGS, MOTHER_TONGUE, CHAMBER_OF_SECRETS = 1, 2, 3


def wanted(*items: dict[str, Any], token: str = "tok_ok") -> dict[str, Any]:  # noqa: S107 - a name that everybody knows
    return {"items": list(items), "customer": CUSTOMER, "payment": {"token": token}}


def copies(book_id: int, quantity: int = 1) -> dict[str, int]:
    return {"book_id": book_id, "quantity": quantity}


async def refusal(rpc: RpcClient, method: str, **params: Any) -> RpcError:
    with pytest.raises(RpcError) as refused:
        await rpc(method, **params)
    return refused.value


async def stock(rpc: RpcClient, *book_ids: int) -> list[int]:
    return [(await rpc("books.get", id=book_id))["stock"] for book_id in book_ids]


async def money_of(rpc: RpcClient, order_id: int) -> dict[str, float]:
    """Charged, refunded and kept, once the gateway has paid all that is owed."""
    for _ in range(200):
        payment = (await rpc("orders.get", id=order_id))["payment"]
        if not payment["refund_pending"]:
            return {name: payment[name] for name in ("charged", "refunded", "kept")}
        await asyncio.sleep(0.02)
    raise AssertionError("the gateway does not pay back")


async def pending_order(rpc: RpcClient) -> dict[str, Any]:
    for _ in range(200):
        for order in (await rpc("orders.list", status="pending"))["items"]:
            return dict(order)
        await asyncio.sleep(0.02)
    raise AssertionError("no order is pending")


async def test_an_order_is_paid_and_its_lines_are_sales(rpc: RpcClient) -> None:
    order = await rpc(
        "orders.place", **wanted(copies(LORD_OF_THE_RINGS), copies(CHAMBER_OF_SECRETS))
    )

    assert order["status"] == "paid"
    assert order["total"] == 33.05
    assert uuid.UUID(order["payment"]["transaction_id"])
    assert order == await rpc("orders.get", id=order["id"])
    assert await stock(rpc, LORD_OF_THE_RINGS, CHAMBER_OF_SECRETS) == [0, 0]
    totals = await rpc("sales.totals")
    assert (totals["gross"], totals["sales_count"]) == (33.05, 2)
    assert (await rpc("sales.average_pages"))["average_pages"] == (1184 + 352) / 2
    sale = await rpc("sales.get", id=order["lines"][0]["sale_id"])
    assert sale["order_id"] == order["id"]


async def test_every_short_line_is_reported_with_its_summed_demand(rpc: RpcClient) -> None:
    short = await refusal(
        rpc,
        "orders.place",
        **wanted(copies(1), copies(2, 2), copies(3), copies(1), copies(2, 1)),
    )

    assert short.code == 1101
    assert short.data["lines"] == [
        {"book_id": 1, "requested": 2, "available": 1},
        {"book_id": 2, "requested": 3, "available": 1},
    ]
    assert await stock(rpc, 1, 2, 3) == [1, 1, 1]
    assert (await rpc("orders.list"))["items"] == []


async def test_every_unknown_book_is_named(rpc: RpcClient) -> None:
    unknown = await refusal(
        rpc, "orders.place", **wanted(copies(1), copies(999_999), {"isbn": "9780306406157"})
    )

    assert unknown.code == 104
    assert unknown.data["missing"] == [{"book_id": 999_999}, {"isbn": "9780306406157"}]


@pytest.mark.parametrize(
    ("token", "code", "status"),
    [
        ("tok_declined", 1102, "declined"),
        ("tok_insufficient_funds", 1102, "declined"),
        ("tok_nobody_knows", 1102, "declined"),
        ("tok_error", 1103, "failed"),
    ],
)
async def test_an_order_that_is_not_paid_releases_its_copies(
    rpc: RpcClient, token: str, code: int, status: str
) -> None:
    refused = await refusal(rpc, "orders.place", **wanted(copies(1), copies(2), token=token))

    assert refused.code == code
    assert refused.data["retryable"] == (status == "failed")
    order = await rpc("orders.get", id=refused.data["order_id"])
    assert order["status"] == order["payment"]["status"] == status
    assert order["payment"]["decline_code"] == refused.data.get("decline_code")
    assert order["payment"]["charged"] == 0
    assert await stock(rpc, 1, 2) == [1, 1]
    assert (await rpc("sales.totals"))["sales_count"] == 0


async def test_a_decline_is_final_under_its_key(rpc: RpcClient) -> None:
    request = wanted(copies(1), token="tok_declined") | {"idempotency_key": "once"}  # noqa: S106 - as above

    first = await refusal(rpc, "orders.place", **request)
    second = await refusal(rpc, "orders.place", **request)

    assert first.data == second.data
    assert len((await rpc("orders.list"))["items"]) == 1
    assert (await rpc("requests.lookup", idempotency_key="once"))["error"]["code"] == 1102


async def test_a_gateway_failure_may_be_tried_again_under_its_key(rpc: RpcClient) -> None:
    request = wanted(copies(1), token="tok_error") | {"idempotency_key": "again"}  # noqa: S106 - as above

    first = await refusal(rpc, "orders.place", **request)
    second = await refusal(rpc, "orders.place", **request)

    assert first.type == second.type == "payment_failed"
    assert first.data["order_id"] != second.data["order_id"]
    assert await stock(rpc, 1) == [1]


async def test_a_key_with_another_order_is_refused(rpc: RpcClient) -> None:
    await rpc("orders.place", **wanted(copies(1)), idempotency_key="mine")

    reused = await refusal(rpc, "orders.place", **wanted(copies(2)), idempotency_key="mine")

    assert reused.code == 120


async def test_who_repeats_a_slow_order_waits_and_gets_the_same_answer(
    rpc: RpcClient, database: Database
) -> None:
    request = wanted(copies(1), token="tok_slow") | {"idempotency_key": "slow"}  # noqa: S106 - as above
    calls = [asyncio.create_task(rpc("orders.place", **request)) for _ in range(3)]

    pending = await pending_order(rpc)
    # Asked of the database alone, as another process would.
    seen = await idempotency.lookup(database, "settings", "slow")
    cancelled_early = await refusal(rpc, "orders.cancel", order_id=pending["id"])
    audited = await rpc("audit.run")
    first, *others = await asyncio.gather(*calls)

    assert seen == ("orders.place", None)
    assert audited["differences"] == []
    assert cancelled_early.type == "order_pending"
    assert cancelled_early.data["retryable"]
    assert first["status"] == "paid"
    assert others == [first, first]
    outcome = await rpc("requests.lookup", idempotency_key="slow")
    assert (outcome["status"], outcome["result"]) == ("done", first)
    assert len((await rpc("orders.list"))["items"]) == 1


async def test_cancelling_takes_back_what_was_not_refunded(rpc: RpcClient) -> None:
    await rpc("books.restock", id=1, quantity=2)
    order = await rpc("orders.place", **wanted(copies(1, 3), copies(2)))
    await rpc("sales.refund", sale_id=order["lines"][0]["sale_id"], quantity=1)
    await rpc("sales.refund", sale_id=order["lines"][1]["sale_id"], restock=False)

    first = await rpc("orders.cancel", order_id=order["id"])
    second = await rpc("orders.cancel", order_id=order["id"])

    assert first["status"] == second["status"] == "cancelled"
    assert await stock(rpc, 1, 2) == [3, 0]
    assert await money_of(rpc, order["id"]) == {"charged": 71.16, "refunded": 71.16, "kept": 0}
    totals = await rpc("sales.totals")
    assert (totals["copies_refunded"], totals["net"]) == (4, 0)
    again = await refusal(rpc, "sales.refund", sale_id=order["lines"][0]["sale_id"])
    assert again.type == "refund_exceeds_sale"


async def test_a_refund_of_one_line_leaves_the_rest_of_the_money(rpc: RpcClient) -> None:
    order = await rpc("orders.place", **wanted(copies(1), copies(2)))

    await rpc("sales.refund", sale_id=order["lines"][0]["sale_id"])

    money = await money_of(rpc, order["id"])
    assert money == {"charged": 33.38, "refunded": 18.89, "kept": 14.49}


async def test_an_order_that_was_never_paid_cannot_be_cancelled(rpc: RpcClient) -> None:
    declined = await refusal(rpc, "orders.place", **wanted(copies(1), token="tok_declined"))  # noqa: S106 - as above

    refused = await refusal(rpc, "orders.cancel", order_id=declined.data["order_id"])

    assert refused.type == "order_not_paid"
    assert (await refusal(rpc, "orders.cancel", order_id=999)).code == 104


async def test_orders_are_listed_by_status_and_by_email_whatever_its_case(rpc: RpcClient) -> None:
    order = await rpc("orders.place", **wanted(copies(1)))
    await refusal(rpc, "orders.place", **wanted(copies(2), token="tok_declined"))  # noqa: S106 - as above

    assert (await rpc("orders.list", status="paid"))["items"] == [order]
    assert len((await rpc("orders.list", email="aDA@eXAMPLE.ORG"))["items"]) == 2
    assert (await rpc("orders.list", email="bob@example.org"))["items"] == []
