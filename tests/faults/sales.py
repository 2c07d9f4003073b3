"""Tills that sell while something breaks: each sale has a key and is tried until it is answered."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from domain.keys import DEMO_KEY
from tests.faults.frame import Outcome
from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess

COPIES = 1_000_000
ATTEMPT_S = 15.0
PAUSE_S = 0.05
CALLS_AT_ONCE = 200


@dataclass
class Sales:
    """The sales of one book: what was asked, by idempotency key, and what was answered.

    `seconds` has the time from the first attempt to the answer of each acknowledged sale, `refused`
    the answers that no retry can mend.
    """

    service: ServiceProcess
    book_id: int
    tills: int
    key: str
    asked: list[str] = field(default_factory=list)
    answered: dict[str, Any] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    attempts: int = 0
    is_over: bool = False

    async def more(self, count: int) -> None:
        """Wait until so many more sales are acknowledged."""
        wanted = len(self.answered) + count
        while len(self.answered) < wanted:  # noqa: ASYNC110 - many tills add to it
            await asyncio.sleep(0.01)

    async def sell(self, till: int) -> None:
        """Sell one copy after the other until it is over; then finish the last sale."""
        number = 0
        async with self._http() as http:
            while not self.is_over:
                number += 1
                await self._sell(http, f"till {till} sale {number}")

    async def _sell(self, http: aiohttp.ClientSession, key: str) -> None:
        self.asked.append(key)
        started = time.monotonic()
        while True:
            self.attempts += 1
            answer = await self._attempt(http, key)
            if answer is not None:
                break
            await asyncio.sleep(PAUSE_S)
        if "result" in answer:
            self.seconds.append(time.monotonic() - started)
            self.answered[key] = answer["result"]
        else:
            self.refused.append(answer["error"])

    async def _attempt(self, http: aiohttp.ClientSession, key: str) -> dict[str, Any] | None:
        """The answer to a sale; None if there is none yet, and the same is to be sent again."""
        try:
            async with http.post(f"{self.service.url}/rpc", json=self._request(key)) as response:
                answer: dict[str, Any] = json.loads(await response.read())
        except (aiohttp.ClientError, ConnectionError, TimeoutError, ValueError):
            return None
        return None if "error" in answer and answer["error"]["data"]["retryable"] else answer

    def _request(self, key: str) -> dict[str, Any]:
        params = {"book_id": self.book_id, "idempotency_key": key}
        return {"jsonrpc": "2.0", "method": "sales.create", "params": params, "id": key}

    def _http(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=1),
            timeout=aiohttp.ClientTimeout(total=ATTEMPT_S),
            headers={"X-API-Key": self.key},
        )

    async def outcome(self, **more: Any) -> Outcome:
        """Stop the tills' sales; compare what was acknowledged with what the service has."""
        async with RpcClient(self.service.url, self.key) as rpc:
            lost = 0
            for keys in _in_parts([*self.answered]):
                ids = [self.answered[key]["id"] for key in keys]
                found = await rpc.batch([rpc.request("sales.get", id=each) for each in ids])
                lost += sum("error" in each for each in found)
                again = await rpc.batch([self._request(key) for key in keys])
                lost += sum(
                    each.get("result") != self.answered[key]
                    for key, each in zip(keys, again, strict=True)
                )
            book = await rpc("books.get", id=self.book_id)
        sold = COPIES - book["stock"]
        return Outcome(
            acknowledged=len(self.answered),
            lost=lost,
            doubled=max(sold - len(self.answered), 0),
            longest_stall_s=max(self.seconds, default=0.0),
            faults=[f"a sale was refused: {each}" for each in self.refused[:3]],
            **more,
        )


def _in_parts(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + CALLS_AT_ONCE] for start in range(0, len(keys), CALLS_AT_ONCE)]


@contextlib.asynccontextmanager
async def selling(
    service: ServiceProcess, *, tills: int = 8, key: str = DEMO_KEY, book_id: int | None = None
) -> AsyncIterator[Sales]:
    """Tills that sell until the end of the block; then each finishes its last sale.

    They sell a new book, or that one, which has `COPIES` and which nobody else sells.
    """
    if book_id is None:
        async with RpcClient(service.url, key) as rpc:
            book = await rpc(
                "books.create", title="Fault", authors=["N."], pages=9, price=1, quantity=COPIES
            )
        book_id = int(book["id"])
    sales = Sales(service, book_id, tills, key)
    async with asyncio.TaskGroup() as group:
        for till in range(tills):
            group.create_task(sales.sell(till))
        try:
            yield sales
        finally:
            sales.is_over = True
