"""The composition root: from settings to a running application."""

from collections.abc import AsyncIterator
from typing import Final

import structlog
from aiohttp import web

from data.load import load_demo
from domain.errors import StorageUnavailable
from repository.group_commit import GroupCommit
from repository.keys import KeyRing
from repository.mongo_connection import Database
from repository.storage import open_database
from rpc.dispatcher import Dispatcher, DispatchLimits
from rpc.http_endpoint import RpcEndpoint
from rpc.method_registry import MethodRegistry, Services
from rpc.methods import (
    books,
    discover,
    keys,
    listings,
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

REGISTRY: Final = MethodRegistry.of_modules(
    books, discover, keys, listings, purchases, requests, sales, search, stores, users
)

log = structlog.get_logger("octavo")


class Lifecycle:
    """Whether the service has been asked to stop: from then on it is not ready any more."""

    def __init__(self) -> None:
        self.is_stopping = False


SETTINGS: Final = web.AppKey("settings", Settings)
METRICS: Final = web.AppKey("metrics", Metrics)
LIFECYCLE: Final = web.AppKey("lifecycle", Lifecycle)
DATABASE: Final = web.AppKey("database", Database)
SERVICES: Final = web.AppKey("services", Services)
ENDPOINT: Final = web.AppKey("endpoint", RpcEndpoint)


def make_application(settings: Settings) -> web.Application:
    """The application with all its routes; its resources come and go with it."""
    application = web.Application(client_max_size=settings.body_bytes_max)
    application[SETTINGS] = settings
    application[METRICS] = Metrics()
    application[LIFECYCLE] = Lifecycle()
    application.cleanup_ctx.extend((_database, _services, _endpoint))
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


async def _services(application: web.Application) -> AsyncIterator[None]:
    database = application[DATABASE]
    changes = GroupCommit(database)
    application[SERVICES] = Services(
        database=database,
        changes=changes,
        keys=KeyRing(database, application[SETTINGS].first_key),
        openrpc=openrpc_document(REGISTRY),
    )
    yield
    await changes.finish()


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
