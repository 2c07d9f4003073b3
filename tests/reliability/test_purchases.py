"""Purchases from several processes at once: no cent is lost, made or spent twice."""

import os
import random
from pathlib import Path

from tests.client_processes import call_from_processes
from tests.rpc_client import RpcClient
from tests.service_process import service_process

PURCHASES = int(os.environ.get("OCTAVO_TEST_PURCHASES", "300"))
"""Random purchases after which no cent may be missing; 5,000 are a good proof."""
AT_ONCE = 500
"""Few enough that none is refused because the service is busy."""


async def test_parallel_purchases_spend_a_wallet_to_the_last_purchase_it_can_pay(
    tmp_path: Path,
) -> None:
    async with service_process(tmp_path / "var") as service, RpcClient(service.url) as rpc:
        # User 9 has 21.29: seven times 3.00 leave 0.29, and the eighth is refused.
        await rpc("listings.update", id=12, price=3)
        store_before = (await rpc("stores.get", id=1))["cash"]
        requests = [rpc.request("purchases.create", user_id=9, listing_id=12) for _ in range(20)]
        answers = await call_from_processes(service.url, requests)

        refused = [answer["error"] for answer in answers if "error" in answer]
        assert len(answers) - len(refused) == 7
        assert {error["code"] for error in refused} == {3001}
        assert (await rpc("users.get", id=9))["cash"] == 0.29
        assert (await rpc("stores.get", id=1))["cash"] == round(store_before + 21, 2)


async def test_random_purchases_change_no_sum_of_all_balances(tmp_path: Path) -> None:
    source = random.Random(5)  # noqa: S311 - made-up purchases
    async with service_process(tmp_path / "var") as service, RpcClient(service.url) as rpc:
        users = [0, 1, *range(3, 20)]
        before = await balances(rpc, users)
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
        bought = [answer["result"]["amount"] for answer in answers if "result" in answer]
        after = await balances(rpc, users)
        totals = await rpc("purchases.totals", from_="2026-01-01")

        assert sum(before.values()) == sum(after.values())
        assert sum(before[f"user {user}"] - after[f"user {user}"] for user in users) == sum(
            round(amount * 100) for amount in bought
        )
        assert (totals["count"], totals["value"]) == (len(bought), round(sum(bought), 2))
        assert bought
        assert {a["error"]["code"] for a in answers if "error" in a} <= {3001}


async def balances(rpc: RpcClient, users: list[int]) -> dict[str, int]:
    """The cents of every store and user."""
    stores = (await rpc("stores.list"))["items"]
    cents = {f"store {store['id']}": round(store["cash"] * 100) for store in stores}
    for user in users:
        cents[f"user {user}"] = round((await rpc("users.get", id=user))["cash"] * 100)
    return cents
