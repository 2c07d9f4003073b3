"""Bytes that are hardly HTTP: no 5xx, no traceback, and the service goes on."""

import asyncio
import gzip
import logging
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.conformance.conftest import Starts
from tests.conformance.io_script import DEFAULT_HEADERS

HEAD = (
    b"POST /rpc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    b"X-API-Key: secret123\r\nContent-Type: application/json\r\n"
)
CALL = b'{"jsonrpc":"2.0","method":"get_data","id":1}'
LENGTH = b"Content-Length: %d\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
GZIP = b"Content-Encoding: gzip\r\n"

BROKEN = {
    "a body shorter than it says": (408, HEAD + LENGTH % 100 + CALL),
    "a body longer than it says": (400, HEAD + LENGTH % 10 + CALL),
    "a negative length": (400, HEAD + LENGTH % -5),
    "a length beyond all bounds": (400, HEAD + LENGTH % 10**20),
    "two lengths": (400, HEAD + b"Content-Length: 5\r\n" + LENGTH % 6 + CALL),
    "no body": (200, HEAD + b"\r\n"),
    "a chunk of no size": (400, HEAD + CHUNKED + b"ZZ\r\n{}\r\n0\r\n\r\n"),
    "a second chunk of no size": (400, HEAD + CHUNKED + b"2\r\n{}\r\nZZ\r\n{}\r\n0\r\n\r\n"),
    "a chunk cut short": (408, HEAD + CHUNKED + b"ff\r\n{"),
    "a chunk of a negative size": (400, HEAD + CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n"),
    "an encoding that is not what it says": (200, HEAD + GZIP + LENGTH % len(CALL) + CALL),
    "a compressed body cut short": (200, HEAD + GZIP + LENGTH % 20 + gzip.compress(CALL)[:20]),
    "a content type twice": (400, HEAD + b"Content-Type: a/b\r\n" + LENGTH % len(CALL) + CALL),
    "a key that is no text": (401, HEAD.replace(b"secret123", b"\xff\xfe") + LENGTH % 2 + b"{}"),
    "a header without end": (400, HEAD + b"X-Long: " + b"x" * 100_000),
    "an unknown verb": (400, b"FROB" + HEAD[4:] + LENGTH % 0),
    "no HTTP": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    "a bare call": (400, CALL),
}
"""Requests with the status that answers them if their sender waits for it."""


async def exchange(url: str, request: bytes, *, hang_up: bool) -> bytes:
    """What the service answers, or nothing where we hang up first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    try:
        writer.write(request)
        await writer.drain()
        if hang_up:
            writer.transport.abort()
            return b""
        async with asyncio.timeout(5):
            return await reader.read(10_000)
    finally:
        writer.close()


@pytest.mark.parametrize("hang_up", [False, True], ids=["waits", "hangs up"])
@pytest.mark.parametrize(("status", "request_bytes"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_request_harms_nobody_but_its_sender(
    status: int,
    request_bytes: bytes,
    example_url: Starts,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    *,
    hang_up: bool,
) -> None:
    url = await example_url(body_read_timeout_s=0.1)

    with caplog.at_level(logging.INFO):
        answer = await exchange(url, request_bytes, hang_up=hang_up)
        async with http.post(url, data=CALL, headers=DEFAULT_HEADERS) as response:
            next_answer = await response.json()

    assert hang_up or answer.split()[1] == b"%d" % status
    assert b"Traceback" not in answer
    assert next_answer["result"] == ["hello", 5]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not [record for record in caplog.records if record.exc_info]
