"""A small HTTP client of one kept connection: quick enough to leave the time to the service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Self, cast

import orjson

PATH: Final = "/rpc"
HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"
OK: Final = b"HTTP/1.1 200"

Params = dict[str, Any]


class HttpError(Exception):
    """The connection broke, or the answer was not a 200 with a length."""


class RpcError(Exception):
    """A call was answered with an error; `error` is the error object."""

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        super().__init__(f"{method}: {error}")
        self.error = error


def post(body: bytes, key: str = "", path: str = PATH) -> bytes:
    """The bytes of one request."""
    key_line = f"X-API-Key: {key}\r\n" if key else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{key_line}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def call_body(method: str, params: Params, number: int = 1) -> bytes:
    """One call as JSON."""
    return orjson.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": number})


def batch_body(method: str, every: Sequence[Params]) -> bytes:
    """Calls of one method as JSON, numbered from 0."""
    calls = [call_body(method, params, number) for number, params in enumerate(every)]
    return b"[" + b",".join(calls) + b"]"


class Responses:
    """Cuts what arrives on a connection into the bodies of responses."""

    def __init__(self) -> None:
        self._buffer = b""
        self._body_at = 0
        self._end = 0

    def feed(self, data: bytes) -> bytes | None:
        """The body that is whole with these bytes, or None. Raises HttpError."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._end:
            head_end = self._buffer.find(HEAD_END)
            if head_end < 0:
                return None
            self._body_at = head_end + len(HEAD_END)
            self._end = self._body_at + _length(self._buffer[:head_end])
        if len(self._buffer) < self._end:
            return None
        body = self._buffer[self._body_at : self._end]
        self._buffer = self._buffer[self._end :]
        self._end = 0
        return body


def _length(head: bytes) -> int:
    if not head.startswith(OK):
        raise HttpError(head.decode(errors="replace"))
    lowered = head.lower()
    at = lowered.find(LENGTH)
    if at < 0:
        raise HttpError("an answer without a length")
    return int(lowered[at + len(LENGTH) :].split(b"\r\n", 1)[0])


class Receiver(asyncio.Protocol):
    """A connection that hands on the bodies that arrive."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._responses = Responses()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        try:
            body = self._responses.feed(data)
        except HttpError as failure:
            self.failed(failure)
            return
        if body is not None:
            self.received(body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        self.failed(HttpError(f"the connection was lost: {exc}"))

    def received(self, body: bytes) -> None:
        """Take the body of an answer."""
        raise NotImplementedError

    def failed(self, failure: HttpError) -> None:
        """Take the reason why no answer will come."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connection."""
        if self.transport is not None:
            self.transport.close()


class Connection(Receiver):
    """A connection with one request under way at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._answer: asyncio.Future[bytes] | None = None

    @classmethod
    async def open(cls, port: int) -> Self:
        """A connection to a port of this machine."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", port)
        return connection

    def received(self, body: bytes) -> None:
        """Answer whoever asked."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(body)

    def failed(self, failure: HttpError) -> None:
        """Raise it to whoever asked."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(failure)

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer to a request. Raises HttpError."""
        if self.transport is None or self.transport.is_closing():
            raise HttpError("the connection is closed")
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


class Client:
    """Calls methods, one at a time or as a batch."""

    def __init__(self, connection: Connection, key: str) -> None:
        self._connection = connection
        self._key = key

    @classmethod
    @contextlib.asynccontextmanager
    async def at(cls, port: int, key: str) -> AsyncIterator[Self]:
        """A client of the service at a port, closed after the block."""
        connection = await Connection.open(port)
        try:
            yield cls(connection, key)
        finally:
            connection.close()

    async def call(self, method: str, params: Params) -> Any:
        """The result of a call. Raises RpcError, HttpError."""
        body = await self._connection.ask(post(call_body(method, params), self._key))
        return result_of(method, orjson.loads(body))

    async def batch(self, method: str, every: Sequence[Params]) -> list[Any]:
        """The results of a batch of calls of one method. Raises RpcError, HttpError."""
        body = await self._connection.ask(post(batch_body(method, every), self._key))
        return [result_of(method, answer) for answer in orjson.loads(body)]


def result_of(method: str, answer: dict[str, Any]) -> Any:
    """The result in an answer. Raises RpcError."""
    if "error" in answer:
        raise RpcError(method, answer["error"])
    return answer["result"]
