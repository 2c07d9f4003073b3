"""Purchases from several processes at once: no cent is lost, made or spent twice."""

import os
import random

from tests.reliability.conftest import WithWorkers
from tests.support.client_processes import call_from_processes
from tests.support.rpc_client import RpcClient

PURCHASES = int(os.environ.get("OCTAVO_TEST_PURCHASES", "300"))
"""Random purchases after which no cent may be missing; 5,000 are a good proof."""
AT_ONCE = 100
"""Few enough that none is refused because others wait, however slow the machine is."""


async def test_parallel_purchases_spend_a_wallet_to_the_last_purchase_it_can_pay(
    with_workers: WithWorkers, two_workers: RpcClient
) -> None:
    service, rpc = await with_workers(2), two_workers
    # User 8 is left with 100.00 by one purchase, in a store of its own.
    cash = (await rpc("users.get", id=8))["cash"]
    await rpc("listings.update", id=1, price=round(cash - 100, 2))
    await rpc("purchases.create", user_id=8, listing_id=1)
    assert (await rpc("users.get", id=8))["cash"] == 100
    listing = await rpc("listings.update", id=12, price=14)
    store_before = (await rpc("stores.get", id=listing["store_id"]))["cash"]
    requests = [rpc.request("purchases.create", user_id=8, listing_id=12) for _ in range(20)]

    answers = await call_from_processes(service.url, requests)

    refused = [answer["error"] for answer in answers if "error" in answer]
    assert [error["code"] for error in refused] == [3001] * 13
    assert (await rpc("users.get", id=8))["cash"] == 2
    store_after = (await rpc("stores.get", id=listing["store_id"]))["cash"]
    assert round(store_after - store_before, 2) == 98


async def test_random_purchases_change_no_sum_of_all_balances(
    with_workers: WithWorkers, two_workers: RpcClient
) -> None:
    service, rpc = await with_workers(2), two_workers
    source = random.Random(5)  # noqa: S311 - made-up purchases
    users = [0, 1, *range(3, 20)]
    before = await balances(rpc, users)
    totals_before = await rpc("purchases.totals")
    requests = [
        rpc.request(
            "purchases.create", user_id=source.choice(users), listing_id=source.randint(1, 106)
        )
        for _ in range(PURCHASES)
    ]
    answers = [
        answer
        for start in range(0, PURCHASES, AT_ONCE)
        for answer in await call_from_processes(service.url, requests[start : start + AT_ONCE])
    ]
    refused = [answer["error"] for answer in answers if "error" in answer]
    assert {error["code"] for error in refused} <= {3001}, [
        error for error in refused if error["code"] != 3001
    ]
    bought = [answer["result"]["amount"] for answer in answers if "result" in answer]
    after = await balances(rpc, users)
    totals = await rpc("purchases.totals")

    print(f"{PURCHASES} purchases, {len(bought)} paid; the sum stays {sum(after.values())} cents")  # noqa: T201 - a figure to see with -s
    assert sum(before.values()) == sum(after.values())
    assert sum(before[f"user {user}"] - after[f"user {user}"] for user in users) == sum(
        round(amount * 100) for amount in bought
    )
    assert totals["count"] - totals_before["count"] == len(bought)
    assert round(totals["value"] - totals_before["value"], 2) == round(sum(bought), 2)
    assert bought


async def balances(rpc: RpcClient, users: list[int]) -> dict[str, int]:
    """The cents of every store and user."""
    stores = (await rpc("stores.list"))["items"]
    cents = {f"store {store['id']}": round(store["cash"] * 100) for store in stores}
    for user in users:
        cents[f"user {user}"] = round((await rpc("users.get", id=user))["cash"] * 100)
    return cents
