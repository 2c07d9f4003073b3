"""More clients than can be answered: the others are refused at once, and repeat at once."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil

from tests.faults.frame import Outcome, Scenario, resident_mb
from tests.support.rpc_client import RpcClient
from tests.support.service_process import ROOT, ServiceProcess, service_process

AT_THE_PEAK = (32, 128, 400)
TIMES = (4, 10)
MOST = 4_000
SECONDS = 4.0
TURNS = 3
HEALTH_MAX_S = 1.0
GOODPUT_MIN = 0.8
COPIES = 1_000_000_000
Told = dict[str, float]


async def flooded(service: ServiceProcess, call: tuple[str, Any], connections: int) -> Told:
    """What came of so many connections that repeat a call."""
    method, params = call
    arguments = (str(service.port), method, json.dumps(params), str(connections), str(SECONDS))
    pids = map(str, filter(None, (service.pid, service.engine_pid())))
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.flood",
        *arguments,
        *pids,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await program.communicate()
    told: Told = json.loads(printed)
    return told


@contextlib.asynccontextmanager
async def health_watched(service: ServiceProcess) -> AsyncIterator[list[float]]:
    """The seconds that the answers of the health routes take, each on a new connection."""
    seconds: list[float] = []

    async def watch() -> None:
        while True:
            for path in (b"/healthz", b"/readyz"):
                started = time.monotonic()
                reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
                writer.write(b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % path)
                answer = await reader.read()
                writer.close()
                seconds.append(time.monotonic() - started)
                if not answer.startswith(b"HTTP/1.1 200"):
                    seconds.append(HEALTH_MAX_S * 10)
            await asyncio.sleep(0.1)

    watcher = asyncio.create_task(watch())
    try:
        yield seconds
    finally:
        watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watcher


async def goodput(service: ServiceProcess, call: tuple[str, Any], outcome: Outcome) -> None:
    """Judge the answers a second beyond the peak by those at the peak, measured in turns.

    On two cores the clients and the service share the processors. So the figures have the answers
    by the CPU time of the service too, which tells what the connections themselves cost.
    """
    name = call[0]
    peaks = {count: await flooded(service, call, count) for count in AT_THE_PEAK}
    at_peak = max(peaks, key=lambda count: peaks[count]["answered_per_second"])
    outcome.figures[f"{name}, answers a second"] = {
        count: round(told["answered_per_second"]) for count, told in peaks.items()
    }
    async with health_watched(service) as health:
        for count in (*(min(times * at_peak, MOST) for times in TIMES), MOST):
            turns = [
                await flooded(service, call, connections)
                for _ in range(TURNS)
                for connections in (at_peak, count)
            ]
            _judge(f"{name} at {count}", turns[::2], turns[1::2], outcome)
    outcome.figures[f"{name}: slowest health answer, s"] = round(max(health), 2)
    if max(health) > HEALTH_MAX_S:
        outcome.faults.append(f"{name}: a health route took {max(health):.1f} s")


def _judge(place: str, peak: list[Told], beyond: list[Told], outcome: Outcome) -> None:
    share = _sum(beyond, "answered_per_second") / _sum(peak, "answered_per_second")
    by_cpu = _sum(peak, "service_s_per_answer") / _sum(beyond, "service_s_per_answer")
    outcome.figures[place] = (
        f"{share:.2f}, by CPU time {by_cpu:.2f},"
        f" refused {_sum(beyond, 'refused_per_second') / TURNS:.0f} a second,"
        f" cores: service {_sum(beyond, 'service_cores') / TURNS:.2f},"
        f" clients {_sum(beyond, 'clients_cores') / TURNS:.2f}"
    )
    if share < GOODPUT_MIN:
        outcome.faults.append(f"{place} connections: goodput {share:.2f}")
    if failed := _sum(beyond, "failed"):
        outcome.faults.append(f"{place} connections: {failed:.0f} failed")


def _sum(told: list[Told], figure: str) -> float:
    return sum(each[figure] for each in told)


async def run(folder: Path) -> Outcome:
    """Reads that are in memory, and sales, each at more and more connections."""
    async with service_process(folder) as service, RpcClient(service.url) as rpc:
        book = await rpc(
            "books.create", title="Flood", authors=["N."], pages=9, price=1, quantity=COPIES
        )
        outcome = Outcome(acknowledged=0)
        await goodput(service, ("books.get", {"id": 1}), outcome)
        await goodput(service, ("sales.create", {"book_id": book["id"]}), outcome)
        outcome.figures["memory, MB"] = round(resident_mb(psutil.Process(service.pid)))
        outcome.healed = await service.readiness() == 200
        return outcome


SCENARIO = Scenario("overload", run, seconds_max=420)
