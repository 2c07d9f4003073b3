"""OpenTelemetry traces, for a service that has OCTAVO_TRACES_ENDPOINT; nothing else imports this.

The maintained instrumentations follow aiohttp's routes and the driver's statements. Calls do not go
by aiohttp's routes (decision 0015), so these have spans of ours: the request and its calls.
No span has parameters, results, keys, or the text of an error.
"""

import asyncio
import os
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

from aiohttp import web
from jsonrpcserver.result import Result, Success
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.aiohttp_server import AioHttpServerInstrumentor
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from oslash.either import Left

from rpc.call_handler import CallHandler, Invocation, Unfinished
from rpc.correlation import correlation_id
from rpc.http_endpoint import RpcEndpoint
from rpc.settings import Settings

STATUS_OF_RESPONSE: Final = slice(9, 12)
"""Where `HTTP/1.1 200 OK` has its status."""
NOT_FOLLOWED: Final = "healthz,readyz,metrics"
NEVER_SHOWN: Final = "x-api-key,authorization,cookie,set-cookie"


_TRACER: Final = trace.get_tracer("octavo")
"""Of the process's provider, as soon as there is one."""


class _Requests(Sampler):
    """A share of the requests; work of the service's own, which begins with a statement, not."""

    def __init__(self, share: float) -> None:
        self._share = TraceIdRatioBased(share)

    def should_sample(
        self,
        parent_context: Any,
        trace_id: int,
        name: str,
        kind: Any = None,
        *more: Any,
        **also: Any,
    ) -> SamplingResult:
        """Whether a trace that begins with this span is followed."""
        sampler: Sampler = self._share if kind is SpanKind.SERVER else ALWAYS_OFF
        return sampler.should_sample(parent_context, trace_id, name, kind, *more, **also)

    def get_description(self) -> str:
        """For people."""
        return f"requests, {self._share.get_description()}"


def start(settings: Settings, exporter: SpanExporter | None = None) -> TracerProvider:
    """Follow what is made from now on, applications and clients of MongoDB; once in a process."""
    os.environ.setdefault("OTEL_PYTHON_AIOHTTP_SERVER_EXCLUDED_URLS", NOT_FOLLOWED)
    os.environ.setdefault("OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SANITIZE_FIELDS", NEVER_SHOWN)
    name = os.environ.get("OTEL_SERVICE_NAME", "octavo")
    provider = TracerProvider(
        sampler=ParentBased(_Requests(settings.traces_share)),
        resource=Resource.create({SERVICE_NAME: name}),
    )
    to = f"{str(settings.traces_endpoint).rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter(endpoint=to)))
    trace.set_tracer_provider(provider)
    AioHttpServerInstrumentor().instrument(tracer_provider=provider)
    PymongoInstrumentor().instrument(tracer_provider=provider, failed_hook=_name_the_failure)
    return provider


async def stop(provider: TracerProvider) -> None:
    """Send what is left, and follow nothing more."""
    PymongoInstrumentor().uninstrument()
    AioHttpServerInstrumentor().uninstrument()
    await asyncio.to_thread(provider.shutdown)


def _name_the_failure(span: Span, event: Any) -> None:
    """The name of the error instead of its text, which may have a row's values."""
    span.set_status(Status(StatusCode.ERROR, str(event.failure.get("codeName", "unknown"))))


class TracedEndpoint(RpcEndpoint):
    """An endpoint whose requests have spans, under the client's own if it sent `traceparent`."""

    async def respond(self, headers: Mapping[str, str], body: bytes) -> bytes:
        """As of the endpoint."""
        with self._span(headers) as span:
            response = await super().respond(headers, body)
            _note(span, int(response[STATUS_OF_RESPONSE]))
        return response

    async def post(self, request: web.BaseRequest) -> web.StreamResponse:
        """As of the endpoint."""
        with self._span(request.headers) as span:
            response = await super().post(request)
            _note(span, response.status)
        return response

    def _span(self, headers: Mapping[str, str]) -> Any:
        return _TRACER.start_as_current_span(
            "POST /rpc",
            context=propagate.extract(headers),
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        )


def _note(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("octavo.correlation_id", correlation_id())


class TracedCallHandler(CallHandler):
    """A handler whose calls have spans."""

    def __call__(self, invocation: Invocation, /, *args: Any, **kwargs: Any) -> Result:
        """As of the handler."""
        name = self._method.name
        span = _TRACER.start_span(name, attributes={"rpc.system": "jsonrpc", "rpc.method": name})
        with _current(span):
            result = super().__call__(invocation, *args, **kwargs)
        if isinstance(result, Left) or type(result._value.result) is bytes:  # noqa: SLF001 - as in the dispatcher
            _note_error(span, result)
            span.end()
            return result
        return Success(_Unfinished(span, result._value.result))  # noqa: SLF001 - as above


class _Unfinished(Unfinished):
    """A call that waits: every step has its span as the current one, and nothing between them.

    The calls of a batch wait in one task (`rpc/begin.py`), so in one context.
    """

    __slots__ = ("_span",)

    def __init__(self, span: Span, call: Unfinished) -> None:
        super().__init__(call._handler, call._begun, call._started, call._caller)  # noqa: SLF001 - it takes its place
        self._span = span

    def __await__(self) -> Generator[Any, Any, Result]:
        """As of the call."""
        work = super().__await__()
        step: Callable[[Any], Any] = work.send
        given: Any = None
        try:
            while True:
                with _current(self._span):
                    waits_for = step(given)
                try:
                    given, step = (yield waits_for), work.send
                except BaseException as fault:  # noqa: BLE001 - the work decides
                    given, step = fault, work.throw
        except StopIteration as done:
            result: Result = done.value
            _note_error(self._span, result)
            return result
        finally:
            self._span.end()

    def resume(self) -> Result | None:
        """As of the call."""
        with _current(self._span):
            result = super().resume()
        if result is not None:
            _note_error(self._span, result)
            self._span.end()
        return result

    def give_up(self) -> Result:
        """As of the call."""
        with _current(self._span):
            super().abandon()
        result = self._handler.too_late(self._started)
        _note_error(self._span, result)
        self._span.end()
        return result

    def abandon(self) -> None:
        """As of the call."""
        with _current(self._span):
            super().abandon()
        self._span.end()


def _current(span: Span) -> Any:
    return trace.use_span(span, record_exception=False, set_status_on_exception=False)


def _note_error(span: Span, result: Result) -> None:
    if isinstance(result, Left):
        kind = result._error.data["type"]  # noqa: SLF001 - as above
        span.set_attribute("error.type", kind)
        span.set_status(Status(StatusCode.ERROR, kind))
