import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.factories.books import create_book
from tests.support.rpc_client import RpcClient, RpcError

Sell = Callable[..., Awaitable[dict[str, Any]]]


async def stock(rpc: RpcClient, book_id: int) -> int:
    left: int = (await rpc("books.get", id=book_id))["stock"]
    return left


async def refusal_of(call: Awaitable[Any]) -> RpcError:
    with pytest.raises(RpcError) as refusal:
        await call
    return refusal.value


async def test_a_sale_takes_copies_out_of_stock_at_the_present_price(rpc: RpcClient) -> None:
    book = await create_book(rpc, quantity=5, price=9.99)

    sale = await rpc("sales.create", book_id=book["id"], quantity=3)

    assert (
        sale.items()
        >= {
            "book_id": book["id"],
            "quantity": 3,
            "unit_price": 9.99,
            "total": 29.97,
            "refunded_quantity": 0,
            "stock_left": 2,
        }.items()
    )
    assert sale["sold_at"].endswith("Z")
    assert await stock(rpc, book["id"]) == 2


async def test_one_copy_is_sold_unless_told_otherwise(rpc: RpcClient) -> None:
    assert (await rpc("sales.create", book_id=1))["quantity"] == 1


async def test_selling_more_than_there_is_says_how_many_there_are(rpc: RpcClient) -> None:
    refusal = await refusal_of(rpc("sales.create", book_id=1, quantity=3))

    assert (refusal.code, refusal.type) == (1001, "out_of_stock")
    assert refusal.data["requested"] == 3
    assert refusal.data["available"] == 1
    assert await stock(rpc, 1) == 1
    assert (await rpc("sales.list"))["items"] == []


async def test_a_book_that_is_not_there_is_not_sold(rpc: RpcClient) -> None:
    assert (await refusal_of(rpc("sales.create", book_id=999))).code == 104


async def test_the_same_key_sells_once(rpc: RpcClient) -> None:
    await rpc("books.restock", id=1, quantity=9)

    answers = await asyncio.gather(
        *(rpc("sales.create", book_id=1, idempotency_key="till-1") for _ in range(20))
    )

    assert {sale["id"] for sale in answers} == {answers[0]["id"]}
    assert await stock(rpc, 1) == 9


async def test_a_refund_is_for_all_that_is_left_unless_it_says_how_many(rpc: RpcClient) -> None:
    book = await create_book(rpc, quantity=5, price=9.99)
    sale = await rpc("sales.create", book_id=book["id"], quantity=5)

    partly = await rpc("sales.refund", sale_id=sale["id"], quantity=2)
    rest = await rpc("sales.refund", sale_id=sale["id"])

    assert (partly["quantity"], partly["amount"], partly["refundable_quantity"]) == (2, 19.98, 3)
    assert (rest["quantity"], rest["amount"], rest["refundable_quantity"]) == (3, 29.97, 0)
    assert rest["restocked"] is True
    assert rest["stock"] == await stock(rpc, book["id"]) == 5
    assert (await rpc("sales.get", id=sale["id"]))["refunded_quantity"] == 5


@pytest.mark.parametrize("before", [0, 1, 3])
async def test_never_more_is_refunded_than_was_sold(rpc: RpcClient, before: int) -> None:
    await rpc("books.restock", id=1, quantity=2)
    sale = await rpc("sales.create", book_id=1, quantity=3)
    if before:
        await rpc("sales.refund", sale_id=sale["id"], quantity=before)

    refusal = await refusal_of(rpc("sales.refund", sale_id=sale["id"], quantity=4 - before))

    assert refusal.type == "refund_exceeds_sale"
    assert refusal.data.items() >= {"requested": 4 - before, "refundable": 3 - before}.items()
    assert await stock(rpc, 1) == before
    assert (await rpc("sales.totals"))["copies_refunded"] == before


async def test_a_sale_that_was_refunded_whole_is_not_refunded_again(rpc: RpcClient) -> None:
    sale = await rpc("sales.create", book_id=1)
    await rpc("sales.refund", sale_id=sale["id"])

    refusal = await refusal_of(rpc("sales.refund", sale_id=sale["id"]))

    assert refusal.type == "refund_exceeds_sale"
    assert refusal.data["refundable"] == 0
    assert await stock(rpc, 1) == 1


async def test_refunds_that_race_never_exceed_the_sale(rpc: RpcClient) -> None:
    book = await create_book(rpc, quantity=10, price=0.1)
    sale = await rpc("sales.create", book_id=book["id"], quantity=10)

    responses = await asyncio.gather(
        *(rpc.post(rpc.request("sales.refund", sale_id=sale["id"], quantity=3)) for _ in range(8))
    )

    assert sum("result" in response for response in responses) == 3
    assert await stock(rpc, book["id"]) == 9
    totals = await rpc("sales.totals")
    assert (totals["refunded"], totals["net"]) == (0.9, 0.1)


async def test_damaged_copies_are_refunded_without_going_back_into_stock(rpc: RpcClient) -> None:
    sale = await rpc("sales.create", book_id=1)

    refund = await rpc("sales.refund", sale_id=sale["id"], restock=False)

    assert refund["restocked"] is False
    assert refund["stock"] == await stock(rpc, 1) == 0
    assert (await rpc("sales.totals"))["refunded"] == 18.89


async def test_a_sale_keeps_its_price_and_its_pages_whatever_becomes_of_the_book(
    rpc: RpcClient,
) -> None:
    sale = await rpc("sales.create", book_id=1)
    await rpc("books.update", id=1, price=99.99, pages=1)

    kept = await rpc("sales.get", id=sale["id"])
    average = await rpc("sales.average_pages")
    refund = await rpc("sales.refund", sale_id=sale["id"])

    assert (kept["unit_price"], kept["total"]) == (18.89, 18.89)
    assert average["average_pages"] == 1184
    assert refund["amount"] == 18.89
    assert (await rpc("sales.create", book_id=1))["unit_price"] == 99.99


async def test_a_sale_that_is_not_there_is_neither_shown_nor_refunded(rpc: RpcClient) -> None:
    assert (await refusal_of(rpc("sales.get", id=999))).code == 104
    assert (await refusal_of(rpc("sales.refund", sale_id=999))).code == 104


async def test_sales_are_listed_by_book_and_page_by_page(rpc: RpcClient) -> None:
    await rpc("books.restock", id=2, quantity=9)
    sold = [
        (await rpc("sales.create", book_id=book_id))["id"] for book_id in (2, 3, 2, 4, 2, 2, 5, 2)
    ]
    of_book_2 = [sold[place] for place in (0, 2, 4, 5, 7)]

    listed: list[int] = []
    cursor = None
    for _ in range(3):
        page = await rpc("sales.list", book_id=2, limit=2, cursor=cursor)
        listed += [sale["id"] for sale in page["items"]]
        cursor = page["next_cursor"]

    assert listed == of_book_2
    assert cursor is None
    assert [sale["id"] for sale in (await rpc("sales.list"))["items"]] == sold
    assert (await rpc("sales.list", book_id=999))["items"] == []


async def test_a_cursor_of_other_sales_is_refused(rpc: RpcClient) -> None:
    for book_id in (2, 3):
        await rpc("sales.create", book_id=book_id)
    cursor = (await rpc("sales.list", limit=1))["next_cursor"]

    for other in ({"book_id": 2}, {"from": "2026-01-01"}, {"to": "9999-01-01"}):
        refusal = await refusal_of(rpc("sales.list", cursor=cursor, **other))
        assert refusal.data["errors"][0]["parameter"] == "cursor"


async def test_without_sales_totals_are_zeros_and_the_average_is_null(rpc: RpcClient) -> None:
    assert await rpc("sales.totals") == {
        "from": None,
        "to": None,
        "time_zone": "UTC",
        "gross": 0,
        "refunded": 0,
        "net": 0,
        "copies_sold": 0,
        "copies_refunded": 0,
        "sales_count": 0,
    }
    assert await rpc("sales.average_pages") == {
        "from": None,
        "to": None,
        "time_zone": "UTC",
        "average_pages": None,
        "copies": 0,
    }


async def test_selling_1_3_and_4_once_each_averages_629_pages_and_a_third(rpc: RpcClient) -> None:
    for book_id in (1, 3, 4):
        await rpc("sales.create", book_id=book_id)

    average = await rpc("sales.average_pages")
    totals = await rpc("sales.totals")

    assert average["average_pages"] == pytest.approx(629 + 1 / 3, abs=1e-9)
    assert average["copies"] == 3
    assert totals["gross"] == totals["net"] == 47.21
    assert (totals["copies_sold"], totals["sales_count"]) == (3, 3)


async def test_the_average_is_weighted_by_copies_and_leaves_refunded_ones_out(
    rpc: RpcClient,
) -> None:
    await rpc("books.restock", id=3, quantity=9)
    thick = await rpc("sales.create", book_id=1)
    thin = await rpc("sales.create", book_id=3, quantity=9)

    weighted = await rpc("sales.average_pages")
    await rpc("sales.refund", sale_id=thin["id"], quantity=8)
    net = await rpc("sales.average_pages")
    await rpc("sales.refund", sale_id=thin["id"])
    await rpc("sales.refund", sale_id=thick["id"], restock=False)
    nothing = await rpc("sales.average_pages")

    assert weighted["average_pages"] == pytest.approx((1184 + 9 * 352) / 10)
    assert net["average_pages"] == pytest.approx((1184 + 352) / 2)
    assert (nothing["average_pages"], nothing["copies"]) == (None, 0)


async def test_totals_of_ten_times_ten_cents_are_one(rpc: RpcClient) -> None:
    book = await create_book(rpc, quantity=10, price=0.1)
    for _ in range(10):
        await rpc("sales.create", book_id=book["id"])

    assert (await rpc("sales.totals"))["gross"] == 1.0


async def test_the_largest_sale_is_exact(rpc: RpcClient) -> None:
    book = await create_book(rpc, quantity=1_000_000, price=9_999_999.99)

    sale = await rpc("sales.create", book_id=book["id"], quantity=1_000_000)

    assert sale["total"] == 9_999_999_990_000
    assert (await rpc("sales.totals"))["gross"] == 9_999_999_990_000


@pytest.mark.parametrize("expected", [18.89, 20])
async def test_a_sale_at_the_expected_price_or_below_goes_through(
    rpc: RpcClient, expected: float
) -> None:
    assert (await rpc("sales.create", book_id=1, expected_price=expected))["unit_price"] == 18.89


async def test_a_price_that_rose_is_refused_and_nothing_is_sold(rpc: RpcClient) -> None:
    await rpc("books.update", id=1, price=19.99)

    with pytest.raises(RpcError) as refused:
        await rpc("sales.create", book_id=1, expected_price=18.89, idempotency_key="k")

    assert refused.value.code == 1004
    assert (refused.value.data["expected"], refused.value.data["actual"]) == (18.89, 19.99)
    assert (await rpc("books.get", id=1))["stock"] == 1
