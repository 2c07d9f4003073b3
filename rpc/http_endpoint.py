"""POST /rpc: bytes in, bytes out. This module knows HTTP, not JSON-RPC."""

import asyncio
import contextlib
import math
import time
import zlib
from collections.abc import Mapping
from typing import Final

from aiohttp import StreamReader, hdrs, web

from domain.errors import (
    BodyTimedOut,
    RateLimited,
    Stopping,
    StorageUnavailable,
    TooManyWaiting,
    Unauthenticated,
)
from domain.keys import Caller
from repository.keys import KeyRing
from rpc import protocol
from rpc.admission import Admission
from rpc.arrivals import KEYLESS_BODY_BYTES_MAX, KEYLESS_BODY_READ_S, Arrivals
from rpc.asked_host import remember_host
from rpc.begin import Waiting, begin
from rpc.correlation import correlate, new_correlation_id
from rpc.cross_origin import AllowedOrigins
from rpc.dispatcher import Dispatcher
from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object, from_error
from rpc.http_refusals import error_of_status
from rpc.http_response import (
    JSON,
    REQUEST_ID_HEADER,
    JsonResponse,
    busy_head,
    json_head,
    written,
)
from rpc.metrics import Metrics
from rpc.protocol import ProtocolLimits
from rpc.rate_limit import RateLimit

RPC_PATH: Final = "/rpc"
API_KEY_HEADER: Final = "X-API-Key"
REQUEST_ID_CHARACTERS_MAX: Final = 128
JSON_TYPES: Final = frozenset({JSON, "application/json-rpc", "application/jsonrequest"})
IDENTITY: Final = "identity"
COMPRESSED: Final = frozenset({"gzip", "x-gzip", "deflate"})
GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
REFUSAL_HEADERS: Final = {
    401: {hdrs.WWW_AUTHENTICATE: f'ApiKey header="{API_KEY_HEADER}"'},
    405: {hdrs.ALLOW: hdrs.METH_POST},
    415: {hdrs.ACCEPT: JSON, hdrs.ACCEPT_ENCODING: "gzip, deflate"},
}
"""Headers that RFC 9110 requires (sections 11.6.1, 15.5.6) or suggests (15.5.16, 15.6.4)."""

SERVICE_UNAVAILABLE: Final = 503

STOPPING: Final = from_error(Stopping())
TOO_MANY: Final = from_error(TooManyWaiting())
STOPPING_BODY: Final = protocol.failure(None, STOPPING)
TOO_MANY_BODY: Final = protocol.failure(None, TOO_MANY)


class _RefusedError(Exception):
    """The request is refused as a whole; its id is known if it is a single call that was read."""

    def __init__(self, status: int, error: ErrorObject, call_id: protocol.Id = None) -> None:
        super().__init__(error["message"])
        self.status = status
        self.error = error
        self.call_id = call_id


class RpcEndpoint:
    """Answers HTTP requests, those that are admitted; others are refused with 503."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        keys: KeyRing,
        metrics: Metrics,
        limits: ProtocolLimits,
        *,
        body_bytes_max: int,
        body_read_timeout_s: float,
        admission: Admission,
        origins: AllowedOrigins,
        rate_limit: RateLimit | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._keys = keys
        self._metrics = metrics
        self._limits = limits
        self.body_bytes_max = body_bytes_max
        self.origins = origins
        self._body_read_timeout_s = body_read_timeout_s
        self.admission = admission
        self._rate_limit = rate_limit
        self._arrivals = Arrivals(body_bytes_max)
        self._nothing_in_flight = asyncio.Event()
        self.is_stopping = False

    async def finish(self, grace_s: float) -> None:
        """Admit no more requests; wait at most `grace_s` seconds for those whose body is here."""
        self.is_stopping = True
        self._arrivals.end()
        if not self.admission.in_flight:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                await self._nothing_in_flight.wait()

    def busy(self, headers: Mapping[str, str]) -> bytes:
        """The whole response to a plain call that is refused."""
        body = STOPPING_BODY if self.is_stopping else TOO_MANY_BODY
        self._metrics.refused_requests.labels("503").inc()
        wait_s = math.ceil(self.admission.rest_s)
        return busy_head(len(body), _request_id(headers), wait_s) + body

    async def rest(self) -> None:
        """Wait as long as a connection that was refused has to rest; at a stop, not at all."""
        if not self.is_stopping:
            await asyncio.sleep(self.admission.rest())

    async def respond(self, headers: Mapping[str, str], body: bytes) -> bytes:
        """The whole response to an admitted body, posted as JSON, as it is, over HTTP/1.1."""
        request_id = _request_id(headers)
        correlate(request_id)
        remember_host(headers)
        try:
            begun = begin(self._answer_plain(headers, body))
            answer = await self._finish(begun) if isinstance(begun, Waiting) else begun
        except _RefusedError as refusal:
            return written(*self._refuse(refusal, request_id))
        if answer is None:
            return written(204, {REQUEST_ID_HEADER: request_id})
        return json_head(len(answer), request_id) + answer

    async def post(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer any request, under a correlation id that the response names."""
        request_id = _request_id(request.headers)
        correlate(request_id)
        remember_host(request.headers)
        try:
            encoding = _require_json_post(request)
            self._require_room()
            await self.admission.turn()
            caller = await self._caller_of(request.headers)
            body = await self._read(request, encoding, caller)
            self._require_room()
            begun = begin(self._answer(caller, body))
            answer = await self._finish(begun) if isinstance(begun, Waiting) else begun
        except _RefusedError as refusal:
            status, headers, body = self._refuse(refusal, request_id)
            return web.Response(status=status, headers=headers, body=body)
        if answer is None:
            return web.Response(status=204, headers={REQUEST_ID_HEADER: request_id})
        if JsonResponse.serves(request):
            return JsonResponse(answer, request_id)
        headers = {hdrs.CONTENT_TYPE: JSON, REQUEST_ID_HEADER: request_id}
        return web.Response(body=answer, headers=headers)

    def refusal(self, request: web.BaseRequest, status: int) -> web.Response:
        """The response to a request that HTTP refuses by a status, or that failed (500)."""
        request_id = _request_id(request.headers)
        correlate(request_id)
        refusal = _RefusedError(status, error_of_status(status))
        status, headers, body = self._refuse(refusal, request_id)
        return web.Response(status=status, headers=headers, body=body)

    def _require_room(self) -> None:
        if self.is_stopping:
            raise _RefusedError(503, STOPPING)
        if self.admission.is_full:
            raise _RefusedError(503, TOO_MANY)

    async def _finish(self, begun: Waiting[bytes | None]) -> bytes | None:
        """The answer to a request that waits, which counts as in flight meanwhile."""
        began_at = time.monotonic()
        self.admission.enter()
        self._metrics.requests_in_flight.inc()
        try:
            return await begun.finish()
        finally:
            self.admission.leave(time.monotonic() - began_at)
            self._metrics.requests_in_flight.dec()
            if self.is_stopping and not self.admission.in_flight:
                self._nothing_in_flight.set()

    async def _answer_plain(self, headers: Mapping[str, str], body: bytes) -> bytes | None:
        return await self._answer(await self._caller_of(headers, body), body)

    async def _caller_of(
        self, headers: Mapping[str, str], body: bytes | None = None
    ) -> Caller | None:
        """Whose key a request has; None if it is nobody's."""
        try:
            return await self._keys.caller_of(headers.get(API_KEY_HEADER, ""))
        except StorageUnavailable as refusal:
            read = None if body is None else protocol.parse(body, self._limits)
            call_id = None if read is None else protocol.id_of(read)
            raise _RefusedError(503, from_error(refusal), call_id) from refusal

    async def _answer(self, caller: Caller | None, body: bytes) -> bytes | None:
        if len(body) > self.body_bytes_max:
            raise self._too_large()
        if caller is None and len(body) > KEYLESS_BODY_BYTES_MAX:
            raise _RefusedError(401, from_error(Unauthenticated()))
        message = protocol.parse(body, self._limits)
        if caller is None and not self._dispatcher.admits(message, caller):
            raise _RefusedError(401, from_error(Unauthenticated()), protocol.id_of(message))
        if caller is not None and self._rate_limit is not None:
            try:
                self._rate_limit.take(caller.key_id, len(message.elements))
            except RateLimited as refusal:
                raise _RefusedError(429, from_error(refusal), protocol.id_of(message)) from None
        return await self._dispatcher.answer(message, caller)

    async def _read(self, request: web.BaseRequest, encoding: str, caller: Caller | None) -> bytes:
        """The whole body, decompressed, within the limits of the caller."""
        content = request.content
        if content.is_eof() and encoding == IDENTITY:  # the whole body is here
            return content.read_nowait()
        bytes_max, seconds = self.body_bytes_max, self._body_read_timeout_s
        if caller is None:
            bytes_max = min(bytes_max, KEYLESS_BODY_BYTES_MAX)
            seconds = min(seconds, KEYLESS_BODY_READ_S)
        too_large = (
            self._too_large() if caller else _RefusedError(401, from_error(Unauthenticated()))
        )
        length = request.content_length
        if (length or 0) > bytes_max:
            raise too_large
        try:
            async with self._arrivals.admit(bytes_max if length is None else length, seconds):
                body = await _whole(content, bytes_max)
        except TimeoutError:
            if self.is_stopping:
                raise _RefusedError(503, STOPPING) from None
            raise _RefusedError(408, from_error(BodyTimedOut(deadline_s=seconds))) from None
        except TooManyWaiting:
            raise _RefusedError(503, TOO_MANY) from None
        except (web.RequestPayloadError, ConnectionError) as failure:  # cut short, or badly framed
            error = error_object(ErrorCode.PARSE_ERROR, "The body did not arrive whole.")
            raise _RefusedError(400, error) from failure
        if body is not None and encoding != IDENTITY:
            body = _decompressed(body, bytes_max + 1)
        if body is None or len(body) > bytes_max:
            raise too_large
        return body

    def _too_large(self) -> _RefusedError:
        largest = self.body_bytes_max
        message = f"A body may have {largest} bytes; split the batch."
        error = error_object(ErrorCode.REQUEST_TOO_LARGE, message, body_bytes_max=largest)
        return _RefusedError(413, error)

    def _refuse(self, refusal: _RefusedError, request_id: str) -> tuple[int, dict[str, str], bytes]:
        """The response to a request refused as a whole."""
        self._metrics.refused_requests.labels(str(refusal.status)).inc()
        headers = {hdrs.CONTENT_TYPE: JSON, REQUEST_ID_HEADER: request_id}
        more = REFUSAL_HEADERS.get(refusal.status, {})
        is_busy = refusal.status == SERVICE_UNAVAILABLE
        wait_s = self.admission.rest_s if is_busy else refusal.error["data"].get("retry_after_s")
        if wait_s is not None:
            more = more | {hdrs.RETRY_AFTER: str(math.ceil(wait_s))}
        return refusal.status, headers | more, protocol.failure(refusal.call_id, refusal.error)


ENDPOINT: Final = web.AppKey("endpoint", RpcEndpoint)


def _require_json_post(request: web.BaseRequest) -> str:
    """How the body is encoded. Raises _RefusedError unless it is JSON that was posted."""
    if request.method != hdrs.METH_POST:
        raise _RefusedError(405, error_object(ErrorCode.INVALID_REQUEST, "Use POST."))
    headers = request.headers
    if headers.get(hdrs.CONTENT_TYPE) not in JSON_TYPES and request.content_type not in JSON_TYPES:
        detail = f"Send the header Content-Type: {JSON}."
        raise _RefusedError(415, error_object(ErrorCode.INVALID_REQUEST, detail))
    given = headers.get(hdrs.CONTENT_ENCODING)
    encoding = IDENTITY if given is None else given.strip().lower() or IDENTITY
    if encoding != IDENTITY and encoding not in COMPRESSED:
        detail = "Send the body as it is, or compressed with gzip."
        raise _RefusedError(415, error_object(ErrorCode.INVALID_REQUEST, detail))
    return encoding


async def _whole(content: StreamReader, bytes_max: int) -> bytes | None:
    """A body, or None as soon as it has more bytes than it may have."""
    parts: list[bytes] = []
    try:
        while bytes_max >= 0:
            parts.append(await content.readany())
            if not parts[-1]:
                return b"".join(parts)
            bytes_max -= len(parts[-1])
        return None
    finally:
        parts.clear()  # a failure's frames are garbage for long: it is collected rarely


def _decompressed(body: bytes, bytes_max: int) -> bytes:
    """At most `bytes_max` decompressed bytes; none, which is not JSON, if it was not compressed.

    None too if its end is missing, or if anything follows it.
    """
    stream = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        content = stream.decompress(body, bytes_max)
    except zlib.error:
        return b""
    is_whole = stream.eof and not stream.unused_data
    return content if is_whole or len(content) == bytes_max else b""


def _request_id(headers: Mapping[str, str]) -> str:
    """The client's own id for the request if it is safe to log, else a new one."""
    given = headers.get(REQUEST_ID_HEADER)
    if given is None:
        return new_correlation_id()
    fit = given.isascii() and given.isprintable() and len(given) <= REQUEST_ID_CHARACTERS_MAX
    return given if given and fit else new_correlation_id()
