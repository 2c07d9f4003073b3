"""Many buyers, several processes, one title: the answers are right under any concurrency."""

import random
from collections import Counter
from typing import Any

from tests.support.client_processes import Response, call_from_processes
from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess

COPIES = 50
BUYERS = 200


async def title_with(rpc: RpcClient, copies: int) -> dict[str, Any]:
    book: dict[str, Any] = await rpc(
        "books.create", title="A race", authors=["N. N."], pages=100, price=14.16, quantity=copies
    )
    return book


async def sales_of(rpc: RpcClient, book_id: int) -> list[dict[str, Any]]:
    page = await rpc("sales.list", book_id=book_id, limit=500)
    assert page["next_cursor"] is None
    return list(page["items"])


def outcomes(responses: list[Response]) -> Counter[Any]:
    return Counter(
        response["error"]["code"] if "error" in response else "sold" for response in responses
    )


async def test_fifty_copies_are_sold_to_fifty_of_two_hundred_buyers(
    service: ServiceProcess, rpc: RpcClient
) -> None:
    book = await title_with(rpc, COPIES)
    calls = [rpc.request("sales.create", book_id=book["id"]) for _ in range(BUYERS)]

    responses = await call_from_processes(service.url, calls)

    assert outcomes(responses) == {"sold": COPIES, 1001: BUYERS - COPIES}
    sold = [response["result"]["id"] for response in responses if "result" in response]
    assert sorted(sold) == [sale["id"] for sale in await sales_of(rpc, book["id"])]
    assert (await rpc("books.get", id=book["id"]))["stock"] == 0


async def test_each_key_answers_the_same_sale_however_often_it_races(
    service: ServiceProcess, rpc: RpcClient
) -> None:
    book = await title_with(rpc, COPIES)
    keys = [f"race-{book['id']}-{number}" for number in range(BUYERS)]
    repeated = [*keys, *keys[::2]]
    random.shuffle(repeated)
    calls = [rpc.request("sales.create", book_id=book["id"], idempotency_key=k) for k in repeated]

    responses = await call_from_processes(service.url, calls)

    answers: dict[str, list[Any]] = {}
    for key, response in zip(repeated, responses, strict=True):
        answers.setdefault(key, []).append(response.get("result") or response["error"])
    assert all(answer == same[0] for same in answers.values() for answer in same)
    first = Counter("sold" if "id" in same[0] else same[0]["code"] for same in answers.values())
    assert first == {"sold": COPIES, 1001: BUYERS - COPIES}
    assert len(await sales_of(rpc, book["id"])) == COPIES
    assert (await rpc("books.get", id=book["id"]))["stock"] == 0


async def test_raced_refunds_never_exceed_what_was_sold(
    service: ServiceProcess, rpc: RpcClient
) -> None:
    book = await title_with(rpc, 100)
    before = await rpc("sales.totals")
    sales = [await rpc("sales.create", book_id=book["id"], quantity=7) for _ in range(4)]
    calls = [
        rpc.request("sales.refund", sale_id=sale["id"], quantity=quantity)
        for sale in sales
        for quantity in (1, 2, 3) * 5
    ]

    responses = await call_from_processes(service.url, calls)

    refunds = [response["result"] for response in responses if "result" in response]
    assert {code for code in outcomes(responses) if code != "sold"} == {1002}
    for sale in sales:
        refunded = sum(each["quantity"] for each in refunds if each["sale_id"] == sale["id"])
        assert 5 <= refunded <= 7  # with one more copy left, some call for one would have had it
        assert (await rpc("sales.get", id=sale["id"]))["refunded_quantity"] == refunded
    copies = sum(each["quantity"] for each in refunds)
    assert (await rpc("books.get", id=book["id"]))["stock"] == 100 - 4 * 7 + copies
    after = await rpc("sales.totals")
    assert cents(after["refunded"]) - cents(before["refunded"]) == copies * 1416
    assert cents(after["gross"]) - cents(before["gross"]) == 4 * 7 * 1416
    assert cents(after["net"]) == cents(after["gross"]) - cents(after["refunded"])


async def test_of_many_refunds_of_all_that_is_left_one_succeeds(
    service: ServiceProcess, rpc: RpcClient
) -> None:
    book = await title_with(rpc, 10)
    sale = await rpc("sales.create", book_id=book["id"], quantity=9)
    calls = [rpc.request("sales.refund", sale_id=sale["id"]) for _ in range(40)]

    responses = await call_from_processes(service.url, calls)

    assert outcomes(responses) == {"sold": 1, 1002: 39}
    assert (await rpc("books.get", id=book["id"]))["stock"] == 10


async def test_ids_made_at_once_by_several_processes_differ(
    service: ServiceProcess, rpc: RpcClient
) -> None:
    params = {"authors": ["N. N."], "pages": 1, "price": 1, "quantity": 1}
    calls = [rpc.request("books.create", title=f"Twin {n}", **params) for n in range(40)]

    responses = await call_from_processes(service.url, calls)

    assert len({rpc.result(response)["id"] for response in responses}) == 40


def cents(amount: float) -> int:
    return round(amount * 100)
