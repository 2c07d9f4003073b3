"""A network between service and MongoDB that swallows everything in silence, and comes back."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from repository.engine import embedded_engine
from tests.faults.frame import Outcome, Scenario
from tests.faults.sales import selling
from tests.support.mongo_proxy import MongoProxy
from tests.support.service_process import service_process

SILENT_S = 3.0


@contextlib.asynccontextmanager
async def mongo_url(folder: Path) -> AsyncIterator[str]:
    """The server that the environment names, or an engine that the service does not start."""
    named = os.environ.get("OCTAVO_MONGO_URL")
    if named is not None:
        yield named
        return
    async with embedded_engine(folder) as url:
        yield url


async def run(folder: Path) -> Outcome:
    """Silence twice: first what was sent arrives late, then no connection made before works."""
    async with (
        mongo_url(folder.with_name("engine")) as url,
        MongoProxy(url) as proxy,
        service_process(folder, mongo_url=proxy.url) as service,
    ):
        async with selling(service) as sales:
            for forget in (False, True):
                await sales.more(100)
                proxy.fall_silent()
                await asyncio.sleep(SILENT_S)
                proxy.speak_again(forget=forget)
                await sales.more(100)
        await service.wait_ready()
        return await sales.outcome(healed=await service.readiness() == 200)


SCENARIO = Scenario("a silent network", run, stall_s_max=10.0, quick=True)
