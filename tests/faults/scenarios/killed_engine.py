"""kill -9 of the embedded engine while tills sell."""

import os
import signal
from pathlib import Path

from tests.faults.frame import NotHere, Outcome, Scenario
from tests.faults.sales import selling
from tests.support.service_process import gone, service_process


async def run(folder: Path) -> Outcome:
    """Kill the engine twice; the service starts it anew."""
    async with service_process(folder) as service:
        if not service.uses_embedded_engine:
            raise NotHere("the server that OCTAVO_MONGO_URL names is not ours to kill")
        async with selling(service) as sales:
            for _ in range(2):
                await sales.more(100)
                engine = service.engine_pid()
                assert engine is not None
                os.kill(engine, signal.SIGKILL)
                await gone(engine)
                await sales.more(100)
        return await sales.outcome(healed=await service.readiness() == 200)


SCENARIO = Scenario("a killed engine", run, quick=True)
