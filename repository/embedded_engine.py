"""The embedded MongoDB: one engine process a data folder, shared by all processes that use it.

`users.lock` is held shared by every process that uses the engine; the kernel lets go of it however
a process ends. The engine tries to lock it alone now and then, and when that succeeds nobody uses
it any more and it stops: so it never outlives its users, and never leaves before the last one.
`engine.lock` is held by the engine itself: there is never a second one on the same files. Its
address is in `engine.json`.
"""

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any, Final

import structlog

from repository import engine_shims

HOST: Final = "127.0.0.1"
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 15.0
POLL_S: Final = 0.05
UNUSED_CHECK_S: Final = 0.25
WATCH_S: Final = 0.5
ENGINE_LOCK_PATIENCE_S: Final = 1.0
ANOTHER_RUNS: Final = 3
"""Exit code of an engine process that found another one on the same files."""
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
    engine = _Engine(data_dir)
    with engine.users_lock_path.open("a") as users:
        await _wait_for_lock(users, fcntl.LOCK_SH, START_TIMEOUT_S)
        port = await engine.ensure_running()
        watch = asyncio.create_task(_keep_running(engine, port))
        try:
            yield f"mongodb://{HOST}:{port}/?directConnection=true"
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
    await engine.wait_until_stopped_or_used()


async def _keep_running(engine: "_Engine", port: int) -> None:
    while True:
        await asyncio.sleep(WATCH_S)
        if engine.is_alive():
            continue
        log.warning("the embedded engine has died and is started again", port=port)
        try:
            port_now = await engine.ensure_running(port)
        except (EngineStartError, OSError):
            log.exception("the embedded engine does not start; trying on")
            continue
        if port_now != port:
            log.error("the embedded engine has moved; start the service again", port=port_now)


class _Engine:
    """The engine of one data folder as its users see it."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self.users_lock_path = data_dir / "users.lock"
        self.engine_lock_path = data_dir / "engine.lock"
        self.address_path = data_dir / "engine.json"
        self.log_path = data_dir / "engine.log"
        self._data_dir = data_dir
        self._child: subprocess.Popen[bytes] | None = None

    def is_alive(self) -> bool:
        """Whether an engine process, of whoever's making, works on the folder."""
        with self.engine_lock_path.open("a") as lock:
            return not _try_lock(lock, fcntl.LOCK_SH)

    async def ensure_running(self, port: int = 0) -> int:
        """The port of the running engine, started at `port` (0: a free one) if there is none."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.is_alive():
                address = self.address()
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
        command = [sys.executable, "-m", "repository.embedded_engine"]
        command += ["--data-dir", str(self._data_dir), "--port", str(port)]
        # A session of its own, so that Ctrl-C reaches the service and not the engine under it.
        with self.log_path.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=Path(__file__).resolve().parent.parent,
            )

    def _raise_if_failed(self) -> None:
        """Raise EngineStartError if the child ended by a fault of its own."""
        code = None if self._child is None else self._child.returncode
        self._child = None
        if code is None or code <= 0 or code == ANOTHER_RUNS:  # below 0: killed by a signal
            return
        printed = self.log_path.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
        raise EngineStartError(
            f"The embedded engine ended with code {code}. It printed:\n{printed}"
        )

    def address(self) -> int | None:
        """The port of the engine that runs, or of the last one if that was not left by all."""
        try:
            return int(json.loads(self.address_path.read_bytes())["port"])
        except (OSError, ValueError, KeyError):
            return None

    async def wait_until_stopped_or_used(self) -> None:
        """Leave nothing behind: wait for the engine we started to stop, unless others use it."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while self._child is not None and self._child.poll() is None:
            if self._is_used_by_others() or time.monotonic() > deadline:
                return
            await asyncio.sleep(POLL_S)

    def _is_used_by_others(self) -> bool:
        with self.users_lock_path.open("a") as users:
            # What keeps us from locking alone but not from sharing is a user, no stopping engine,
            # unless the engine let go between the two.
            return (
                not _try_lock(users, fcntl.LOCK_EX)
                and _try_lock(users, fcntl.LOCK_SH)
                and not _try_lock(users, fcntl.LOCK_EX)
            )


def _try_lock(file: IO[Any], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _wait_for_lock(file: IO[Any], kind: int, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not _try_lock(file, kind):
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


def main() -> int:
    """Run the engine on a data folder until nobody uses it any more, or SIGTERM comes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    options = parser.parse_args()
    engine = _Engine(options.data_dir)
    with engine.engine_lock_path.open("a") as lock, engine.users_lock_path.open("a") as users:
        if not _lock_patiently(lock):
            return ANOTHER_RUNS
        port = options.port or _port_that_users_know(engine)
        engine.address_path.unlink(missing_ok=True)
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with _serving(options.data_dir / "engine", port) as port:
            _write_atomically(engine.address_path, {"port": port, "pid": os.getpid()})
            while not stop.wait(UNUSED_CHECK_S):
                if _try_lock(users, fcntl.LOCK_EX):
                    engine.address_path.unlink(missing_ok=True)
                    break
    return 0


def _port_that_users_know(engine: _Engine) -> int:
    """The port of an engine that ended before its users did, who look for it there; else 0."""
    port = engine.address()
    if port is None:
        return 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return 0
    return port


def _lock_patiently(lock: IO[Any]) -> bool:
    """Lock for good; others hold it for an instant only, to see whether an engine runs."""
    deadline = time.monotonic() + ENGINE_LOCK_PATIENCE_S
    while not _try_lock(lock, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S / 5)
    return True


@contextlib.contextmanager
def _serving(files: Path, port: int) -> Iterator[int]:
    # Imported here: only the engine's own process needs the storage engine's library.
    from secantus import SecantusDBServer  # noqa: PLC0415

    engine_shims.apply()
    server = SecantusDBServer(
        HOST,
        port,
        str(files),
        enable_test_commands=False,
        # An acknowledged commit has to outlive a kill -9 and a power cut: j:true, always.
        sync_on_commit=True,
        durable=True,
    )
    server.start()
    try:
        yield server.port
    finally:
        _stop_accepting(server)
        server.stop()


def _stop_accepting(server: Any) -> None:
    """Wake the thread that waits for connections: the engine's own stop lets it sleep for 2 s."""
    with contextlib.suppress(OSError):
        server._socket.shutdown(socket.SHUT_RDWR)  # noqa: SLF001 - there is no public way in


def _write_atomically(path: Path, content: dict[str, int]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
