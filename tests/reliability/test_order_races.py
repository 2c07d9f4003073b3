"""Orders from several processes at once: stock, orders, sales and the gateway's record agree.

OCTAVO_TEST_ORDERS says how many orders each test places (default 100).
"""

import os
import random
from collections import Counter, defaultdict
from typing import Any

import pytest

from tests.support.client_processes import Response, call_from_processes
from tests.support.order_agreement import database_of, disagreements, settled
from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess

ORDERS = int(os.environ.get("OCTAVO_TEST_ORDERS", "100"))
TITLES = 12
COPIES_PER_ORDER = 1.5
"""Fewer than are asked for on average, which is 4.5: most titles run out."""
TOKENS = ["tok_ok"] * 8 + ["tok_declined", "tok_error"]

pick = random.Random(4711)  # noqa: S311 - a repeatable choice


async def scarce_titles(rpc: RpcClient) -> list[int]:
    copies = max(1, int(ORDERS * COPIES_PER_ORDER / TITLES))
    book = {"title": "Wanted", "authors": ["N. N."], "pages": 100, "quantity": copies}
    made = [await rpc("books.create", **book, price=5 + number / 4) for number in range(TITLES)]
    return [each["id"] for each in made]


def random_order(rpc: RpcClient, titles: list[int], **params: Any) -> dict[str, Any]:
    wanted = pick.sample(titles, k=pick.randint(1, 5))
    return rpc.request(
        "orders.place",
        items=[{"book_id": book_id, "quantity": pick.choice([1, 1, 2])} for book_id in wanted],
        customer={"name": "Ada Lovelace"},
        payment={"token": pick.choice(TOKENS)},
        **params,
    )


def outcomes(responses: list[Response]) -> Counter[str]:
    return Counter(
        response["error"]["data"]["type"] if "error" in response else "paid"
        for response in responses
    )


async def require_agreement(service: ServiceProcess, placed: Counter[str]) -> None:
    """The rows agree, and there are as many new orders of each kind as were answered."""
    async with database_of(service) as database:
        await settled(database)
        assert not await disagreements(database)
        rows = await database.find("orders", {})
    kept = Counter(row["status"] for row in rows)
    assert kept["paid"] == placed["paid"]
    assert kept["declined"] == placed["payment_declined"]
    assert kept["failed"] == placed["payment_failed"]


async def test_orders_from_four_processes_leave_everything_in_agreement(
    service: ServiceProcess, rpc: RpcClient, placed: Counter[str]
) -> None:
    titles = await scarce_titles(rpc)
    calls = [random_order(rpc, titles) for _ in range(ORDERS)]

    found = outcomes(await call_from_processes(service.url, calls))

    print(f"{ORDERS} orders: {dict(found)}; busy {found['busy'] / ORDERS:.1%}")  # noqa: T201 - a figure to see with -s
    placed += found
    kinds = {"paid", "insufficient_stock", "payment_declined", "payment_failed", "busy"}
    assert found.keys() <= kinds
    assert found["paid"] > 0
    assert found["insufficient_stock"] > 0
    await require_agreement(service, placed)


async def test_orders_and_sales_over_the_counter_share_hot_titles(
    service: ServiceProcess, rpc: RpcClient, placed: Counter[str]
) -> None:
    titles = (await scarce_titles(rpc))[:5]
    calls = [random_order(rpc, titles) for _ in range(ORDERS // 2)]
    calls += [rpc.request("sales.create", book_id=pick.choice(titles)) for _ in range(ORDERS // 2)]
    pick.shuffle(calls)

    responses = await call_from_processes(service.url, calls)

    of_orders = [
        response
        for call, response in zip(calls, responses, strict=True)
        if call["method"] == "orders.place"
    ]
    found = outcomes(of_orders)
    print(f"beside sales: {dict(found)}; all: {dict(outcomes(responses))}")  # noqa: T201 - a figure to see with -s
    placed += found
    assert found["paid"] > 0
    assert "busy" not in outcomes(responses)
    await require_agreement(service, placed)


async def test_an_order_posted_twice_at_once_is_placed_once(
    service: ServiceProcess, rpc: RpcClient, placed: Counter[str]
) -> None:
    titles = await scarce_titles(rpc)
    # The two of a pair stand next to each other, so different processes send them.
    calls = [
        call
        for number in range(ORDERS // 2)
        for call in [random_order(rpc, titles, idempotency_key=f"twice-{titles[0]}-{number}")] * 2
    ]

    responses = await call_from_processes(service.url, calls)

    pairs = list(zip(responses[::2], responses[1::2], strict=True))
    kinds = [outcomes(list(pair)) for pair in pairs]
    print(Counter(" + ".join(sorted(kind.elements())) for kind in kinds))  # noqa: T201 - as above
    unlike = [
        (first, second)
        for first, second in pairs
        if first.get("result", first.get("error")) != second.get("result", second.get("error"))
    ]
    # A worker that reads the second once the first has failed for now tries once more.
    assert [pair for pair in unlike if not any(map(may_be_repeated, pair))] == []
    placed += outcomes([first for first, _ in pairs]) + outcomes([second for _, second in unlike])
    await require_agreement(service, placed)


def may_be_repeated(response: Response) -> bool:
    """Whether nothing was charged, and the request may be made again under its key."""
    return bool(response.get("error", {}).get("data", {}).get("retryable"))


@pytest.fixture(scope="module")
def placed_at() -> defaultdict[str, Counter[str]]:
    return defaultdict(Counter)


@pytest.fixture
def placed(service: ServiceProcess, placed_at: defaultdict[str, Counter[str]]) -> Counter[str]:
    """How the orders of all tests on one service ended, by the first answer to each."""
    return placed_at[service.url]
