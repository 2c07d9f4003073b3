"""Services that are measured: processes of any checkout of this repository, spoken to over HTTP.

Nothing here imports the product, so one run can compare two versions of it.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
import psutil

from bench.http_client import Client, HttpError, RpcError

ASKED_ANEW: Final = {"kept_answers_bytes_max": 0}
"""No answer is kept: each question is answered, however often it has been asked."""
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 30.0
POLL_S: Final = 0.05
DEMO_KEY: Final = "secret123"  # every installation knows it
HERE: Final = Path(__file__).resolve().parent


class StartError(Exception):
    """A process did not come up or failed; the message holds what it printed last."""


def python_of(checkout: Path) -> str:
    """The checkout's own interpreter, else the one that runs this."""
    own = checkout / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def environment(**settings: object) -> dict[str, str]:
    """This process's environment with no settings of Octavo but these."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith("OCTAVO_")}
    return plain | {f"OCTAVO_{name}".upper(): str(text) for name, text in settings.items()}


@contextlib.asynccontextmanager
async def process(
    command: Sequence[str], log_path: Path, *, cwd: Path, env: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that writes to a log and gets SIGTERM at the end of the block."""
    with log_path.open("ab") as log:
        child = await asyncio.create_subprocess_exec(
            *command,
            cwd=cwd,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(child.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                child.kill()
                await child.wait()


async def read_file_of(child: asyncio.subprocess.Process, path: Path, log_path: Path) -> bytes:
    """What a process writes to a file once it is ready. Raises StartError."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not (content := _content(path)):
        require_running(child, log_path, deadline)
        await asyncio.sleep(POLL_S)
    return content


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def require_running(child: asyncio.subprocess.Process, log_path: Path, deadline: float) -> None:
    """Raise StartError if the process has ended or the time is up."""
    if child.returncode is not None or time.monotonic() > deadline:
        state = "takes too long" if child.returncode is None else f"ended: {child.returncode}"
        printed = log_path.read_bytes()[-3_000:].decode(errors="replace")
        raise StartError(f"{log_path.name} {state}. It printed:\n{printed}")


@contextlib.asynccontextmanager
async def engine(checkout: Path, folder: Path) -> AsyncIterator[str]:
    """Where a driver finds an embedded engine that the checkout starts in its own way."""
    log_path, url_path = folder / "engine_host.log", folder / "engine_host.url"
    script = str(HERE / "engine_host.py")
    command = [python_of(checkout), "-P", script, str(folder / "var"), str(url_path)]
    env = environment() | {"PYTHONPATH": str(checkout)}
    async with process(command, log_path, cwd=checkout, env=env) as child:
        yield (await read_file_of(child, url_path, log_path)).decode()


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with the files of an engine, and the engine's URL."""

    folder: Path
    url: str


@contextlib.asynccontextmanager
async def lone_engine(checkout: Path) -> AsyncIterator[Place]:
    """An embedded engine on files that are new, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as name:
        folder = Path(name)
        async with engine(checkout, folder) as url:
            yield Place(folder, url)


@contextlib.asynccontextmanager
async def service(checkout: Path, folder: Path, **settings: object) -> AsyncIterator[int]:
    """The port of a service of the checkout that answers calls.

    Without `mongo_url` it has an embedded engine, its files in `folder`.
    """
    port, log_path = free_port(), folder / "service.log"
    given: dict[str, object] = {"port": port, "demo": 1, "data_dir": folder / "var"}
    env = environment(**given | settings)
    async with process([python_of(checkout), "-m", "rpc"], log_path, cwd=checkout, env=env) as one:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not await _is_ready(port):
            require_running(one, log_path, deadline)
            await asyncio.sleep(POLL_S)
        yield port


@contextlib.asynccontextmanager
async def listening(
    module: str, folder: Path, *arguments: str, processes: int = 1
) -> AsyncIterator[int]:
    """A port where `python -m module PORT ...` listens; more than one process share it.

    Raises StartError.
    """
    port = free_port()
    command = [sys.executable, "-m", module, str(port), *arguments]
    async with contextlib.AsyncExitStack() as stack:
        for number in range(processes):
            log_path = folder / f"{module}-{port}-{number}.log"
            child = process(command, log_path, cwd=HERE.parent, env=environment())
            one = await stack.enter_async_context(child)
            deadline = time.monotonic() + START_TIMEOUT_S
            while not _listens(one.pid, port):
                require_running(one, log_path, deadline)
                await asyncio.sleep(POLL_S)
        yield port


def _listens(pid: int, port: int) -> bool:
    """Whether a process listens at a port."""
    connections = psutil.Process(pid).net_connections("tcp4")
    return any(
        each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections
    )


@contextlib.asynccontextmanager
async def lone_service(checkout: Path, **settings: object) -> AsyncIterator[int]:
    """The port of a service with an embedded engine on files that are new, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        async with service(checkout, Path(folder), **settings) as port:
            yield port


async def run_module(checkout: Path, folder: Path, *arguments: str) -> None:
    """Run `python -m ...` of the checkout on the files in `folder`. Raises StartError."""
    log_path = folder / "module.log"
    env = environment(data_dir=folder / "var")
    command = [python_of(checkout), "-m", *arguments]
    async with process(command, log_path, cwd=checkout, env=env) as child:
        if await child.wait():
            require_running(child, log_path, 0.0)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _is_ready(port: int) -> bool:
    try:
        async with Client.at(port, DEMO_KEY) as client:
            await client.call("rpc.discover", {})
    except (OSError, HttpError, RpcError, orjson.JSONDecodeError):
        return False
    return True
