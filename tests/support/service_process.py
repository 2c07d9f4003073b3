"""`python -m rpc` as a real process, with real sockets, signals and an engine of its own."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import aiohttp
from pymongo import MongoClient

ROOT = Path(__file__).resolve().parent.parent.parent
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
POLL_S = 0.05


class ServiceProcess:
    """A service on a free port, in demo mode unless `settings` says otherwise.

    `settings` are those of the environment without their prefix, such as `workers=2`. The data lie
    in `data_dir`, or in a database of their own on the server that OCTAVO_MONGO_URL names. It may
    have so many `descriptors` open, if that is given, as with `ulimit -n`. The process leads a
    process group, so that Ctrl-C can be sent to all of it.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        module: str = "rpc",
        descriptors: int | None = None,
        **settings: object,
    ) -> None:
        self.data_dir = data_dir
        self._descriptors = descriptors
        self._module = module
        self.port = free_port()
        self.log_path = data_dir.with_name(f"{data_dir.name}-{self.port}.log")
        self.settings = {
            "port": self.port,
            "data_dir": data_dir,
            "demo": 1,
            "log_format": "json",
            "mongo_database": f"octavo_test_{uuid.uuid4().hex[:12]}",
            **({"mongo_url": url} if (url := os.environ.get("OCTAVO_MONGO_URL")) else {}),
            **settings,
        }
        self._owns_database = "mongo_database" not in settings
        self._process: subprocess.Popen[bytes] | None = None
        self._logged_before = 0

    @property
    def url(self) -> str:
        """Where its routes are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the service, and of other programs that work on its data."""
        plain = {name: text for name, text in os.environ.items() if not name.startswith("OCTAVO_")}
        return plain | {f"OCTAVO_{name}".upper(): str(text) for name, text in self.settings.items()}

    @property
    def pid(self) -> int:
        """The process's id; with several workers, their supervisor's."""
        assert self._process is not None, "the service was never started"
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; below 0 the signal that ended it."""
        return None if self._process is None else self._process.poll()

    def spawn(self) -> None:
        """Start the process, and wait for nothing."""
        assert self._process is None or self.exit_code is not None, "it runs already"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._logged_before = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [*self._limited, sys.executable, "-m", self._module],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def _limited(self) -> list[str]:
        """What a shell has to run before the service."""
        if self._descriptors is None:
            return []
        return ["sh", "-c", f'ulimit -n {self._descriptors}; exec "$@"', "sh"]

    async def start(self) -> Self:
        """Start the process and wait until it answers calls, with all its workers."""
        self.spawn()
        await self.wait_ready()
        if self.settings["log_format"] == "json":
            workers = int(str(self.settings.get("workers", 1)))
            await self.wait_for(lambda: len(self.logged("serving")) >= workers)
        return self

    async def wait_ready(self) -> None:
        """Wait until /readyz says 200."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while await self.readiness() != 200:
            self._require_running(deadline)
            await asyncio.sleep(POLL_S)

    async def wait_for(self, condition: Any) -> None:
        """Wait until `condition()` holds; fail if the process ends before that."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not condition():
            self._require_running(deadline)
            await asyncio.sleep(POLL_S)

    def _require_running(self, deadline: float) -> None:
        assert self.exit_code is None, f"ended with {self.exit_code}:\n{self.log}"
        assert time.monotonic() < deadline, f"took too long:\n{self.log}"

    async def get(self, path: str) -> tuple[int | None, str]:
        """The status and the text that answer a GET; no status when nobody answers."""
        timeout = aiohttp.ClientTimeout(total=5)
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http:
            try:
                async with http.get(f"{self.url}{path}") as response:
                    return response.status, await response.text()
            except (aiohttp.ClientError, TimeoutError):
                return None, ""

    async def readiness(self) -> int | None:
        """The status of /readyz, or None when nobody answers."""
        status, _ = await self.get("/readyz")
        return status

    async def wait_for_status(self, path: str, status: int) -> str:
        """The text that comes with a status, asked for until it comes."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            answered, text = await self.get(path)
            if answered == status:
                return text
            self._require_running(deadline)
            await asyncio.sleep(POLL_S)

    @property
    def log(self) -> str:
        """What the process printed since its last start."""
        with self.log_path.open("rb") as log:
            log.seek(self._logged_before)
            return log.read().decode(errors="replace")

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log lines since the last start."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log lines since the last start with that event."""
        return [line for line in self.lines if line.get("event") == event]

    @property
    def uses_embedded_engine(self) -> bool:
        """Whether the data are in an engine that came with the service."""
        return "mongo_url" not in self.settings

    def engine_pid(self) -> int | None:
        """The process id of the running engine, or None."""
        try:
            pid = int(json.loads((self.data_dir / "engine.json").read_bytes())["pid"])
        except FileNotFoundError:
            return None
        return pid if is_alive(pid) else None

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the process alone."""
        os.kill(self.pid, number)

    def interrupt(self) -> None:
        """What Ctrl-C in a terminal does: SIGINT to the whole process group."""
        os.killpg(self.pid, signal.SIGINT)

    async def ended(self) -> int:
        """Wait until the process has ended; its exit code."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while self.exit_code is None:
            assert time.monotonic() < deadline, f"does not end:\n{self.log}"
            await asyncio.sleep(POLL_S)
        return self.exit_code

    async def stop(self) -> int:
        """Ask it to stop and wait until it has; its exit code."""
        self.kill(signal.SIGTERM)
        return await self.ended()

    async def close(self) -> None:
        """Leave nothing behind, whatever state a test has left it in."""
        if self._process is not None and self.exit_code is None:
            try:
                await self.stop()
            finally:
                if self.exit_code is None:
                    self.kill()
                    self._process.wait()
        if self.uses_embedded_engine:
            await gone(self.engine_pid())
        elif self._process is not None and self._owns_database and "OCTAVO_MONGO_URL" in os.environ:
            # Another server is the tests' own engine, which goes with its files.
            await asyncio.to_thread(self._drop_database)

    def _drop_database(self) -> None:
        with MongoClient[dict[str, Any]](str(self.settings["mongo_url"])) as client:
            client.drop_database(str(self.settings["mongo_database"]))


@contextlib.asynccontextmanager
async def service_process(
    data_dir: Path,
    *,
    module: str = "rpc",
    descriptors: int | None = None,
    **settings: object,
) -> AsyncIterator[ServiceProcess]:
    """A service that is ready, and that is gone with its engine after the block."""
    service = ServiceProcess(data_dir, module=module, descriptors=descriptors, **settings)
    try:
        yield await service.start()
    finally:
        await service.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def gone(pid: int | None, timeout_s: float = STOP_TIMEOUT_S) -> None:
    """Wait until a process has ended; fail if it stays."""
    deadline = time.monotonic() + timeout_s
    while pid is not None and is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        await asyncio.sleep(POLL_S)
