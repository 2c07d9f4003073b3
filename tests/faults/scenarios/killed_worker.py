"""kill -9 of one of two workers while tills sell."""

import os
import signal
from pathlib import Path

from tests.faults.frame import Outcome, Scenario
from tests.faults.sales import selling
from tests.support.service_process import is_alive, service_process

KILLS = 3


async def run(folder: Path) -> Outcome:
    """Kill one worker after the other; the supervisor starts it anew."""
    async with service_process(folder, workers=2) as service:
        async with selling(service) as sales:
            for number in range(KILLS):
                await sales.more(100)
                workers = [each["pid"] for each in service.logged("serving")]
                os.kill(next(filter(is_alive, workers)), signal.SIGKILL)
                started = 3 + number
                await service.wait_for(lambda most=started: len(service.logged("serving")) >= most)
                await sales.more(100)
        return await sales.outcome(healed=await service.readiness() == 200)


SCENARIO = Scenario("a killed worker", run, seconds_max=300, stall_s_max=4.0)
