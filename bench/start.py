"""From the command that starts a service with the demo data to its first answer."""

import tempfile
import time
from pathlib import Path
from typing import Final

from bench.dispatch import baseline
from bench.frame import ROOT, Bench, Line, Run, at_most
from bench.http_client import Client
from bench.service import DEMO_KEY, service

BARE: Final = "bare aiohttp and orjson with one book in a dict, no database"
NEW: Final = Line(
    name="start to first answer, demo data loaded on the way",
    load="one process with the embedded engine on a new folder; the answer is that to books.get",
    bound="imports, the engine's start, and its writes of the demo data and the indexes",
    unit="s",
    baseline=BARE,
    goal=at_most(3, itself=True),
)
AGAIN: Final = Line(
    name="start to first answer, demo data there already",
    load="the same on the folder that the first start left",
    bound="imports and the engine's start",
    unit="s",
    baseline=BARE,
    goal=at_most(3, itself=True),
)


async def seconds_to_answer(folder: Path) -> float:
    """From the start of a service on a folder to its answer to books.get."""
    started = time.perf_counter()
    async with service(ROOT, folder) as port:
        return await _answered(port) - started


async def seconds_of_bare(folder: Path) -> float:
    """The same of the baseline."""
    started = time.perf_counter()
    async with baseline("bare", folder, {1: {"id": 1}}) as port:
        return await _answered(port) - started


async def _answered(port: int) -> float:
    async with Client.at(port, DEMO_KEY) as client:
        await client.call("books.get", {"id": 1})
    return time.perf_counter()


async def measure(run: Run) -> None:
    """Start both sides in turns."""
    new: list[float] = []
    again: list[float] = []
    bare: list[float] = []
    for _ in range(run.rounds):
        with tempfile.TemporaryDirectory(prefix="octavo-bench-") as name:
            folder = Path(name)
            new.append(await seconds_to_answer(folder))
            again.append(await seconds_to_answer(folder))
            bare.append(await seconds_of_bare(folder))
    run.record(NEW, new, bare)
    run.record(AGAIN, again, bare)


BENCH: Final = Bench("start", (NEW, AGAIN), measure)
