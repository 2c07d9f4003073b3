"""A connection that answers plain calls itself; everything else on it is aiohttp's.

What is too much is refused, or waits, before it is parsed.
"""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aiohttp import HttpVersion11, StreamReader, hdrs, web
from aiohttp.http_parser import RawRequestMessage

from rpc.connections import network_of
from rpc.http_endpoint import JSON_TYPES, RPC_PATH, RpcEndpoint
from rpc.unparsed import END_OF_HEAD, headers_of_call, is_health_check

if TYPE_CHECKING:
    from rpc.http_server import CallServer

AT_ONCE_S: Final = 0.01


class CallConnection(web.RequestHandler):
    """A connection that answers plain calls one after the other, without aiohttp's objects.

    From the first request on that is anything else, the connection is aiohttp's.
    """

    __slots__ = (
        "_endpoint",
        "_held",
        "_is_half_closed",
        "_is_in_step",
        "_network",
        "_server",
        "payload",
        "rests_until",
    )

    def __init__(self, server: "CallServer", endpoint: RpcEndpoint, **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server
        self._endpoint = endpoint
        self._network = ""
        self._is_half_closed = False
        self._is_in_step = True
        """Whether all that came so far came as whole requests, one by one."""
        self._held = b""
        """What came too early, unparsed."""
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
        if self._held:  # this is rare: more than one request at a time
            self._held += data
            self._pause_transport_reading()
            return
        if data and self._awaits_request and not self._may_begin(data):
            return
        self._feed(data)

    @property
    def is_idle(self) -> bool:
        """Whether nothing has been asked that is not answered."""
        return self._waiter is not None and not self._waiter.done() and not self._held

    @property
    def _awaits_request(self) -> bool:
        """Whether what comes next is the beginning of a request."""
        return self._is_in_step and (self.is_idle or not self._request_count)

    def _may_begin(self, data: bytes) -> bool:
        """Whether a request is to be parsed now. If not, it is refused, or waits for its turn."""
        if is_health_check(data):
            return True
        admission = self._endpoint.admission
        if (admission.is_crowded or self._endpoint.is_stopping) and self._refuse(data):
            return False
        if admission.takes_turn():
            return True
        self._held = data
        admission.in_later_turn(self._begin_held)
        return False

    def _begin_held(self) -> None:
        data, self._held = self._held, b""
        if self.transport is None or self.transport.is_closing():
            return
        if self._endpoint.admission.is_full and self._refuse(data):
            return
        if self._is_half_closed:
            self._feed(data)
            if not self.eof_received():
                self.transport.close()
            return
        self._resume_transport_reading()
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        super().data_received(data)
        if data and self._is_in_step:
            self._is_in_step = len(self._messages) == 1 and _is_whole(data, self._messages[0][1])
        if data and self.is_idle:
            self._close_by(self._loop.time() + self._server.limits.header_timeout_s)

    def _refuse(self, data: bytes) -> bool:
        """Refuse a call unparsed, if it is one; its connection rests then.

        What comes meanwhile is not even read.
        """
        headers = headers_of_call(data)
        if headers is None or self.transport is None:
            return False
        if self._paused:  # the client does not read what it is told
            self.give_up()
            return True
        self.transport.write(self._endpoint.busy(headers))
        self._await_next()
        if self._is_half_closed:
            self.transport.close()
        elif not self._endpoint.is_stopping:
            self._pause_transport_reading()
            self._endpoint.admission.rest(self._resume_transport_reading)
        return True

    @property
    def closes_at(self) -> float:
        """When it is closed if nothing is asked until then, by the loop's clock."""
        return self._next_keepalive_close_time

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002 - aiohttp's
        """Called by aiohttp whenever a body was read: go on, unless nothing more can be there."""
        if self._reading_paused or not self._is_in_step:
            super().resume_reading(resume_parser)

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
        except ConnectionError:
            # aiohttp's exception and its future hold each other, and through the frames that it
            # passes the answer, which would be garbage for long: it is collected rarely.
            raise ConnectionResetError("the client has left") from None

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
        if not (self._messages or self._held) and self._waiter is None:
            self._close = True  # after the answer under way, if it is not written yet
        return bool(self._messages or self._held) or self._waiter is None

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
        if not self._is_in_step:
            await self._endpoint.admission.turn()
        if self._endpoint.is_stopping or self._endpoint.admission.is_full:
            await self._put_off(self._endpoint.busy(message.headers))
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
        await self._endpoint.rest()
        self._await_next()

    def _await_next(self) -> None:
        """Close the connection when no request comes for too long."""
        self._keepalive = True
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._keepalive_handle is None and not self._force_close:
            self._keepalive_handle = self._loop.call_at(
                self._next_keepalive_close_time, self._process_keepalive
            )


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
        and not asks_for_more(message)
    )


def asks_for_more(message: RawRequestMessage) -> bool:
    """Whether a request has a header that the route answers."""
    return hdrs.EXPECT in message.headers or hdrs.UPGRADE in message.headers


def _is_whole(data: bytes, payload: StreamReader) -> bool:
    """Whether data are one request, with that body, and nothing of another one."""
    end = data.find(END_OF_HEAD) + len(END_OF_HEAD)
    return payload.is_eof() and end + payload.total_bytes == len(data)
