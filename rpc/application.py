"""The composition root: from settings to a running application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

import structlog
from aiohttp import web

from data.load import load_demo
from domain.clock import Clock, utc_now
from domain.errors import Busy, StorageUnavailable
from repository.change_watch import watch_changes
from repository.group_commit import GroupCommit
from repository.indexes import CACHED
from repository.keys import KeyRing
from repository.library import Librarian
from repository.mongo_connection import Database
from repository.storage import open_database
from rpc.dispatcher import Dispatcher, DispatchLimits
from rpc.http_endpoint import RpcEndpoint
from rpc.method_registry import MethodRegistry, Services
from rpc.methods import books, discover, keys, library, members, requests, sales
from rpc.metrics import Metrics
from rpc.openrpc_document import openrpc_document
from rpc.protocol import ProtocolLimits
from rpc.settings import Settings

REGISTRY: Final = MethodRegistry.of_modules(
    books, discover, keys, library, members, requests, sales
)

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


def make_application(settings: Settings, clock: Clock = utc_now) -> web.Application:
    """The application with all its routes; its resources come and go with it."""
    application = web.Application(client_max_size=settings.body_bytes_max)
    application[SETTINGS] = settings
    application[CLOCK] = clock
    application[METRICS] = Metrics()
    application[LIFECYCLE] = Lifecycle()
    application.cleanup_ctx.extend((_database, _read_cache, _services, _hold_sweep, _endpoint))
    application.router.add_route("*", "/rpc", _rpc)
    application.router.add_get("/openrpc.json", _openrpc)
    application.router.add_get("/healthz", _healthz)
    application.router.add_get("/readyz", _readyz)
    application.router.add_get("/metrics", _metrics)
    return application


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
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


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
    application[SERVICES] = Services(
        database=database,
        changes=changes,
        keys=KeyRing(database, settings.first_key),
        librarian=Librarian(database, changes, settings.loan_terms),
        clock=application[CLOCK],
        openrpc=openrpc_document(REGISTRY),
    )
    yield
    await changes.finish()


async def _hold_sweep(application: web.Application) -> AsyncIterator[None]:
    services = application[SERVICES]

    async def sweep() -> None:
        while True:
            await asyncio.sleep(application[SETTINGS].hold_sweep_interval_s)
            try:
                await services.librarian.sweep(services.clock())
            except (Busy, StorageUnavailable) as refusal:
                log.warning("expired holds are passed on later", reason=refusal.message)

    async with _in_background(sweep()):
        yield


async def _endpoint(application: web.Application) -> AsyncIterator[None]:
    settings, services = application[SETTINGS], application[SERVICES]
    metrics = application[METRICS]
    dispatcher = Dispatcher(
        REGISTRY,
        services,
        DispatchLimits(
            batch_concurrency_max=settings.batch_concurrency_max,
            response_bytes_max=settings.response_bytes_max,
            call_deadline_s=settings.call_deadline_s,
            calls_at_once_max=settings.calls_at_once_max,
        ),
        metrics,
    )
    application[ENDPOINT] = RpcEndpoint(
        dispatcher,
        services.keys,
        metrics,
        ProtocolLimits(
            batch_calls_max=settings.batch_calls_max,
            method_name_characters_max=settings.method_name_characters_max,
            nesting_levels_max=settings.nesting_levels_max,
        ),
        body_bytes_max=settings.body_bytes_max,
        requests_max=settings.calls_at_once_max + settings.queued_requests_max,
    )
    yield


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
        await request.app[DATABASE].ping()
    except StorageUnavailable as refusal:
        return web.json_response({"status": refusal.type}, status=503)
    return web.json_response({"status": "ok"})


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(
        body=request.app[METRICS].exposition(),
        headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
    )
