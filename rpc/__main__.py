"""python -m rpc: serve until SIGTERM or Ctrl-C."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

import structlog
import uvloop
from pydantic import ValidationError

from repository.storage import START_FAILURES
from rpc import logging, supervisor
from rpc.application import LIFECYCLE, make_application, make_runner
from rpc.connections import raise_descriptor_limit
from rpc.listening import Listener
from rpc.settings import Settings
from rpc.supervisor import SETTINGS_WRONG, START_FAILED

BACKLOG: Final = 1_024
SUPERVISOR_CHECK_S: Final = 1.0
COLLECTED_AFTER: Final = 100_000
"""So many more objects than at the last collection start the next one."""

log = structlog.get_logger("octavo")


def main() -> int:
    """Serve with the settings of the environment; 0 after a stop that was asked for."""
    try:
        settings = Settings()
    except ValidationError as failure:
        for error in failure.errors():
            name = "_".join(["OCTAVO", *(str(step) for step in error["loc"])]).upper()
            sys.stderr.write(f"{name}: {error['msg'].removeprefix('Value error, ')}\n")
        return SETTINGS_WRONG
    logging.configure(settings.log_format)
    raise_descriptor_limit()
    run = supervisor.run if settings.workers > 1 else serve
    try:
        return uvloop.run(run(settings))
    except START_FAILURES as failure:
        log.error("the service cannot start", reason=str(failure))  # noqa: TRY400 - no fault of the code
        return START_FAILED


async def serve(settings: Settings) -> int:
    """Serve in this process until a signal asks to stop; running requests are finished first."""
    stop = asyncio.Event()
    on_stop_signals(stop.set)
    application = make_application(settings)
    runner = make_runner(
        application, stop_grace_s=settings.stop_grace_s, limits=settings.connection_limits
    )
    try:
        await runner.setup()
        is_worker = settings.supervisor_pid is not None
        site = Listener(
            runner, settings.host, settings.port, backlog=BACKLOG, reuse_port=is_worker or None
        )
        await site.start()
        collect_garbage_rarely()
        host, port = runner.addresses[0][:2]
        address = f"http://{host}:{port}"
        log.info(
            "serving",
            url=f"{address}/rpc",
            docs=f"{address}/docs",
            demo=settings.demo,
            pid=os.getpid(),
        )
        if settings.first_key is None:
            log.warning("OCTAVO_ADMIN_KEY is not set: only keys made before can call")
        if settings.demo and settings.is_reachable:
            log.warning(
                "demo mode answers other machines: whoever knows the demo key can do anything",
                host=settings.host,
            )
        watch = asyncio.create_task(_stop_with_supervisor(settings.supervisor_pid, stop))
        await stop.wait()
        watch.cancel()
        application[LIFECYCLE].is_stopping = True
        log.info("stopping", grace_s=settings.stop_grace_s)
        # The port stays open meanwhile, so that /readyz can tell that the service is stopping.
        await runner.finish()
    finally:
        await runner.cleanup()
    log.info("stopped")
    return 0


def collect_garbage_rarely() -> None:
    """Let the garbage collector look seldom, and no more at what is there now.

    Code and settings last as long as the process; to look at all of them takes tens of
    milliseconds, in which nobody is answered. What thousands of connections hold is no garbage
    either: with Python's own threshold the collector takes a third of the time then.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)


def on_stop_signals(callback: Callable[[], None]) -> None:
    """Call `callback` on SIGTERM and Ctrl-C instead of ending at once."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, callback)


async def _stop_with_supervisor(supervisor_pid: int | None, stop: asyncio.Event) -> None:
    """Stop this worker when its supervisor was killed."""
    while supervisor_pid is not None:
        if os.getppid() != supervisor_pid:
            stop.set()
            return
        await asyncio.sleep(SUPERVISOR_CHECK_S)


if __name__ == "__main__":
    sys.exit(main())
