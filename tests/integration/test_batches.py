"""Batches of many calls: few queries, a turn for others, everybody answered in their place."""

import asyncio
import re

import aiohttp

from tests.support.loop_watch import watched_loop
from tests.support.rpc_client import RpcClient

CALLS = 1_000
AT_ONCE = 250
QUERIES = re.compile(r"^octavo_read_cache_queries_total (\S+)", re.MULTILINE)


async def queries(service_url: str) -> float:
    async with aiohttp.ClientSession() as http, http.get(f"{service_url}/metrics") as shown:
        found = QUERIES.search(await shown.text())
    return 0.0 if found is None else float(found[1])


async def shelve(rpc: RpcClient, count: int, quantity: int = 1) -> list[int]:
    book = {"title": "One", "authors": ["A. Author"], "pages": 100, "price": 1}
    made = list[int]()
    while len(made) < count:  # all at once may take too long on a machine that does much else
        some = range(min(count - len(made), AT_ONCE))
        answers = await rpc.batch(
            [rpc.request("books.create", **book, quantity=quantity) for _ in some]
        )
        made += [answer["result"]["id"] for answer in answers]
    return made


async def test_a_cold_batch_of_reads_becomes_at_most_three_queries(
    rpc: RpcClient, service_url: str
) -> None:
    ids = await shelve(rpc, CALLS)
    before = await queries(service_url)

    answers = await rpc.batch([rpc.request("books.get", id=each) for each in ids])

    assert [answer["result"]["id"] for answer in answers] == ids
    assert await queries(service_url) - before <= 3


async def test_a_batch_of_sales_does_not_hold_the_loop(rpc: RpcClient) -> None:
    [book_id] = await shelve(rpc, 1, CALLS - 1)

    async with watched_loop() as watch:
        answers = await rpc.batch(
            [rpc.request("sales.create", book_id=book_id) for _ in range(CALLS)]
        )

    left = [answer["result"]["stock_left"] for answer in answers if "result" in answer]
    refused = [answer["error"]["data"]["type"] for answer in answers if "error" in answer]
    assert sorted(left) == list(range(CALLS - 1))
    assert refused == ["out_of_stock"]
    assert watch.longest_s < 0.05


async def test_others_are_answered_while_a_batch_is_sold(rpc: RpcClient) -> None:
    ids = await shelve(rpc, 100, CALLS)
    sold = asyncio.create_task(
        rpc.batch([rpc.request("sales.create", book_id=each) for each in ids * 10])
    )

    reads = 0
    while not sold.done():
        await rpc("books.get", id=ids[0])
        reads += 1

    assert all(answer["result"]["quantity"] == 1 for answer in await sold)
    assert reads > 1
