"""Several worker processes on one port: start them, restart those that die, stop all together."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Final

import structlog
from prometheus_client.multiprocess import mark_process_dead

from data.load import load_demo
from repository.mongo.processes import has_ended, own_name
from repository.storage import open_storage
from rpc.metrics import SHARED_FOLDER
from rpc.settings import Settings

RESTART_PAUSE_S: Final = 1.0
FOLDER_PREFIX: Final = "octavo-metrics-"
OWNER: Final = "owner"
"""The file in a folder of metrics that names its supervisor."""
START_FAILED: Final = 3
"""Exit code of a process that could not start, for a reason outside its code."""
SETTINGS_WRONG: Final = 2

log = structlog.get_logger("octavo.supervisor")


async def run(settings: Settings) -> int:
    """Keep `settings.workers` workers running until SIGTERM or Ctrl-C.

    If one cannot start, stop all and return its exit code.
    Raises one of START_FAILURES when the demo cannot be loaded.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.demo:
        # Workers that load at once would each reserve ids: the demo's would not begin with 1.
        async with open_storage(settings) as storage:
            await load_demo(storage)
    remove_left_folders(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as counts:
        own_folder(Path(counts))
        async with asyncio.TaskGroup() as group:
            workers = [
                group.create_task(_keep_worker(stop, counts)) for _ in range(settings.workers)
            ]
    return max(worker.result() for worker in workers)


def own_folder(counts: Path) -> None:
    """Note in a folder of metrics that it is this process's."""
    (counts / OWNER).write_text(own_name() or "")


def remove_left_folders(parent: Path) -> None:
    """Remove the folders of metrics that killed supervisors of this machine have left."""
    for owner in parent.glob(f"{FOLDER_PREFIX}*/{OWNER}"):
        with contextlib.suppress(OSError):
            if has_ended(owner.read_text() or None):
                shutil.rmtree(owner.parent, ignore_errors=True)


async def _keep_worker(stop: asyncio.Event, counts: str) -> int:
    """Keep one worker running; return 0 after a stop, or the exit code of one that never started.

    `counts` is the folder that collects the workers' metrics.
    """
    environment = os.environ | {
        "OCTAVO_WORKERS": "1",
        "OCTAVO_SUPERVISOR_PID": str(os.getpid()),
        SHARED_FOLDER: counts,
    }
    is_first = True
    while not stop.is_set():
        try:
            command = (sys.executable, "-m", "rpc")
            worker = await asyncio.create_subprocess_exec(*command, env=environment)
        except Exception:  # no memory or no descriptors, say: there may be some later
            log.exception("a worker cannot be started; trying on")
            await _pause(stop)
            continue
        ended = asyncio.create_task(worker.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if is_first and worker.returncode in {START_FAILED, SETTINGS_WRONG}:
            stop.set()
            return worker.returncode
        is_first = False
        if not stop.is_set():
            log.error("a worker has died and is started again", exit_code=worker.returncode)
            with contextlib.suppress(OSError):
                mark_process_dead(worker.pid, counts)  # type: ignore[no-untyped-call] # not annotated there
            await _pause(stop)
            continue
        with contextlib.suppress(ProcessLookupError):
            worker.send_signal(signal.SIGTERM)
        await ended
    return 0


async def _pause(stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), RESTART_PAUSE_S)
