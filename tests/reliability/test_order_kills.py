"""kill -9 while orders are placed, refunded and cancelled: finished or undone, once.

OCTAVO_TEST_KILLS says how many random moments are tried (default 1).
"""

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.order_agreement import database_of, disagreements, settled
from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess, service_process

KILLS = int(os.environ.get("OCTAVO_TEST_KILLS", "1"))
SHOPPERS = 24
TITLES = 10
COPIES = 40 * KILLS
"""Enough for some, and never for all."""
TOKENS = ["tok_ok"] * 8 + ["tok_declined", "tok_error"]

pick = random.Random()  # noqa: S311 - any moment and any order will do


@dataclass
class Asked:
    """What was asked for under each key, and the final answers that were given."""

    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    async def ask(self, rpc: RpcClient, method: str, **params: Any) -> Any:
        """Send a request under a key of its own: its result, or None for a refusal."""
        key = f"{method} {len(self.requests)}"
        self.requests[key] = rpc.request(method, idempotency_key=key, **params)
        return self.note(key, await rpc.post(self.requests[key]))

    def note(self, key: str, response: dict[str, Any]) -> Any:
        """Keep the first final answer to a key, and insist on it."""
        error = response.get("error")
        if error is None or not error["data"]["retryable"]:
            answer = response.get("result", error)
            assert answer == self.answers.setdefault(key, answer), f"{key} was answered twice"
        return response.get("result")

    async def ask_all_again(self, rpc: RpcClient) -> None:
        """Repeat every request, those that were never answered as well."""
        keys = list(self.requests)
        for start in range(0, len(keys), 200):
            share = keys[start : start + 200]
            responses = await rpc.batch([self.requests[key] for key in share])
            for key, response in zip(share, responses, strict=True):
                self.note(key, response)


BOUGHT = ["paid", "partially_refunded", "refunded", "cancelled"]
"""The statuses of orders that were paid."""


async def shop(rpc: RpcClient, titles: list[int], asked: Asked) -> None:
    """Place orders, and now and then refund a line or cancel, until the service is gone."""
    while True:
        wanted = pick.sample(titles, k=pick.randint(1, 5))
        order = await asked.ask(
            rpc,
            "orders.place",
            items=[{"book_id": book_id} for book_id in wanted],
            customer={"name": "Ada Lovelace"},
            payment={"token": pick.choice(TOKENS)},
        )
        if order is not None and pick.random() < 0.3:
            await asked.ask(rpc, "sales.refund", sale_id=order["lines"][0]["sale_id"])
        if order is not None and pick.random() < 0.3:
            await asked.ask(rpc, "orders.cancel", order_id=order["id"])


async def shop_until_killed(service: ServiceProcess, titles: list[int], asked: Asked) -> None:
    async def shopper() -> None:
        try:
            async with RpcClient(service.url) as rpc:
                await shop(rpc, titles, asked)
        except (aiohttp.ClientError, ConnectionError):
            return  # the service is gone

    shoppers = [asyncio.create_task(shopper()) for _ in range(SHOPPERS)]
    await asyncio.sleep(pick.uniform(0.2, 1.0))
    service.kill()
    assert await service.ended() == -signal.SIGKILL
    await asyncio.wait_for(asyncio.gather(*shoppers), timeout=10.0)


async def stock_up(service: ServiceProcess) -> list[int]:
    book = {"title": "Wanted", "authors": ["N. N."], "pages": 100, "price": 9.99}
    async with RpcClient(service.url) as rpc:
        made = [await rpc("books.create", **book, quantity=COPIES) for _ in range(TITLES)]
    return [each["id"] for each in made]


async def test_orders_survive_a_killed_service(tmp_path: Path) -> None:
    asked = Asked()
    async with service_process(tmp_path / "data") as service:
        titles = await stock_up(service)
        recovered = 0
        for _ in range(KILLS):
            await shop_until_killed(service, titles, asked)
            await service.start()
            # What the dead process left was settled before the new one began to serve.
            recovered += len(service.logged("an order was recovered"))
            async with database_of(service) as database:
                assert await database.find_one("orders", {"status": "pending"}) is None
                await settled(database)
                assert not await disagreements(database)
        async with RpcClient(service.url) as rpc:
            await asked.ask_all_again(rpc)
        async with database_of(service) as database:
            await settled(database)
            assert not await disagreements(database)
            paid = await database.find("orders", {"status": {"$in": BOUGHT}})
    placed = [answer["id"] for answer in asked.answers.values() if "lines" in answer]
    print(f"{len(asked.requests)} requests, {KILLS} kills, {recovered} orders recovered")  # noqa: T201 - a figure to see with -s
    assert set(placed) <= {order["_id"] for order in paid}
