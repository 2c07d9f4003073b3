"""The HTTP server: its connections answer plain calls themselves, everything else is aiohttp's.

aiohttp makes a task, a request, a writer and a response for each request and asks its router, which
costs more than a call. A plain call needs none of them: its head is parsed, its body is here.
"""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aiohttp import StreamReader, hdrs, web
from aiohttp.http_parser import RawRequestMessage

from rpc.call_connection import CallConnection, asks_for_more
from rpc.connections import SHARE_OF_AN_ADDRESS, ConnectionLimits, Crowd, connections_max
from rpc.cross_origin import VERBS, add_to, is_preflight
from rpc.http_endpoint import ENDPOINT, RPC_PATH, RpcEndpoint
from rpc.logging import http_log

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter


SERVER: Final = "octavo"
"""The header `Server`: aiohttp's own tells the versions of Python and aiohttp."""
FAILURES: Final = 400
LINGERING_S: Final = 2.0
"""So long the rest of a body that nobody wants is read, so that its sender sees the answer."""
PUT_OFF: Final = 503
SHARE_OF_GRACE: Final = 0.8
"""The part of a stop's grace in which running requests finish."""
SHARE_OF_REST: Final = 0.5
"""The part of what is left of it then, in which they are ended; the rest is for the storage."""


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
        if message.path != RPC_PATH or asks_for_more(message):
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
            connection.rests_until = self._loop.time() + self._endpoint.admission.rest()
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
