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
    "a body shorter than it says": HEAD + LENGTH % 100 + CALL,
    "a body longer than it says": HEAD + LENGTH % 10 + CALL,
    "a negative length": HEAD + LENGTH % -5,
    "a length beyond all bounds": HEAD + LENGTH % 10**20,
    "two lengths": HEAD + b"Content-Length: 5\r\n" + LENGTH % 6 + CALL,
    "no body": HEAD + b"\r\n",
    "a chunk of no size": HEAD + CHUNKED + b"ZZ\r\n{}\r\n0\r\n\r\n",
    "a second chunk of no size": HEAD + CHUNKED + b"2\r\n{}\r\nZZ\r\n{}\r\n0\r\n\r\n",
    "a chunk cut short": HEAD + CHUNKED + b"ff\r\n{",
    "a chunk of a negative size": HEAD + CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n",
    "an encoding that is not what it says": HEAD + GZIP + LENGTH % len(CALL) + CALL,
    "a compressed body cut short": HEAD + GZIP + LENGTH % 20 + gzip.compress(CALL)[:20],
    "a content type twice": HEAD + b"Content-Type: text/plain\r\n" + LENGTH % len(CALL) + CALL,
    "a key that is no text": HEAD.replace(b"secret123", b"\xff\xfe\xc3") + LENGTH % 2 + b"{}",
    "a header without end": HEAD + b"X-Long: " + b"x" * 100_000,
    "an unknown verb": b"FROB" + HEAD[4:] + LENGTH % 0,
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a bare call": CALL,
}


async def exchange(url: str, request: bytes, *, hang_up: bool) -> bytes:
    """What the service answers until it closes, or nothing where we hang up first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    try:
        writer.write(request)
        await writer.drain()
        if hang_up:
            writer.transport.abort()
            return b""
        writer.write_eof()
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("hang_up", [False, True], ids=["waits", "hangs up"])
@pytest.mark.parametrize("request_bytes", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_request_harms_nobody_but_its_sender(
    request_bytes: bytes,
    example_url: Starts,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    *,
    hang_up: bool,
) -> None:
    url = await example_url()

    with caplog.at_level(logging.INFO):
        answer = await exchange(url, request_bytes, hang_up=hang_up)
        async with http.post(url, data=CALL, headers=DEFAULT_HEADERS) as response:
            next_answer = await response.json()

    assert b" 5" not in answer[:13]
    assert b"Traceback" not in answer
    assert next_answer["result"] == ["hello", 5]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not [record for record in caplog.records if record.exc_info]
