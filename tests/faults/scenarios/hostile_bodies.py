"""A hundred thousand bodies, made from the schemas of all methods and mutated, while tills sell."""

import asyncio
import itertools
import json
import time
from pathlib import Path

import aiohttp

from domain.keys import DEMO_KEY
from rpc.application import REGISTRY
from rpc.openrpc_document import openrpc_document
from tests.faults.books import load_books
from tests.faults.frame import Outcome, Scenario
from tests.faults.sales import COPIES, selling
from tests.support.fuzz import Bodies
from tests.support.service_process import service_process

BODIES = 100_000
OF_A_SEED = 1_000
AT_ONCE = 16
OUT_OF_REACH = 987_654_321
"""The id of a book that no body names: nobody but the tills sells, or changes, it."""
LEAKS = (b"Traceback", b'File "', b"mongodb://", b"pymongo", DEMO_KEY.encode())
HEADERS = {"X-API-Key": DEMO_KEY, "Content-Type": "application/json"}


def _faults_of(status: int, body: bytes) -> list[str]:
    found = [] if status in {200, 204} else [f"status {status}"]
    found += [f"leaks {leak!r}" for leak in LEAKS if leak in body]
    answer = json.loads(body) if body else []
    answers = answer if isinstance(answer, list) else [answer]
    internal = any(each.get("error", {}).get("code") == -32603 for each in answers)
    return [*found, "internal error"] if internal else found


async def run(folder: Path) -> Outcome:
    """Send the bodies of new seeds, which the figures name; add one that has found a fault."""
    first = int(time.time()) % 1_000_000
    document = openrpc_document(REGISTRY)
    seeds = range(first, first + BODIES // OF_A_SEED)
    bodies = itertools.chain.from_iterable(Bodies(document, seed).take(OF_A_SEED) for seed in seeds)
    harmful: list[str] = []
    async with service_process(folder) as service:
        columns = ("id", "title", "authors", "pages", "price", "stock")
        await load_books(service, columns, [(OUT_OF_REACH, "Fault", "N.", 9, 1, COPIES)])

        async def post(http: aiohttp.ClientSession) -> None:
            for body in bodies:
                async with http.post(f"{service.url}/rpc", data=body) as response:
                    found = _faults_of(response.status, await response.read())
                if found:
                    harmful.append(f"{found} {body!r}")

        async with (
            selling(service, tills=2, book_id=OUT_OF_REACH) as sales,
            aiohttp.ClientSession(headers=HEADERS) as http,
        ):
            await asyncio.gather(*(post(http) for _ in range(AT_ONCE)))
        outcome = await sales.outcome(healed=await service.readiness() == 200)
    outcome.faults += harmful[:5]
    outcome.figures = {"bodies": BODIES, "seeds": f"{seeds.start} to {seeds.stop - 1}"}
    return outcome


SCENARIO = Scenario("hostile bodies", run, seconds_max=900, stall_s_max=10)
