"""orders.* over the endpoint, on the demo's books: one copy of each from the first data file."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from repository.mongo import idempotency
from repository.mongo.clock import now
from repository.mongo.connection import Database
from tests.factories.books import create_book
from tests.support.rpc_client import RpcClient, RpcError

CUSTOMER = {"name": "Ada Lovelace", "email": "Ada@Example.org"}


class Clock:
    """What time the service believes it is: the real time, until a test says another."""

    def __init__(self) -> None:
        self.now: datetime | None = None

    def __call__(self) -> datetime:
        return self.now or now()


@pytest.fixture
def clock() -> Clock:
    return Clock()


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
    assert (await rpc("orders.get", id=order["id"]))["status"] == "partially_refunded"
    assert len((await rpc("orders.list", status="partially_refunded"))["items"]) == 1
    await rpc("sales.refund", sale_id=order["lines"][1]["sale_id"])
    after = await rpc("orders.get", id=order["id"])
    assert (after["status"], after["payment"]["status"]) == ("refunded", "approved")
    assert (await rpc("orders.list", status="paid"))["items"] == []


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


async def test_orders_are_listed_by_the_time_when_they_were_placed(
    rpc: RpcClient, clock: Clock
) -> None:
    placed = []
    for book_id, hour in ((1, 8), (2, 9), (3, 20)):
        clock.now = datetime(2026, 11, 23, hour, 30, tzinfo=UTC)
        placed.append(await rpc("orders.place", **wanted(copies(book_id))))

    async def ids(**filters: Any) -> list[int]:
        found: list[int] = []
        cursor = None
        while True:
            page = await rpc("orders.list", limit=1, cursor=cursor, **filters)
            found += [each["id"] for each in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    first, second, third = (order["id"] for order in placed)
    assert await ids() == [first, second, third]
    assert await ids(from_="2026-11-23", to="2026-11-23") == [first, second, third]
    assert await ids(to="2026-11-23", time_zone="Asia/Kathmandu", status="paid") == [first, second]
    # 14:15 in Kathmandu is 08:30 in UTC.
    nepali = {"from_": "2026-11-23T14:00", "to": "2026-11-23T15:00", "time_zone": "Asia/Kathmandu"}
    assert await ids(**nepali, email="ada@example.org") == [first]
    assert (await rpc("orders.list", **nepali))["time_zone"] == "Asia/Kathmandu"
    assert await ids(from_="2026-11-24") == []


async def test_a_quote_tells_the_price_and_reserves_nothing(rpc: RpcClient) -> None:
    book = await create_book(rpc, isbn="9780547773742", price=2.5, quantity=2)
    items = [{"isbn": book["isbn"], "quantity": 2}, {"book_id": 1}]

    told = await rpc("orders.quote", items=items)
    more = await rpc("orders.quote", items=[*items, {"book_id": book["id"]}])

    assert (told["total"], told["available"]) == (23.89, True)
    assert told["lines"][0] == {
        "book_id": book["id"],
        "isbn": book["isbn"],
        "quantity": 2,
        "unit_price": 2.5,
        "total": 5.0,
        "available": True,
    }
    assert (more["total"], more["available"]) == (26.39, False)
    assert [line["available"] for line in more["lines"]] == [False, True]
    assert await stock(rpc, 1, book["id"]) == [1, 2]
    unknown = await refusal(rpc, "orders.quote", items=[{"book_id": 999}])
    assert unknown.data["missing"] == [{"book_id": 999}]


async def test_a_total_that_rose_is_refused_before_any_payment(
    rpc: RpcClient, database: Database
) -> None:
    await rpc("books.update", id=1, price=99)

    refused = await refusal(
        rpc, "orders.place", **wanted(copies(1)), expected_total=10, idempotency_key="page"
    )

    assert (refused.code, refused.data["expected"], refused.data["actual"]) == (1111, 10, 99)
    assert await database.find("gateway_charges", {}) == []
    assert (await rpc("orders.list"))["items"] == []
    assert await stock(rpc, 1) == [1]
    fell = await rpc("orders.place", **wanted(copies(1)), expected_total=100)
    assert fell["total"] == 99


@pytest.mark.parametrize("token", ["tok_ok", "tok_declined", "tok_error"])
async def test_a_free_order_asks_no_gateway(rpc: RpcClient, database: Database, token: str) -> None:
    await rpc("books.update", id=1, price=0)

    order = await rpc("orders.place", **wanted(copies(1), token=token), idempotency_key="free")
    again = await rpc("orders.place", **wanted(copies(1), token=token), idempotency_key="free")

    assert order == again
    assert (order["status"], order["total"]) == ("paid", 0)
    assert order["payment"]["transaction_id"] is None
    assert await database.find("gateway_charges", {}) == []
    assert (await rpc("sales.totals"))["copies_sold"] == 1
    cancelled = await rpc("orders.cancel", order_id=order["id"])
    assert (cancelled["status"], await stock(rpc, 1)) == ("cancelled", [1])
    assert await database.find("paybacks", {}) == []
    assert (await rpc("audit.run", scope="bookshop"))["ok"]
