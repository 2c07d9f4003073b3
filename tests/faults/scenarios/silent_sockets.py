"""1,200 silent sockets on a service with 1,024 descriptors, and the engine killed meanwhile."""

import os
import signal
from pathlib import Path

from tests.faults.crowd import ANOTHER_ADDRESS, answered_in, sockets
from tests.faults.frame import Outcome, Scenario
from tests.faults.sales import selling
from tests.support.service_process import gone, service_process

SOCKETS = 1_200
DESCRIPTORS = 1_024


async def run(folder: Path) -> Outcome:
    """Others are answered, from another address and from the same; the engine starts again."""
    async with service_process(folder, descriptors=DESCRIPTORS) as service:
        async with selling(service) as sales:
            await sales.more(50)
            async with sockets(service, SOCKETS, b"") as connected:
                stall_s = max(
                    [await answered_in(service, ANOTHER_ADDRESS), await answered_in(service)]
                )
                engine = service.engine_pid()
                if engine is not None:
                    os.kill(engine, signal.SIGKILL)
                    await gone(engine)
                await sales.more(50)
        outcome = await sales.outcome(healed=await service.readiness() == 200)
        outcome.longest_stall_s = max(outcome.longest_stall_s, stall_s)
        outcome.figures = {"sockets": connected, "an answer beside them, s": round(stall_s, 3)}
        lines = service.logged("an address has as many connections as it may have")
        if len(lines) != 1:
            outcome.faults.append(f"{len(lines)} log lines tell of the bound, not one")
        return outcome


SCENARIO = Scenario("silent sockets", run, quick=True)
