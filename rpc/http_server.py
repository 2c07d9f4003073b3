"""The HTTP server: a connection answers plain calls itself, everything else is aiohttp's.

aiohttp makes a task, a request, a writer and a response for each request and asks its router, which
costs more than a call. A plain call needs none of them: its head is parsed, its body is here.
"""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from aiohttp import HttpVersion11, StreamReader, hdrs, web
from aiohttp.http_parser import RawRequestMessage

from rpc.http_endpoint import ENDPOINT, JSON_TYPES, RPC_PATH, RpcEndpoint
from rpc.logging import http_log

if TYPE_CHECKING:
    import asyncio

    from aiohttp.abc import AbstractStreamWriter


class CallConnection(web.RequestHandler):
    """A connection that answers plain calls one after the other, without aiohttp's objects.

    From the first request on that is anything else, the connection is aiohttp's.
    """

    __slots__ = ("_endpoint",)

    def __init__(self, server: web.Server, endpoint: RpcEndpoint, **options: Any) -> None:
        super().__init__(server, **options)
        self._endpoint = endpoint

    async def start(self) -> None:
        """Called by aiohttp as soon as the connection is made."""
        while not self._force_close:
            if not self._messages:
                self._waiter = self._loop.create_future()
                try:
                    await self._waiter
                finally:
                    self._waiter = None
            message, payload = self._messages[0]
            if not (isinstance(message, RawRequestMessage) and _is_plain(message, payload)):
                break
            self._messages.popleft()
            self._make_room()
            await self._answer(message, payload)
            if self._close and not self._force_close:
                self._task_handler = None
                if self.transport is not None:
                    self.transport.close()
                return
        await super().start()

    def _make_room(self) -> None:
        """Let the parser go on if too many requests had come together."""
        if self._parser is not None:
            self._parser.message_consumed()
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()

    async def _answer(self, message: RawRequestMessage, payload: StreamReader) -> None:
        """Answer a call; wait while the client does not read."""
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
        and not _asks_for_more(message)
    )


def _asks_for_more(message: RawRequestMessage) -> bool:
    """Whether a request has a header that the route answers."""
    headers = message.headers
    return hdrs.ORIGIN in headers or hdrs.EXPECT in headers or hdrs.UPGRADE in headers


class CallServer(web.Server):
    """Makes such connections. Calls that are not plain go to the endpoint without routing."""

    def __init__(self, routed: web.Server, endpoint: RpcEndpoint, **options: Any) -> None:
        super().__init__(self._handle, request_factory=self._request, **options)
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
        if message.path != RPC_PATH or _asks_for_more(message):
            return self._routed.request_factory(message, payload, protocol, writer, task)
        size_max = self._endpoint.body_bytes_max
        return web.BaseRequest(
            message, payload, protocol, writer, task, self._loop, client_max_size=size_max
        )

    def _handle(self, request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        is_call = type(request) is web.BaseRequest
        return self._endpoint.post(request) if is_call else self._routed.request_handler(request)


class CallRunner(web.AppRunner):
    """Runs an application with an endpoint.

    It does not decompress bodies, so that we bound their size.
    """

    def __init__(self, application: web.Application, *, stop_grace_s: float) -> None:
        super().__init__(application, handle_signals=False, shutdown_timeout=stop_grace_s)

    async def _make_server(self) -> web.Server:
        routed = await super()._make_server()
        return CallServer(
            routed,
            self.app[ENDPOINT],
            access_log=None,
            auto_decompress=False,
            logger=http_log(),
        )
