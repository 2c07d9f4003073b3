"""python -m tests.faults.flood PORT METHOD PARAMS CONNECTIONS SECONDS PID…: clients without rest.

Each connection sends the call again as soon as there is an answer, after a 503 too. Prints as JSON
what came: answers and refusals a second, the seconds of CPU time that the processes PID took for an
answer, and the parts of a core that they and the clients took.
"""

import asyncio
import json
import sys
from operator import sub
from typing import Final, cast

import psutil
import uvloop

from bench.http_client import call_body, post
from domain.keys import DEMO_KEY
from rpc.connections import raise_descriptor_limit

WARM_SHARE: Final = 0.4
TOGETHER: Final = 200
CONNECT_PAUSE_S: Final = 0.02
LENGTH: Final = b"Content-Length: "


class Flood:
    """What all connections count."""

    def __init__(self) -> None:
        self.answered = 0
        self.refused = 0
        self.failed = 0
        self.is_over = False


class Client(asyncio.Protocol):
    """A connection with one request under way, always."""

    def __init__(self, flood: Flood, request: bytes) -> None:
        self._flood = flood
        self._request = request
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found or len(rest) < int(head.partition(LENGTH)[2].partition(b"\r\n")[0]):
            return
        self._received = b""
        if head.startswith(b"HTTP/1.1 503"):
            self._flood.refused += 1
        elif head.startswith(b"HTTP/1.1 200") and b'"error"' not in rest:
            self._flood.answered += 1
        else:
            self._flood.failed += 1
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._request)

    def connection_lost(self, _: Exception | None) -> None:
        """Called by the loop."""
        if not self._flood.is_over:
            self._flood.failed += 1

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.abort()


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """The CPU time that processes have taken so far."""
    times = [each.cpu_times() for each in processes]
    return sum(each.user + each.system for each in times)


async def flood(
    port: int, request: bytes, connections: int, seconds: float, served_by: list[psutil.Process]
) -> dict[str, float]:
    """Send the request on so many connections at once; what came in the last part of the time."""
    processes = served_by, [psutil.Process()]
    loop = asyncio.get_running_loop()
    counts = Flood()
    clients = [Client(counts, request) for _ in range(connections)]

    async def connect(client: Client) -> None:
        await loop.create_connection(lambda: client, "127.0.0.1", port)

    for start in range(0, connections, TOGETHER):
        await asyncio.gather(*map(connect, clients[start : start + TOGETHER]))
        await asyncio.sleep(CONNECT_PAUSE_S)
    await asyncio.sleep(seconds * WARM_SHARE)
    before, started = (counts.answered, counts.refused), loop.time()
    cpu_before = [*map(cpu_seconds, processes)]
    await asyncio.sleep(seconds * (1 - WARM_SHARE))
    taken = loop.time() - started
    answered, refused = counts.answered - before[0], counts.refused - before[1]
    service_s, clients_s = map(sub, map(cpu_seconds, processes), cpu_before)
    counts.is_over = True
    for client in clients:
        client.close()
    return {
        "answered_per_second": answered / taken,
        "refused_per_second": refused / taken,
        "failed": counts.failed,
        "service_s_per_answer": service_s / max(answered, 1),
        "service_cores": service_s / taken,
        "clients_cores": clients_s / taken,
    }


def main(port: str, method: str, params: str, connections: str, seconds: str, *pids: str) -> int:
    """Send the flood and print what came."""
    raise_descriptor_limit()
    request = post(call_body(method, json.loads(params)), DEMO_KEY)
    served_by = [psutil.Process(int(pid)) for pid in pids]
    told = uvloop.run(flood(int(port), request, int(connections), float(seconds), served_by))
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
