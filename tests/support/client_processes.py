"""Clients in processes of their own, which all start to call at the same moment."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from domain.keys import DEMO_KEY

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = 4
SHOWN_AFTER_S = 0.5
"""A worker shows what another one has written after at most so long."""

Request = dict[str, Any]
Response = dict[str, Any]


async def call_from_processes(
    service_url: str, requests: list[Request], processes: int = PROCESSES
) -> list[Response]:
    """The responses to requests that several processes send at once, each in its own connection.

    It returns when every worker shows what was written.
    """
    shares = [requests[each::processes] for each in range(processes)]
    clients = [await _start(service_url, share) for share in shares]
    for client in clients:
        assert client.stdout is not None
        assert await client.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(client.communicate(b"go\n") for client in clients))
    assert all(client.returncode == 0 for client in clients)
    await asyncio.sleep(SHOWN_AFTER_S)
    by_share = [json.loads(printed) for printed, _ in answers]
    return [by_share[each % processes][each // processes] for each in range(len(requests))]


async def _start(service_url: str, requests: list[Request]) -> asyncio.subprocess.Process:
    client = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.client_process",
        service_url.removeprefix("http://"),
        DEMO_KEY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        limit=2**20,
    )
    assert client.stdin is not None
    client.stdin.write(json.dumps(requests).encode() + b"\n")
    await client.stdin.drain()
    return client
