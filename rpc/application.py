"""The composition root: from settings to a running application."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import structlog
from aiohttp import web

from data.load import load_demo
from domain.clock import Clock
from domain.errors import StorageUnavailable
from domain.keys import DEMO_KEY
from repository import rollups
from repository.audit import Auditor
from repository.keys import KeyRing
from repository.library import Librarian
from repository.mongo.change_watch import watch_changes
from repository.mongo.clock import now
from repository.mongo.indexes import cached, held, mirrored, tailed
from repository.mongo.steps import AnswerWatch
from repository.order_settlement import OrderSettlement
from repository.payment_gateway import GATEWAYS
from repository.search import SearchIndexes
from repository.storage import Storage, open_storage
from repository.store_directory import StoreMirrors
from rpc import console_page, docs_page
from rpc.admission import Admission
from rpc.call_handler import CallHandler
from rpc.connections import DEFAULT_LIMITS, ConnectionLimits
from rpc.dispatcher import Dispatcher, DispatchLimits
from rpc.http_endpoint import ENDPOINT, RPC_PATH, RpcEndpoint
from rpc.http_server import CallRunner
from rpc.kept_answers import KeptAnswers
from rpc.method_registry import MethodRegistry, Services
from rpc.methods import (
    audit,
    authors,
    books,
    deliveries,
    discover,
    keys,
    library,
    listings,
    members,
    orders,
    purchases,
    requests,
    returns,
    sales,
    search,
    stores,
    users,
)
from rpc.metrics import SHARED_FOLDER, Metrics
from rpc.openrpc_document import openrpc_document
from rpc.protocol import ProtocolLimits
from rpc.published_document import PublishedDocument
from rpc.rate_limit import RateLimit
from rpc.settings import Settings
from rpc.shared_turn import SharedTurn

# The order of the documentation: its examples succeed when they are sent in this order.
REGISTRY: Final = MethodRegistry.of_modules(
    books,
    authors,
    sales,
    orders,
    deliveries,
    returns,
    members,
    library,
    stores,
    listings,
    users,
    purchases,
    search,
    requests,
    keys,
    audit,
    discover,
)


READY_ANSWER_S: Final = 2.0
"""/readyz answers 503 when a ping of the database takes longer."""

log = structlog.get_logger("octavo")


class Lifecycle:
    """Whether the service has been asked to stop: from then on it is not ready."""

    def __init__(self) -> None:
        self.is_stopping = False


CLOCK: Final[web.AppKey[Clock]] = web.AppKey("clock")
SETTINGS: Final = web.AppKey("settings", Settings)
METRICS: Final = web.AppKey("metrics", Metrics)
LIFECYCLE: Final = web.AppKey("lifecycle", Lifecycle)
STORAGE: Final = web.AppKey("storage", Storage)
SERVICES: Final = web.AppKey("services", Services)


def make_application(settings: Settings, clock: Clock = now) -> web.Application:
    """The application with its routes; its resources are opened and closed with it."""
    tracing = None if settings.traces_endpoint is None else _start_tracing(settings)
    application = web.Application(client_max_size=settings.body_bytes_max)
    application[SETTINGS] = settings
    application[CLOCK] = clock
    application[METRICS] = Metrics()
    application[LIFECYCLE] = Lifecycle()
    application.cleanup_ctx.extend(
        (_storage, _read_cache, _services, _hold_sweep, _rollups, _endpoint)
    )
    if tracing is not None:
        application.cleanup_ctx.insert(0, tracing)
    application.router.add_route("*", RPC_PATH, _rpc)
    application.router.add_get("/openrpc.json", _openrpc)
    for page in (docs_page, console_page):
        page.add_routes(application.router, DEMO_KEY if settings.first_key == DEMO_KEY else None)
    application.router.add_get("/healthz", _healthz)
    application.router.add_get("/readyz", _readyz)
    application.router.add_get("/metrics", _metrics)
    return application


def _start_tracing(settings: Settings) -> Callable[[web.Application], AsyncIterator[None]]:
    """Follow all that is made from now on until the application ends."""
    from rpc import tracing  # noqa: PLC0415 - it needs packages that others do without

    provider = tracing.start(settings)

    async def context(_: web.Application) -> AsyncIterator[None]:
        yield
        await tracing.stop(provider)

    return context


def make_runner(
    application: web.Application,
    *,
    stop_grace_s: float,
    limits: ConnectionLimits = DEFAULT_LIMITS,
) -> CallRunner:
    """The runner of the application."""
    return CallRunner(application, stop_grace_s=stop_grace_s, limits=limits)


async def _storage(application: web.Application) -> AsyncIterator[None]:
    settings = application[SETTINGS]
    shared = os.environ.get(SHARED_FOLDER)
    folder = None if shared is None else Path(shared)
    async with open_storage(settings, application[CLOCK], folder) as storage:
        if settings.demo:
            await load_demo(storage)
        application[STORAGE] = storage
        yield


@contextlib.asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run work beside the block, and cancel it at the end of the block."""
    task = asyncio.create_task(work)
    task.add_done_callback(_log_death)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _log_death(task: "asyncio.Task[None]") -> None:
    """Log at once that work has ended which should last as long as the service."""
    if not task.cancelled():
        log.error("a task in the background has ended", exc_info=task.exception())


async def _read_cache(application: web.Application) -> AsyncIterator[None]:
    settings, database = application[SETTINGS], application[STORAGE].database
    collections = cached()
    database.reads.cache(
        collections, documents_max=settings.cached_documents_max, ttl_s=settings.cache_ttl_s
    )
    application[METRICS].show_cache(database.reads.counters)
    database.lists.hold(held(), rows_max=settings.held_rows_max)
    rollups.hold(database, movements_max=settings.held_movements_max)
    async with _in_background(watch_changes(database, collections, mirrored(), tailed())):
        yield
    await database.lists.close()
    for movements in database.held_movements:
        await movements.close()


async def _services(application: web.Application) -> AsyncIterator[None]:
    settings, storage = application[SETTINGS], application[STORAGE]
    database, core = storage.database, storage.core
    core.observe_group = application[METRICS].group_changes.observe
    gateway = GATEWAYS[settings.payment_gateway](database, core)
    settlement = OrderSettlement(database, core, gateway, settings.payment_timeout_s)
    application[SERVICES] = Services(
        database=database,
        core=core,
        answers=AnswerWatch(database),
        keys=KeyRing(database, settings.first_key),
        settlement=settlement,
        librarian=Librarian(database, core, settings.loan_terms),
        stores=StoreMirrors(database),
        search=SearchIndexes(database),
        auditor=Auditor(database, settlement.heartbeat),
        openrpc=PublishedDocument(
            openrpc_document(REGISTRY, _own_url(settings)), settings.public_url
        ),
    )
    ready = application[SERVICES].search.keep_ready()
    async with settlement.running(), _in_background(ready):
        yield


def _own_url(settings: Settings) -> str:
    """The URL of the service on this machine."""
    return f"http://localhost:{settings.port}{RPC_PATH}"


async def _hold_sweep(application: web.Application) -> AsyncIterator[None]:
    services, settings = application[SERVICES], application[SETTINGS]
    sweep = services.librarian.keep_sweeping(settings.hold_sweep_interval_s)
    async with _in_background(sweep):
        yield


async def _rollups(application: web.Application) -> AsyncIterator[None]:
    roller = rollups.roller(application[STORAGE].database)
    async with _in_background(roller.keep_rolling(application[SETTINGS].rollup_tails_max)):
        yield


async def _endpoint(application: web.Application) -> AsyncIterator[None]:
    settings, metrics = application[SETTINGS], application[METRICS]
    kept_answers = KeptAnswers(
        application[STORAGE].database,
        told=mirrored(),
        bytes_max=settings.kept_answers_bytes_max,
        metrics=metrics.kept_answers,
    )
    services = application[SERVICES]
    turn = SharedTurn(lambda: services.core.is_busy)
    services.database.reads.more_may_come = turn.has_waiting
    application[ENDPOINT] = make_endpoint(settings, REGISTRY, services, metrics, kept_answers, turn)
    yield


def make_endpoint(
    settings: Settings,
    registry: MethodRegistry,
    services: Services,
    metrics: Metrics,
    kept_answers: KeptAnswers | None = None,
    turn: SharedTurn | None = None,
) -> RpcEndpoint:
    """The endpoint for the methods of a registry, with the limits of the settings."""
    endpoint, handler = _classes(settings)
    dispatcher = Dispatcher(
        registry,
        services,
        DispatchLimits(
            batch_concurrency_max=settings.batch_concurrency_max,
            response_bytes_max=settings.response_bytes_max,
            call_deadline_s=settings.call_deadline_s,
            calls_at_once_max=settings.calls_at_once_max,
            calls_at_once_per_key_max=settings.calls_at_once_per_key_max,
        ),
        metrics,
        kept_answers,
        handler,
        turn,
    )
    return endpoint(
        dispatcher,
        services.keys,
        metrics,
        ProtocolLimits(
            batch_calls_max=settings.batch_calls_max,
            method_name_characters_max=settings.method_name_characters_max,
            nesting_levels_max=settings.nesting_levels_max,
        ),
        body_bytes_max=settings.body_bytes_max,
        body_read_timeout_s=settings.body_read_timeout_s,
        admission=Admission(
            settings.calls_at_once_max + settings.queued_requests_max, settings.call_deadline_s
        ),
        rate_limit=RateLimit(settings.calls_per_second_max, os.environ.get(SHARED_FOLDER))
        if settings.calls_per_second_max
        else None,
        origins=settings.allowed_origins,
    )


def _classes(settings: Settings) -> tuple[type[RpcEndpoint], type[CallHandler]]:
    if settings.traces_endpoint is None:
        return RpcEndpoint, CallHandler
    from rpc.tracing import TracedCallHandler, TracedEndpoint  # noqa: PLC0415 - as above

    return TracedEndpoint, TracedCallHandler


async def _rpc(request: web.Request) -> web.StreamResponse:
    return await request.app[ENDPOINT].post(request)


async def _openrpc(request: web.Request) -> web.Response:
    return request.app[SERVICES].openrpc.response_to(request)


async def _healthz(_: web.Request) -> web.Response:
    """Say that the process is alive and its loop turns."""
    return web.json_response({"status": "ok"})


async def _readyz(request: web.Request) -> web.Response:
    """Say whether calls can be answered: the database answers and nobody asked to stop."""
    if request.app[LIFECYCLE].is_stopping:
        return web.json_response({"status": "stopping"}, status=503)
    try:
        async with asyncio.timeout(READY_ANSWER_S):
            await request.app[STORAGE].database.ping()
    except (StorageUnavailable, TimeoutError):
        return web.json_response({"status": StorageUnavailable.type}, status=503)
    return web.json_response({"status": "ok"})


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(
        body=request.app[METRICS].exposition(),
        headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
    )
