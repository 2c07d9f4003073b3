"""The service as a process of its own, started as a person would start it."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 60.0


@dataclass
class ServiceProcess:
    url: str
    process: asyncio.subprocess.Process
    log_path: Path

    async def get(self, path: str) -> tuple[int, str]:
        """The status and text that answer a GET, over a connection of its own."""
        connector = aiohttp.TCPConnector(force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector) as http,
            http.get(f"{self.url}{path}") as response,
        ):
            return response.status, await response.text()

    async def wait_for_status(self, path: str, status: int) -> str:
        """The text that comes with a status, asked for until it comes."""
        async with asyncio.timeout(START_TIMEOUT_S):
            while True:
                with contextlib.suppress(aiohttp.ClientConnectionError):
                    answered, text = await self.get(path)
                    if answered == status:
                        return text
                if self.process.returncode is not None:
                    raise AssertionError(f"the service ended: {self.log_path.read_text()}")
                await asyncio.sleep(0.1)

    async def stop(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), START_TIMEOUT_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def service_process(
    folder: Path, *, module: str = "rpc", cwd: Path = ROOT, **settings: str
) -> AsyncIterator[ServiceProcess]:
    """A running service that answers calls; `settings` are OCTAVO_ variables in lower case.

    Its data and its log are in `folder`.
    """
    port = free_port()
    log_path = folder / "service.log"
    defaults = {"port": str(port), "data_dir": str(folder / "var"), "demo": "1"}
    outside = {name: value for name, value in os.environ.items() if not name.startswith("OCTAVO_")}
    ours = {f"OCTAVO_{name.upper()}": value for name, value in (defaults | settings).items()}
    with log_path.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, cwd=cwd, env=outside | ours, stdout=log, stderr=log
        )
    service = ServiceProcess(f"http://127.0.0.1:{port}", process, log_path)
    try:
        await service.wait_for_status("/readyz", 200)
        yield service
    finally:
        await service.stop()
