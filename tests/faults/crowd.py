"""Clients that hold sockets: silent, or with half a body."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Final

from domain.keys import DEMO_KEY
from rpc.connections import raise_descriptor_limit
from tests.support.service_process import ServiceProcess

HEAD: Final = "POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{more}\r\n"
KEY: Final = f"X-API-Key: {DEMO_KEY}\r\n"
CALL: Final = b'{"jsonrpc":"2.0","method":"books.get","params":{"id":1},"id":1}'
ANOTHER_ADDRESS: Final = "127.0.0.2"
GIVES_UP_S: Final = 20.0
TOGETHER: Final = 100


def half_a_body(*, key: bool = False) -> bytes:
    """A request whose body is announced and does not come."""
    more = f"{KEY if key else ''}Content-Length: 100\r\n"
    return HEAD.format(more=more).encode() + b"{"


@contextlib.asynccontextmanager
async def sockets(service: ServiceProcess, count: int, sent: bytes) -> AsyncIterator[int]:
    """So many connections that send the same and then nothing; how many could connect."""
    raise_descriptor_limit()
    writers: list[asyncio.StreamWriter] = []

    async def connect() -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(GIVES_UP_S):
                _, writer = await asyncio.open_connection("127.0.0.1", service.port)
                writers.append(writer)
                writer.write(sent)

    for start in range(0, count, TOGETHER):
        await asyncio.gather(*(connect() for _ in range(min(TOGETHER, count - start))))
    try:
        yield len(writers)
    finally:
        for writer in writers:
            writer.transport.abort()


async def answered_in(service: ServiceProcess, address: str = "127.0.0.1") -> float:
    """The seconds that a keyed call on a new connection takes. Raises if it gets no result."""
    started = time.monotonic()
    async with asyncio.timeout(GIVES_UP_S):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", service.port, local_addr=(address, 0)
        )
        more = f"{KEY}Connection: close\r\nContent-Length: {len(CALL)}\r\n"
        writer.write(HEAD.format(more=more).encode() + CALL)
        answer = await reader.read()
        writer.close()
    assert b'"result"' in answer, answer
    return time.monotonic() - started
