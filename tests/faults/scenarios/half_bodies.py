"""2,048 sockets with one byte of a body, without a key, and a stop among them."""

import time
from pathlib import Path

from tests.faults.crowd import answered_in, half_a_body, sockets
from tests.faults.frame import Outcome, Scenario
from tests.faults.sales import selling
from tests.support.service_process import service_process

SOCKETS = 2_048
STOP_GRACE_S = 6


async def run(folder: Path) -> Outcome:
    """Keyed calls are answered meanwhile, and the stop does not wait for what has not arrived."""
    async with service_process(folder, stop_grace_s=STOP_GRACE_S) as service:
        async with (
            selling(service) as sales,
            sockets(service, SOCKETS, half_a_body()) as connected,
        ):
            stall_s = await answered_in(service)
            await sales.more(50)
        async with sockets(service, 5, half_a_body(key=True)):
            outcome = await sales.outcome(healed=await service.readiness() == 200)
            asked = time.monotonic()
            await service.stop()
            stop_s = time.monotonic() - asked
        outcome.longest_stall_s = max(outcome.longest_stall_s, stall_s)
        outcome.figures = {
            "sockets": connected,
            "an answer beside them, s": round(stall_s, 3),
            "the stop, s": round(stop_s, 2),
        }
        if stop_s > STOP_GRACE_S:
            outcome.faults.append(f"the stop took {stop_s:.1f} s of {STOP_GRACE_S}")
        return outcome


SCENARIO = Scenario("half bodies", run, quick=True)
