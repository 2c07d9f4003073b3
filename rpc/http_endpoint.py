"""POST /rpc: bytes in, bytes out. What is JSON-RPC about them is not decided here."""

import asyncio
import contextlib
import uuid
from typing import Final

import structlog
from aiohttp import hdrs, web

from domain.errors import StorageUnavailable
from repository.keys import KeyRing
from rpc import protocol
from rpc.dispatcher import Dispatcher
from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object, from_error
from rpc.metrics import Metrics
from rpc.protocol import ProtocolLimits

API_KEY_HEADER: Final = "X-API-Key"
REQUEST_ID_HEADER: Final = "X-Request-Id"
REQUEST_ID_CHARACTERS_MAX: Final = 128
RETRY_AFTER_S: Final = 1
JSON: Final = "application/json"
JSON_TYPES: Final = frozenset({JSON, "application/json-rpc", "application/jsonrequest"})


class RpcEndpoint:
    """Answers HTTP requests. Work beyond `requests_max` at a time is refused with 503."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        keys: KeyRing,
        metrics: Metrics,
        limits: ProtocolLimits,
        *,
        body_bytes_max: int,
        requests_max: int,
    ) -> None:
        self._dispatcher = dispatcher
        self._keys = keys
        self._metrics = metrics
        self._limits = limits
        self._body_bytes_max = body_bytes_max
        self._requests_max = requests_max
        self._in_flight = 0
        self._nothing_in_flight = asyncio.Event()
        self._nothing_in_flight.set()
        self._is_stopping = False

    async def finish(self, grace_s: float) -> None:
        """Admit nothing more and wait, `grace_s` seconds at most, for what was admitted."""
        self._is_stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                await self._nothing_in_flight.wait()

    async def post(self, request: web.Request) -> web.Response:
        """Answer one request, under a correlation id that the response names."""
        request_id = _request_id(request)
        with structlog.contextvars.bound_contextvars(correlation_id=request_id):
            response = await self._admit(request)
        response.headers[REQUEST_ID_HEADER] = request_id
        return response

    async def _admit(self, request: web.Request) -> web.Response:
        if request.method != hdrs.METH_POST:
            response = self._respond(405, error_object(ErrorCode.INVALID_REQUEST, "Use POST."))
            response.headers[hdrs.ALLOW] = hdrs.METH_POST
            return response
        if request.content_type not in JSON_TYPES:
            detail = f"Send the header Content-Type: {JSON}."
            return self._respond(415, error_object(ErrorCode.INVALID_REQUEST, detail))
        if self._is_stopping or self._in_flight >= self._requests_max:
            message = "Too many requests wait already."
            if self._is_stopping:
                message = "The service is stopping."
            response = self._respond(503, error_object(ErrorCode.BUSY, message, retryable=True))
            response.headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_S)
            return response
        self._in_flight += 1
        self._nothing_in_flight.clear()
        self._metrics.requests_in_flight.set(self._in_flight)
        try:
            return await self._answer(request)
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._nothing_in_flight.set()
            self._metrics.requests_in_flight.set(self._in_flight)

    async def _answer(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > self._body_bytes_max:
            return self._too_large()
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._too_large()
        try:
            caller = await self._keys.caller_of(request.headers.get(API_KEY_HEADER, ""))
        except StorageUnavailable as refusal:
            return self._respond(503, from_error(refusal))
        message = protocol.parse(body, self._limits)
        if caller is None and not self._dispatcher.is_open_to_anybody(message):
            detail = f"Send a valid key in the {API_KEY_HEADER} header."
            return self._respond(401, error_object(ErrorCode.UNAUTHENTICATED, detail))
        answer = await self._dispatcher.answer(message, caller)
        if answer is None:
            return web.Response(status=204)
        return web.Response(body=answer, content_type=JSON)

    def _too_large(self) -> web.Response:
        largest = self._body_bytes_max
        message = f"A body may have {largest} bytes; split the batch."
        error = error_object(ErrorCode.REQUEST_TOO_LARGE, message, body_bytes_max=largest)
        return self._respond(413, error)

    def _respond(self, status: int, error: ErrorObject) -> web.Response:
        """Refuse a request as a whole; no id belongs to that."""
        self._metrics.refused_requests.labels(str(status)).inc()
        return web.Response(status=status, body=protocol.failure(None, error), content_type=JSON)


def _request_id(request: web.Request) -> str:
    """The client's own id for the request if it is fit for a log, else a new one."""
    given = request.headers.get(REQUEST_ID_HEADER, "")
    fit = given.isascii() and given.isprintable() and len(given) <= REQUEST_ID_CHARACTERS_MAX
    return given if given and fit else uuid.uuid4().hex
