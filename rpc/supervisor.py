"""Several worker processes on one port: started, started again when they die, stopped together."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from typing import Final

import structlog
from prometheus_client.multiprocess import mark_process_dead

from rpc.metrics import SHARED_FOLDER
from rpc.settings import Settings

RESTART_PAUSE_S: Final = 1.0

log = structlog.get_logger("octavo.supervisor")


async def run(settings: Settings) -> int:
    """Keep `settings.workers` workers running until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="octavo-metrics-") as counts:
        async with asyncio.TaskGroup() as workers:
            for _ in range(settings.workers):
                workers.create_task(_keep_worker(stop, counts))
    return 0


async def _keep_worker(stop: asyncio.Event, counts: str) -> None:
    environment = os.environ | {
        "OCTAVO_WORKERS": "1",
        "OCTAVO_SUPERVISOR_PID": str(os.getpid()),
        SHARED_FOLDER: counts,
    }
    while not stop.is_set():
        worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "rpc", env=environment)
        ended = asyncio.create_task(worker.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not stop.is_set():
            mark_process_dead(worker.pid, counts)  # type: ignore[no-untyped-call] # not annotated there
            log.error("a worker has died and is started again", exit_code=worker.returncode)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RESTART_PAUSE_S)
            continue
        with contextlib.suppress(ProcessLookupError):
            worker.send_signal(signal.SIGTERM)
        await ended
