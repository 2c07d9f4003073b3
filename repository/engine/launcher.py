"""The start of the embedded engine: one process a data folder, shared by all that use it."""

import asyncio
import contextlib
import fcntl
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any, Final

import structlog

from repository.engine.broken import DAMAGED, NO_SPACE, NOT_WRITABLE, not_writable
from repository.engine.locks import HOST, DataFolder, append_to, try_lock

START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 15.0
POLL_S: Final = 0.05
WATCH_S: Final = 0.5
WATCH_PAUSE_MAX_S: Final = 4.0
"""Between two starts of an engine that does not come up."""
ANOTHER_RUNS: Final = 3
"""Exit code of an engine process that found another one on the same files."""
WRONG_VERSION: Final = 4
"""Exit code of an engine process that found another version of the engine than it was made for."""
LOG_TAIL_BYTES: Final = 2_000

log = structlog.get_logger("octavo.engine")


class EngineStartError(Exception):
    """The embedded engine did not come up; the message holds what it printed last."""


@contextlib.asynccontextmanager
async def embedded_engine(data_dir: Path) -> AsyncIterator[str]:
    """The URL of the engine on a data folder, started if none runs there.

    While the block lasts, an engine that dies is started again at the same port. Raises
    EngineStartError.
    """
    launcher = _Launcher(_writable(data_dir))
    with append_to(launcher.folder.users_lock_path) as users:
        await _wait_for_lock(users, fcntl.LOCK_SH, START_TIMEOUT_S)
        port = await launcher.ensure_running()
        watch = asyncio.create_task(_keep_running(launcher, port))
        try:
            yield launcher.folder.url(port)
        except Exception as failure:
            fault = await launcher.why_it_ended()
            if fault is None:
                raise
            raise fault from failure  # which says what to do
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
    await launcher.wait_until_stopped_or_used()


async def _keep_running(launcher: "_Launcher", port: int) -> None:
    told, pause = "", WATCH_S
    while True:
        await asyncio.sleep(pause)
        try:
            if launcher.folder.has_engine():
                told, pause = "", WATCH_S
                continue
            if not told:
                log.warning("the embedded engine has died and is started again", port=port)
            port_now = await launcher.ensure_running(port)
        except Exception as failure:  # whatever it is, the next attempt may succeed
            if str(failure) != told:
                told = str(failure)
                is_known = failure is launcher.fault
                log.error(  # noqa: TRY400 - the line of a known fault suffices
                    "the embedded engine does not start; trying on",
                    reason=told,
                    exc_info=None if is_known else failure,
                )
            pause = min(2 * pause, WATCH_PAUSE_MAX_S)
            continue
        if port_now != port:
            log.error("the embedded engine has moved; start the service again", port=port_now)


def _writable(data_dir: Path) -> DataFolder:
    """The data folder, if it can be written. Raises EngineStartError."""
    try:
        folder = DataFolder(data_dir)
        with append_to(folder.users_lock_path), append_to(folder.engine_lock_path):
            return folder
    except OSError as refused:
        raise EngineStartError(not_writable(data_dir, refused)) from refused


class _Launcher:
    """Starts the engine of a data folder, and waits for the one that it started."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self._child: subprocess.Popen[bytes] | None = None
        self.fault: EngineStartError | None = None
        """Why the storage of our engine was broken, if it was."""

    async def ensure_running(self, port: int = 0) -> int:
        """The port of the running engine, started at `port` (0: a free one) if there is none."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.folder.has_engine():
                address = self.folder.address()
                if address is not None and await _accepts_connections(address):
                    return address
            elif self._child is None or self._child.poll() is not None:
                self._raise_if_failed()
                self._spawn(port)
            await asyncio.sleep(POLL_S)
        raise EngineStartError(
            f"The embedded engine did not answer within {START_TIMEOUT_S:g} seconds."
        )

    def _spawn(self, port: int) -> None:
        command = [sys.executable, "-m", "repository.engine"]
        command += ["--data-dir", str(self.folder.path), "--port", str(port)]
        # A session of its own, so that Ctrl-C reaches the service and not the engine under it.
        with append_to(self.folder.log_path) as output:
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=Path(__file__).resolve().parents[2],
            )

    def _raise_if_failed(self) -> None:
        """Raise EngineStartError if the child ended by a fault of its own."""
        code = None if self._child is None else self._child.returncode
        self._child = None
        if code is None or code <= 0 or code == ANOTHER_RUNS:  # below 0: killed by a signal
            return
        if code in {WRONG_VERSION, NO_SPACE, NOT_WRITABLE, DAMAGED}:
            self.fault = EngineStartError(self._last_line() or f"Exit code {code}.")
            raise self.fault
        printed = self.folder.log_path.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
        raise EngineStartError(
            f"The embedded engine ended with code {code}. It printed:\n{printed}"
        )

    async def why_it_ended(self) -> EngineStartError | None:
        """Why the storage of our engine is broken, if it is: the first to see that may ask."""
        await asyncio.sleep(POLL_S)  # its connections are lost a moment before it has ended
        if self._child is not None and self._child.poll() is not None:
            with contextlib.suppress(EngineStartError):
                self._raise_if_failed()
        return self.fault

    def _last_line(self) -> str:
        """The last line that the engine has printed, which says why it has ended."""
        printed = self.folder.log_path.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
        *_, line = ["", *printed.splitlines()]
        return line

    async def wait_until_stopped_or_used(self) -> None:
        """Leave nothing behind: wait for the engine we started to stop, unless others use it."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while self._child is not None and self._child.poll() is None:
            if self.folder.is_used_by_others() or time.monotonic() > deadline:
                return
            await asyncio.sleep(POLL_S)


async def _wait_for_lock(file: IO[Any], kind: int, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not try_lock(file, kind):
        if time.monotonic() > deadline:
            raise EngineStartError(
                "The embedded engine of this data folder is stopping, and does not finish."
            )
        await asyncio.sleep(POLL_S)


async def _accepts_connections(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
