"""The response to a call: a head that is the same but for its date, length and id, then JSON.

aiohttp makes a response from a dictionary of headers, which costs as much as the call itself.
"""

import time
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.abc import AbstractStreamWriter

REQUEST_ID_HEADER: Final = "X-Request-Id"
JSON: Final = "application/json"
REST_OF_HEAD: Final = b"%bX-Request-Id: %b\r\nContent-Length: %d\r\n\r\n"
COPIED_BYTES_MAX: Final = 65_536
"""A larger body is written by itself instead of being copied behind its head."""


class JsonResponse(web.StreamResponse):
    """200 and JSON, where `serves` says that the client needs no further header."""

    keep_alive = True

    def __init__(self, body: bytes, request_id: str) -> None:
        super().__init__()
        self._json = body
        self._request_id = request_id

    @staticmethod
    def serves(request: web.BaseRequest) -> bool:
        """Whether the connection stays open after this request as a matter of course."""
        return (
            request.keep_alive
            and request.version == HttpVersion11
            and hdrs.ORIGIN not in request.headers
        )

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Called by aiohttp: write all, and wait while the client does not read."""
        transport, body = request.transport, self._json
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has left")
        head = json_head(len(body), self._request_id)
        if len(body) <= COPIED_BYTES_MAX:
            transport.write(head + body)
        else:
            transport.writelines((head, body))
        if transport.get_write_buffer_size():
            await request.writer.drain()
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Called by aiohttp, after everything is written."""


def json_head(length: int, request_id: str) -> bytes:
    """The head of a 200 with so many bytes of JSON."""
    return REST_OF_HEAD % (_OK.head(), request_id.encode(), length)


def busy_head(length: int, request_id: str, wait_s: int) -> bytes:
    """The head of a 503 with so many bytes of JSON, and how long to wait before a repetition."""
    head = b"%bRetry-After: %d\r\n" % (_BUSY.head(), wait_s)
    return REST_OF_HEAD % (head, request_id.encode(), length)


def written(status: int, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Any response: its head and its body."""
    length = {} if status == HTTPStatus.NO_CONTENT else {"Content-Length": str(len(body))}
    named = {"Date": formatdate(usegmt=True)} | headers | length
    first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
    lines = [first, *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode() + body


class _Dated:
    """The beginning of the head, made anew each second."""

    def __init__(self, *lines: str) -> None:
        self._lines = lines
        self._second = 0
        self._head = b""

    def head(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second = second
            dated = (
                *self._lines,
                f"Content-Type: {JSON}",
                f"Date: {formatdate(second, usegmt=True)}",
            )
            self._head = "".join(f"{line}\r\n" for line in dated).encode()
        return self._head


_OK: Final = _Dated("HTTP/1.1 200 OK")
_BUSY: Final = _Dated("HTTP/1.1 503 Service Unavailable")
