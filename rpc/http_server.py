"""The HTTP server: a connection answers plain calls itself, everything else is aiohttp's.

aiohttp makes a task, a request, a writer and a response for each request and asks its router, which
costs more than a call. A plain call needs none of them: its head is parsed, its body is here.
"""

import asyncio
import random
from typing import TYPE_CHECKING, Any, Final

from aiohttp import HttpVersion11, StreamReader, hdrs, web
from aiohttp.http_parser import RawRequestMessage

from rpc.connections import (
    SHARE_OF_AN_ADDRESS,
    ConnectionLimits,
    Crowd,
    connections_max,
    network_of,
)
from rpc.cross_origin import VERBS, add_to, is_preflight
from rpc.http_endpoint import ENDPOINT, JSON_TYPES, RPC_PATH, RpcEndpoint
from rpc.http_response import RETRY_AFTER_S
from rpc.logging import http_log

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter


SERVER: Final = "octavo"
"""The header `Server`: aiohttp's own tells the versions of Python and aiohttp."""
FAILURES: Final = 400
LINGERING_S: Final = 2.0
"""So long the rest of a body that nobody wants is read, so that its sender sees the answer."""
AT_ONCE_S: Final = 0.01
PUT_OFF: Final = 503
SHARE_OF_GRACE: Final = 0.8
"""The part of a stop's grace in which running requests finish."""
SHARE_OF_REST: Final = 0.5
"""The part of what is left of it then, in which they are ended; the rest is for the storage."""


class CallConnection(web.RequestHandler):
    """A connection that answers plain calls one after the other, without aiohttp's objects.

    From the first request on that is anything else, the connection is aiohttp's.
    """

    __slots__ = ("_endpoint", "_is_half_closed", "_network", "_server", "payload", "rests_until")

    def __init__(self, server: "CallServer", endpoint: RpcEndpoint, **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server
        self._endpoint = endpoint
        self._network = ""
        self._is_half_closed = False
        self.payload: StreamReader | None = None
        """The body of the request that aiohttp works on, or of its last one."""
        self.rests_until = 0.0
        """When the next call is looked at, by the loop's clock, after one was put off."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._network = network_of(peer[0]) if isinstance(peer, tuple) else ""
        if self._server.crowd.admit(self, self._network):
            self._close_by(self._loop.time() + self._server.limits.header_timeout_s)
        else:
            self.give_up()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called by the loop."""
        self._server.crowd.leave(self, self._network)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Called by the loop. The rest of a head has to come soon."""
        super().data_received(data)
        waiter = self._waiter
        if waiter is not None and not waiter.done() and data:
            self._close_by(self._loop.time() + self._server.limits.header_timeout_s)

    @property
    def is_idle(self) -> bool:
        """Whether nothing has been asked that is not answered."""
        return self._waiter is not None and not self._waiter.done()

    @property
    def closes_at(self) -> float:
        """When it is closed if nothing is asked until then, by the loop's clock."""
        return self._next_keepalive_close_time

    def give_up(self) -> None:
        """Close the connection now, whatever its client has still to read."""
        transport = self.transport
        self.force_close()
        if transport is not None:
            transport.abort()

    def _close_by(self, closes_at: float) -> None:
        """Close the connection at a time, or when it was to be closed if that is earlier."""
        if closes_at < self._next_keepalive_close_time:
            self._next_keepalive_close_time = closes_at
            if self._keepalive_handle is not None:
                self._keepalive_handle.cancel()
            self._keepalive_handle = self._loop.call_at(closes_at, self._process_keepalive)

    def _process_keepalive(self) -> None:
        transport = self.transport
        super()._process_keepalive()
        if self._force_close and transport is not None:
            transport.abort()

    async def _drain_helper(self) -> None:
        """Called by aiohttp: wait for a client that does not read, but not for ever."""
        if not self._paused:
            return
        try:
            async with asyncio.timeout(self._keepalive_timeout):
                await super()._drain_helper()
        except TimeoutError:
            self.give_up()
            raise ConnectionResetError("the client does not read") from None

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - aiohttp's
        """Called by aiohttp at a stop: wait for a running request alone."""
        half = (timeout or 0.0) / 2  # aiohttp waits twice: for the answer, and for its task
        await super().shutdown(max(half, AT_ONCE_S) if self._request_in_progress else AT_ONCE_S)

    async def start(self) -> None:
        """Called by aiohttp as soon as the connection is made."""
        transport = self.transport
        try:
            if await self._answer_plain_calls():
                await super().start()
        finally:
            if transport is not None and transport.get_write_buffer_size():
                self._loop.call_later(self._keepalive_timeout, transport.abort)

    async def _answer_plain_calls(self) -> bool:
        """Whether there is a request of another kind now."""
        while not self._force_close:
            if not self._messages:
                if self._is_half_closed:
                    self._leave()
                    return False
                self._waiter = self._loop.create_future()
                try:
                    await self._waiter
                finally:
                    self._waiter = None
            message, payload = self._messages[0]
            if not (isinstance(message, RawRequestMessage) and _is_plain(message, payload)):
                return True
            self._messages.popleft()
            self._make_room()
            await self._answer(message, payload)
            if self._close and not self._force_close:
                self._leave()
                return False
        return False

    def _leave(self) -> None:
        """Close the connection once everything is written."""
        self._task_handler = None
        if self.transport is not None:
            self.transport.close()

    def eof_received(self) -> bool:  # type: ignore[override] # aiohttp's drops the answer
        """Called by the loop when the client sends no more: what it has asked is still answered."""
        self._is_half_closed = True
        payload = self._messages[-1][1] if self._messages else self.payload
        if payload is not None and not payload.is_eof():
            payload.set_exception(ConnectionResetError("the body was cut short"))
        return bool(self._messages) or self._waiter is None

    def close_if_half_closed(self) -> None:
        """Close after the answer that is being made, if the client sends no more."""
        if self._is_half_closed and not self._messages:
            self.close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Called by aiohttp: log what is no HTTP or has failed, and tell it as a JSON-RPC error."""
        super().handle_error(request, status, exc, message)
        response = self._server.refused(request, status)
        response.force_close()
        return response

    def _make_room(self) -> None:
        """Let the parser go on if too many requests had come together."""
        if self._parser is not None:
            self._parser.message_consumed()
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()

    async def _answer(self, message: RawRequestMessage, payload: StreamReader) -> None:
        """Answer a call; wait while the client does not read."""
        if (busy := self._endpoint.busy(message.headers)) is not None:
            await self._put_off(busy)
            return
        self._request_in_progress = True
        try:
            response = await self._endpoint.respond(message.headers, payload.read_nowait())
            if self.transport is None or self.transport.is_closing():
                return
            self.transport.write(response)
            if self._paused:
                await self._drain_helper()
        except ConnectionError:
            self.force_close()
        except Exception as fault:  # noqa: BLE001 - as aiohttp does
            self.log_exception("Unhandled exception", exc_info=fault)
            self.force_close()
        finally:
            self._request_in_progress = False
            if self._handler_waiter is not None:
                self._handler_waiter.set_result(None)
        self._await_next()

    async def _put_off(self, refusal: bytes) -> None:
        """Refuse a call, and look at the next when the client may repeat it."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(refusal)
        if not self._endpoint.is_stopping:
            await asyncio.sleep(rest_s())
        self._await_next()

    def _await_next(self) -> None:
        """Close the connection when no request comes for too long."""
        self._keepalive = True
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._keepalive_handle is None and not self._force_close:
            self._keepalive_handle = self._loop.call_at(
                self._next_keepalive_close_time, self._process_keepalive
            )


def rest_s() -> float:
    """How long a connection rests after a call was put off: up to what Retry-After says.

    A client that repeats at once would take the time of those that are answered.
    """
    return RETRY_AFTER_S * random.uniform(0.7, 1.0)  # noqa: S311 - so that not all come back at once


def _is_plain(message: RawRequestMessage, payload: StreamReader) -> bool:
    """Whether a request is a posted JSON body that is here, as nearly all are."""
    headers = message.headers
    return (
        message.path == RPC_PATH
        and message.method == hdrs.METH_POST
        and message.version == HttpVersion11
        and not message.should_close
        and payload.is_eof()
        and headers.get(hdrs.CONTENT_TYPE) in JSON_TYPES
        and hdrs.CONTENT_ENCODING not in headers
        and hdrs.ORIGIN not in headers
        and not _asks_for_more(message)
    )


def _asks_for_more(message: RawRequestMessage) -> bool:
    """Whether a request has a header that the route answers."""
    return hdrs.EXPECT in message.headers or hdrs.UPGRADE in message.headers


class CallServer(web.Server):
    """Makes such connections. Calls that are not plain go to the endpoint without routing."""

    def __init__(
        self, routed: web.Server, endpoint: RpcEndpoint, limits: ConnectionLimits, **options: Any
    ) -> None:
        super().__init__(self._handle, request_factory=self._request, **options)
        at_once = connections_max()
        self.limits = limits
        self.crowd = Crowd(at_once, limits.per_address or int(at_once * SHARE_OF_AN_ADDRESS))
        self._routed = routed
        self._endpoint = endpoint
        self._options = options

    def __call__(self) -> web.RequestHandler:
        """A new connection."""
        return CallConnection(self, self._endpoint, loop=self._loop, **self._options)

    def _request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: "AbstractStreamWriter",
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        if isinstance(protocol, CallConnection):
            protocol.payload = payload
        if message.path != RPC_PATH or _asks_for_more(message):
            return self._routed.request_factory(message, payload, protocol, writer, task)
        size_max = self._endpoint.body_bytes_max
        return web.BaseRequest(
            message, payload, protocol, writer, task, self._loop, client_max_size=size_max
        )

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            response = await self._answered(request)
        except web.HTTPException as refusal:
            if refusal.status < FAILURES:
                self._complete(request, refusal)
                raise
            response = self.refused(request, refusal.status)
            if hdrs.ALLOW in refusal.headers:
                response.headers[hdrs.ALLOW] = refusal.headers[hdrs.ALLOW]
        else:
            self._complete(request, response)
        if isinstance(request.protocol, CallConnection):
            request.protocol.close_if_half_closed()
        return response

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        if not is_preflight(request.method, request.path, request.headers):
            is_call = type(request) is web.BaseRequest
            return await (self._posted if is_call else self._routed.request_handler)(request)
        allowed = self._endpoint.origins.preflight(request.path, request.headers[hdrs.ORIGIN])
        if allowed is None:
            return self._endpoint.refusal(request, 403)
        return web.Response(status=204, headers=allowed)

    async def _posted(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to a call, which waits if the one before it was put off."""
        connection = request.protocol
        if not isinstance(connection, CallConnection):
            return await self._endpoint.post(request)
        if (left_s := connection.rests_until - self._loop.time()) > 0:
            await asyncio.sleep(left_s)
        response = await self._endpoint.post(request)
        if response.status == PUT_OFF and not self._endpoint.is_stopping:
            connection.rests_until = self._loop.time() + rest_s()
        return response

    def refused(self, request: web.BaseRequest, status: int) -> web.Response:
        """The answer to a request that is refused, or failed, outside the endpoint."""
        response = self._endpoint.refusal(request, status)
        self._complete(request, response)
        return response

    def _complete(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Add the headers that every answer has."""
        response.headers[hdrs.SERVER] = SERVER
        if request.path in VERBS:
            origin = request.headers.get(hdrs.ORIGIN)
            add_to(response.headers, self._endpoint.origins.headers_for(origin))


class CallRunner(web.AppRunner):
    """Runs an application with an endpoint.

    It does not decompress bodies, so that we bound their size.
    """

    def __init__(
        self, application: web.Application, *, stop_grace_s: float, limits: ConnectionLimits
    ) -> None:
        super().__init__(application, handle_signals=False, shutdown_timeout=stop_grace_s)
        self._limits = limits

    async def finish(self) -> None:
        """Finish what runs, at a stop, and leave time of the grace to end the rest."""
        ends_at = asyncio.get_running_loop().time() + self._shutdown_timeout
        await self.app[ENDPOINT].finish(self._shutdown_timeout * SHARE_OF_GRACE)
        left = ends_at - asyncio.get_running_loop().time()
        self._shutdown_timeout = left * SHARE_OF_REST

    async def _make_server(self) -> web.Server:
        routed = await super()._make_server()
        return CallServer(
            routed,
            self.app[ENDPOINT],
            self._limits,
            access_log=None,
            auto_decompress=False,
            logger=http_log(),
            keepalive_timeout=self._limits.idle_timeout_s,
            lingering_time=LINGERING_S,
        )
