"""kill -9 in the middle of sales: what was acknowledged is there, and nothing happened twice.

OCTAVO_TEST_KILLS says how many random moments each test tries (default 1).
"""

import asyncio
import os
import random
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess, gone, service_process

KILLS = int(os.environ.get("OCTAVO_TEST_KILLS", "1"))
KEY = "a key of the tests"
WITHOUT_DEMO = {"demo": 0, "admin_key": KEY}
TILLS = 12
COPIES = 100_000
PRICE_CENTS = 1416


@dataclass
class Ledger:
    """What the tills asked for, by idempotency key, and what was answered to them."""

    book_id: int
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: dict[str, Any] = field(default_factory=dict)

    def request(self, rpc: RpcClient, key: str) -> dict[str, Any]:
        """The request under that key, the same one each time."""
        return rpc.request(key.split(maxsplit=1)[0], idempotency_key=key, **self.asked[key])

    async def ask(self, rpc: RpcClient, key: str, **params: Any) -> Any:
        """Send a request; None if the answer was lost."""
        self.asked[key] = params
        try:
            response = await rpc.post(self.request(rpc, key))
        except (aiohttp.ClientError, ConnectionError):
            return None
        if "error" in response and response["error"]["data"]["retryable"]:
            return None
        return self.note(key, rpc.result(response))

    def note(self, key: str, answer: Any) -> Any:
        """Keep the first answer to a key, and insist on it."""
        first = self.answered.setdefault(key, answer)
        assert answer == first, f"{key} was answered twice, and not alike"
        return answer

    async def ask_all_again(self, rpc: RpcClient) -> None:
        """Repeat every request, those that were never answered as well."""
        for keys in batched(self.asked, 500):
            responses = await rpc.batch([self.request(rpc, key) for key in keys])
            for key, response in zip(keys, responses, strict=True):
                self.note(key, rpc.result(response))


def batched(items: Iterable[Any], size: int) -> list[list[Any]]:
    every = list(items)
    return [every[start : start + size] for start in range(0, len(every), size)]


def random_moment_s() -> float:
    return random.uniform(0.1, 0.8)  # noqa: S311 - any moment will do


async def opened_ledger(service: ServiceProcess) -> Ledger:
    async with RpcClient(service.url, KEY) as rpc:
        book = await rpc(
            "books.create", title="Kill", authors=["N."], pages=9, price=14.16, quantity=COPIES
        )
    return Ledger(book["id"])


async def trade(service: ServiceProcess, ledger: Ledger, till: str) -> None:
    """Sell and now and then take back, until the service does not answer any more."""
    async with RpcClient(service.url, KEY) as rpc:
        for number in range(10_000):
            key = f"sales.create {till} {number}"
            sale = await ledger.ask(rpc, key, book_id=ledger.book_id, quantity=1 + number % 3)
            if sale is None:
                return
            if number % 4 == 0:
                key = f"sales.refund {till} {number}"
                if await ledger.ask(rpc, key, sale_id=sale["id"], quantity=1) is None:
                    return


async def trade_until(service: ServiceProcess, ledger: Ledger, moment_s: float, kill: Any) -> None:
    """Let all tills trade, and kill at a moment when they do."""
    names = [f"{len(ledger.asked)}-{till}" for till in range(TILLS)]
    tills = [asyncio.create_task(trade(service, ledger, name)) for name in names]
    await asyncio.sleep(moment_s)
    assert ledger.answered, "nothing was going on at the moment of the kill"
    kill()
    done, pending = await asyncio.wait(tills, timeout=1.0)
    for till in pending:
        till.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for till in done:
        till.result()


async def require_nothing_lost_or_doubled(service: ServiceProcess, ledger: Ledger) -> None:
    async with RpcClient(service.url, KEY) as rpc:
        acknowledged = [answer for key, answer in ledger.answered.items() if "create" in key]
        for answers in batched(acknowledged, 500):
            found = await rpc.batch([rpc.request("sales.get", id=sale["id"]) for sale in answers])
            for sale, response in zip(answers, found, strict=True):
                assert rpc.result(response)["total"] == sale["total"]
        await ledger.ask_all_again(rpc)
        sold = [answer for key, answer in ledger.answered.items() if "create" in key]
        back = [answer for key, answer in ledger.answered.items() if "refund" in key]
        book = await rpc("books.get", id=ledger.book_id)
        totals = await rpc("sales.totals")
    assert len({sale["id"] for sale in sold}) == len(sold) == totals["sales_count"]
    assert len({refund["id"] for refund in back}) == len(back)
    copies_sold = sum(sale["quantity"] for sale in sold)
    assert book["stock"] == COPIES - copies_sold + len(back)
    assert (totals["copies_sold"], totals["copies_refunded"]) == (copies_sold, len(back))
    assert round(totals["net"] * 100) == (copies_sold - len(back)) * PRICE_CENTS


async def test_sales_survive_a_killed_service_and_a_killed_engine(tmp_path: Path) -> None:
    async with service_process(tmp_path / "data", **WITHOUT_DEMO) as service:
        ledger = await opened_ledger(service)
        for _ in range(KILLS):
            await trade_until(service, ledger, random_moment_s(), service.kill)
            assert await service.ended() == -signal.SIGKILL
            await service.start()
            await require_nothing_lost_or_doubled(service, ledger)
            if not service.uses_embedded_engine:
                continue
            engine = service.engine_pid()
            assert engine is not None
            await trade_until(
                service,
                ledger,
                random_moment_s(),
                lambda engine=engine: os.kill(engine, signal.SIGKILL),
            )
            await gone(engine)
            await service.wait_ready()
            assert service.engine_pid() not in {engine, None}
            await require_nothing_lost_or_doubled(service, ledger)


async def test_sales_survive_both_killed_at_once(tmp_path: Path) -> None:
    async with service_process(tmp_path / "data", workers=2, **WITHOUT_DEMO) as service:
        if not service.uses_embedded_engine:
            pytest.skip("the server is not ours to kill")
        ledger = await opened_ledger(service)
        engine = service.engine_pid()
        assert engine is not None

        def kill_both() -> None:
            os.killpg(service.pid, signal.SIGKILL)
            os.kill(engine, signal.SIGKILL)

        await trade_until(service, ledger, random_moment_s(), kill_both)
        await service.ended()
        await service.start()

        await require_nothing_lost_or_doubled(service, ledger)
