"""The composition root: from settings to a running application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

import structlog
from aiohttp import web

from data.load import load_demo
from domain.clock import Clock
from domain.errors import StorageUnavailable
from repository.change_watch import watch_changes
from repository.group_commit import GroupCommit
from repository.indexes import CACHED
from repository.instants import now
from repository.keys import KeyRing
from repository.library import Librarian
from repository.mongo_connection import Database
from repository.order_settlement import OrderSettlement
from repository.payment_gateway import GATEWAYS
from repository.steps import AnswerWatch
from repository.storage import open_database
from rpc import docs_page
from rpc.dispatcher import Dispatcher, DispatchLimits
from rpc.http_endpoint import RpcEndpoint
from rpc.logging import http_log
from rpc.method_registry import MethodRegistry, Services
from rpc.methods import (
    audit,
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
    sales,
    search,
    stores,
    users,
)
from rpc.metrics import Metrics
from rpc.openrpc_document import openrpc_document
from rpc.protocol import ProtocolLimits
from rpc.settings import Settings

# The order is the documentation's, whose examples succeed when they are sent one after the other.
REGISTRY: Final = MethodRegistry.of_modules(
    books,
    sales,
    orders,
    deliveries,
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
"""A database that needs longer to say that it is there is away, as far as new calls go."""

log = structlog.get_logger("octavo")


class Lifecycle:
    """Whether the service has been asked to stop: from then on it is not ready any more."""

    def __init__(self) -> None:
        self.is_stopping = False


CLOCK: Final[web.AppKey[Clock]] = web.AppKey("clock")
SETTINGS: Final = web.AppKey("settings", Settings)
METRICS: Final = web.AppKey("metrics", Metrics)
LIFECYCLE: Final = web.AppKey("lifecycle", Lifecycle)
DATABASE: Final = web.AppKey("database", Database)
SERVICES: Final = web.AppKey("services", Services)
ENDPOINT: Final = web.AppKey("endpoint", RpcEndpoint)


def make_application(settings: Settings, clock: Clock = now) -> web.Application:
    """The application with all its routes; its resources come and go with it."""
    application = web.Application(client_max_size=settings.body_bytes_max)
    application[SETTINGS] = settings
    application[CLOCK] = clock
    application[METRICS] = Metrics()
    application[LIFECYCLE] = Lifecycle()
    application.cleanup_ctx.extend((_database, _read_cache, _services, _hold_sweep, _endpoint))
    application.router.add_route("*", "/rpc", _rpc)
    application.router.add_get("/openrpc.json", _openrpc)
    docs_page.add_routes(application.router)
    application.router.add_get("/healthz", _healthz)
    application.router.add_get("/readyz", _readyz)
    application.router.add_get("/metrics", _metrics)
    return application


def make_runner(application: web.Application, *, stop_grace_s: float) -> web.AppRunner:
    """What serves the application. Bodies come as they were sent, so that we bound their size."""
    return web.AppRunner(
        application,
        access_log=None,
        auto_decompress=False,
        handle_signals=False,
        logger=http_log(),
        shutdown_timeout=stop_grace_s,
    )


async def _database(application: web.Application) -> AsyncIterator[None]:
    settings = application[SETTINGS]
    async with open_database(settings) as database:
        if settings.demo:
            await load_demo(database)
        application[DATABASE] = database
        yield


@contextlib.asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let something run beside the block, and end it with the block."""
    task = asyncio.create_task(work)
    task.add_done_callback(_log_death)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _log_death(task: "asyncio.Task[None]") -> None:
    """Say at once that something has ended which was to run as long as the service."""
    if not task.cancelled():
        log.error("a task in the background has ended", exc_info=task.exception())


async def _read_cache(application: web.Application) -> AsyncIterator[None]:
    settings, database = application[SETTINGS], application[DATABASE]
    database.reads.keep(
        CACHED, documents_max=settings.cached_documents_max, ttl_s=settings.cache_ttl_s
    )
    application[METRICS].show_cache(database.reads.counters)
    async with _in_background(watch_changes(database, CACHED)):
        yield


async def _services(application: web.Application) -> AsyncIterator[None]:
    settings, database = application[SETTINGS], application[DATABASE]
    changes = GroupCommit(database)
    gateway = GATEWAYS[settings.payment_gateway](database)
    settlement = OrderSettlement(database, changes, gateway, settings.payment_timeout_s)
    application[SERVICES] = Services(
        database=database,
        changes=changes,
        answers=AnswerWatch(database),
        keys=KeyRing(database, settings.first_key),
        settlement=settlement,
        librarian=Librarian(database, changes, settings.loan_terms),
        clock=application[CLOCK],
        openrpc=openrpc_document(REGISTRY, _own_url(settings)),
    )
    async with settlement.running():
        yield


def _own_url(settings: Settings) -> str | None:
    """Where clients reach the service, as far as it knows: on this machine only."""
    on_this_machine = settings.host in {"127.0.0.1", "localhost"} and settings.port
    return f"http://localhost:{settings.port}/rpc" if on_this_machine else None


async def _hold_sweep(application: web.Application) -> AsyncIterator[None]:
    services, settings = application[SERVICES], application[SETTINGS]
    sweep = services.librarian.keep_sweeping(services.clock, settings.hold_sweep_interval_s)
    async with _in_background(sweep):
        yield


async def _endpoint(application: web.Application) -> AsyncIterator[None]:
    application[ENDPOINT] = make_endpoint(
        application[SETTINGS], REGISTRY, application[SERVICES], application[METRICS]
    )
    yield


def make_endpoint(
    settings: Settings, registry: MethodRegistry, services: Services, metrics: Metrics
) -> RpcEndpoint:
    """The endpoint for the methods of a registry, with the limits of the settings."""
    dispatcher = Dispatcher(
        registry,
        services,
        DispatchLimits(
            batch_concurrency_max=settings.batch_concurrency_max,
            response_bytes_max=settings.response_bytes_max,
            call_deadline_s=settings.call_deadline_s,
            calls_at_once_max=settings.calls_at_once_max,
        ),
        metrics,
    )
    return RpcEndpoint(
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
        requests_max=settings.calls_at_once_max + settings.queued_requests_max,
    )


async def _rpc(request: web.Request) -> web.Response:
    return await request.app[ENDPOINT].post(request)


async def _openrpc(request: web.Request) -> web.Response:
    return web.json_response(request.app[SERVICES].openrpc)


async def _healthz(_: web.Request) -> web.Response:
    """The process is alive and its loop turns."""
    return web.json_response({"status": "ok"})


async def _readyz(request: web.Request) -> web.Response:
    """Calls can be answered: the database is there and no stop was asked for."""
    if request.app[LIFECYCLE].is_stopping:
        return web.json_response({"status": "stopping"}, status=503)
    try:
        async with asyncio.timeout(READY_ANSWER_S):
            await request.app[DATABASE].ping()
    except (StorageUnavailable, TimeoutError):
        return web.json_response({"status": StorageUnavailable.type}, status=503)
    return web.json_response({"status": "ok"})


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(
        body=request.app[METRICS].exposition(),
        headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
    )
