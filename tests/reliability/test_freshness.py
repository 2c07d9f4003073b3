"""Kept answers in two processes: own writes show at once, those of others within half a second."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess

OTHERS_SHOW_WITHIN_S = 0.5
SECONDS = 4.0
COPIES = 100_000
WRITERS = READERS = 4


@dataclass
class Seen:
    """When sales were acknowledged, and what each read that began at a time has shown."""

    acknowledged: list[float] = field(default_factory=list)
    reads: list[tuple[float, int]] = field(default_factory=list)

    def stale(self, within_s: float) -> list[tuple[float, int]]:
        """The reads that lack a sale acknowledged so long before they began."""
        return [
            (began, shown)
            for began, shown in self.reads
            if shown < sum(each <= began - within_s for each in self.acknowledged)
        ]


async def copies_sold(rpc: RpcClient) -> int:
    return int((await rpc("sales.totals"))["copies_sold"])


async def copies_left(rpc: RpcClient) -> int:
    """Those in the list; all, where another process does not show the new book yet."""
    items = (await rpc("books.list", title="kept answers"))["items"]
    return int(items[0]["stock"]) if items else COPIES


@pytest.mark.parametrize("service", [2], indirect=True)
async def test_no_read_is_older_than_own_writes_nor_long_behind_those_of_others(
    service: ServiceProcess,
) -> None:
    seen, own_missing = Seen(), list[str]()
    async with RpcClient(service.url) as rpc:
        book = await rpc(
            "books.create",
            title="Kept Answers",
            authors=["A. Author"],
            pages=1,
            price=1,
            quantity=COPIES,
        )
        sold_before = await copies_sold(rpc)
    ends = time.monotonic() + SECONDS

    async def write() -> None:
        own = 0
        async with RpcClient(service.url, over_one_connection=True) as rpc:
            while time.monotonic() < ends:
                left = (await rpc("sales.create", book_id=book["id"]))["stock_left"]
                seen.acknowledged.append(time.monotonic())
                own += 1
                if await copies_sold(rpc) - sold_before < own:
                    own_missing.append("sales.totals")
                if await copies_left(rpc) > left:
                    own_missing.append("books.list")

    async def read() -> None:
        async with RpcClient(service.url, over_one_connection=True) as rpc:
            while time.monotonic() < ends:
                began = time.monotonic()
                seen.reads.append((began, await copies_sold(rpc) - sold_before))
                began = time.monotonic()
                seen.reads.append((began, COPIES - await copies_left(rpc)))
                await asyncio.sleep(0.005)

    await asyncio.gather(*(write() for _ in range(WRITERS)), *(read() for _ in range(READERS)))

    assert len(seen.acknowledged) > WRITERS
    assert own_missing == []
    assert seen.stale(OTHERS_SHOW_WITHIN_S) == []
