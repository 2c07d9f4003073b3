"""Traces of a service with OCTAVO_TRACES_ENDPOINT, as a collector receives them."""

import asyncio
import gzip
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

pytest.importorskip("opentelemetry.sdk", reason="requirements-tracing.txt is not installed")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

KEY = "a-key-that-no-span-shows"
MAIL = "somebody@secret.example"
TRACE = "0af7651916cd43dd8448eb211c80319c"
START_S = 60


class Collector:
    """Takes spans over HTTP."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        return web.Response()

    def spans(self) -> list[Any]:
        requests = map(ExportTraceServiceRequest.FromString, self.bodies)
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture(scope="module")
async def collector(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Collector]:
    """What a collector has after a service was called and stopped."""
    collected = Collector()
    application = web.Application()
    application.router.add_post("/v1/traces", collected.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    folder = tmp_path_factory.mktemp("traced")
    port = runner.addresses[0][1]
    environment = {name: value for name, value in os.environ.items() if "OCTAVO" not in name}
    service = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rpc",
        env=environment
        | {
            "OCTAVO_PORT": "0",
            "OCTAVO_DATA_DIR": str(folder / "var"),
            "OCTAVO_ADMIN_KEY": KEY,
            "OCTAVO_LOG_FORMAT": "json",
            "OCTAVO_TRACES_ENDPOINT": f"http://127.0.0.1:{port}",
        },
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(START_S):
            await _use(await _url_of(service), folder)
        service.terminate()
        await asyncio.wait_for(service.communicate(), START_S)
    finally:
        if service.returncode is None:
            service.kill()
            await service.wait()
    yield collected
    await runner.cleanup()


async def _url_of(service: asyncio.subprocess.Process) -> str:
    assert service.stderr is not None
    async for line in service.stderr:
        if b'"serving"' in line:
            return line.decode().partition('"url":"')[2].partition('"')[0]
    raise AssertionError("it did not start")


async def _use(url: str, _: Path) -> None:
    member = {"name": "Ann", "email": MAIL}
    batch = [
        {"jsonrpc": "2.0", "method": "members.create", "params": member, "id": 1},
        {"jsonrpc": "2.0", "method": "books.get", "params": {"id": 404}, "id": 2},
    ]
    headers = {"X-API-Key": KEY, "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    async with ClientSession() as session:
        async with session.post(url, json=batch, headers=headers) as answer:
            assert answer.status == 200
        async with session.get(url.replace("/rpc", "/openrpc.json")) as answer:
            assert answer.status == 200
        async with session.get(url.replace("/rpc", "/healthz")) as answer:
            assert answer.status == 200


def test_a_request_continues_the_trace_of_its_client(collector: Collector) -> None:
    (request,) = (span for span in collector.spans() if span.name == "POST /rpc")

    assert request.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == "b7ad6b7169203331"


def test_each_call_of_a_batch_has_a_span_and_its_statements_are_below_it(
    collector: Collector,
) -> None:
    spans = {span.span_id: span for span in collector.spans()}
    named = {span.name: span for span in spans.values()}
    created, missed = named["members.create"], named["books.get"]
    below = [span.name for span in spans.values() if span.parent_span_id == created.span_id]

    assert created.parent_span_id == missed.parent_span_id == named["POST /rpc"].span_id
    assert any("insert" in name for name in below), [span.name for span in spans.values()]
    assert missed.status.message == "not_found"


def test_routes_are_followed_but_not_those_that_are_asked_all_the_time(
    collector: Collector,
) -> None:
    names = {span.name for span in collector.spans()}

    assert any("/openrpc.json" in name for name in names), names
    assert not any("healthz" in name for name in names)


def test_the_service_s_own_work_makes_no_traces(collector: Collector) -> None:
    spans = collector.spans()
    known = {span.span_id for span in spans}

    roots = [span.name for span in spans if span.parent_span_id not in known]

    assert all("/" in name for name in roots), roots


def test_no_span_shows_a_key_or_a_value(collector: Collector) -> None:
    shown = b"".join(collector.bodies)

    assert b"members.create" in shown
    for secret in (KEY, MAIL, "Ann"):
        assert secret.encode() not in shown
