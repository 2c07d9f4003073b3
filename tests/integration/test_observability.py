"""What an operator sees: health, readiness, metrics and logs."""

import asyncio
import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from repository.mongo.connection import Database
from rpc.application import LIFECYCLE, make_application
from rpc.settings import Settings
from tests.support.faulty_service import CANARY
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.served import served
from tests.support.service_process import ServiceProcess, service_process


async def fetch(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return response.status, await response.text()


def counted(exposition: str, name: str) -> dict[tuple[str, ...], float]:
    """The samples of a metric by their labels' values, those in the order of the labels' names."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name == name
    }


async def test_a_service_with_its_database_is_alive_and_ready(service_url: str) -> None:
    assert await fetch(f"{service_url}/healthz") == (200, '{"status": "ok"}')
    assert await fetch(f"{service_url}/readyz") == (200, '{"status": "ok"}')


async def test_every_element_of_a_batch_is_counted(rpc: RpcClient, service_url: str) -> None:
    sale = rpc.request("sales.create", book_id=1)
    nobody_waits = {key: value for key, value in sale.items() if key != "id"}

    await rpc.batch([sale, sale, rpc.request("books.sing"), 1, rpc.request("books.get")])  # type: ignore[list-item]
    await rpc.post_bytes(json.dumps(nobody_waits).encode())

    _, exposition = await fetch(f"{service_url}/metrics")
    assert counted(exposition, "octavo_calls_total") == {
        ("sales.create", "ok"): 1,
        ("sales.create", "out_of_stock"): 1,
        ("sales.create", "invalid_request"): 1,
        ("unknown", "method_not_found"): 1,
        ("unknown", "invalid_request"): 1,
        ("books.get", "invalid_params"): 1,
    }
    assert counted(exposition, "octavo_call_seconds_count")["sales.create",] == 3
    assert counted(exposition, "octavo_refused_notifications_total") == {("sales.create",): 1}


async def test_the_role_is_asked_for_by_every_element_of_a_batch(
    rpc: RpcClient, service_url: str
) -> None:
    key = (await rpc("keys.create", name="window", role="reader"))["key"]

    async with RpcClient(service_url, key) as reader:
        calls = [reader.request("books.get", id=1), reader.request("sales.create", book_id=1)]
        responses = await reader.batch([*calls, *calls])

    assert [each.get("error", {}).get("code") for each in responses] == [None, -32004] * 2
    _, exposition = await fetch(f"{service_url}/metrics")
    assert counted(exposition, "octavo_calls_total")["sales.create", "forbidden"] == 2


async def test_requests_refused_as_a_whole_are_counted_by_status(service_url: str) -> None:
    async with RpcClient(service_url, key=None) as stranger:
        await stranger.post_bytes(b'{"jsonrpc":"2.0","method":"books.list","id":1}')
        await stranger.post_bytes(b"{}", content_type="text/plain")

    _, exposition = await fetch(f"{service_url}/metrics")
    assert counted(exposition, "octavo_refused_requests_total") == {("401",): 1, ("415",): 1}


async def test_workers_count_together(tmp_path: Path, mongo_url: str, database: Database) -> None:
    place = {"mongo_url": mongo_url, "mongo_database": database.name}
    async with service_process(tmp_path, workers="2", **place) as service:
        for _ in range(40):  # each over a connection of its own, so that both workers get some
            async with RpcClient(service.url) as client:
                await client("books.get", id=1)

        for _ in range(8):
            _, exposition = await service.get("/metrics")
            assert counted(exposition, "octavo_calls_total")["books.get", "ok"] == 40
        assert await service.stop() == 0


async def test_a_service_whose_database_does_not_answer_is_alive_but_not_ready(
    tmp_path: Path,
) -> None:
    async with service_process(tmp_path) as service:
        engine = json.loads((tmp_path / "engine.json").read_text())["pid"]
        os.kill(engine, signal.SIGSTOP)
        try:
            assert "storage_unavailable" in await service.wait_for_status("/readyz", 503)
            assert (await service.get("/healthz"))[0] == 200
        finally:
            os.kill(engine, signal.SIGCONT)
        await service.wait_for_status("/readyz", 200)


async def test_a_service_that_stops_is_not_ready(settings: Settings) -> None:
    application = make_application(settings)
    async with served(application) as url:
        application[LIFECYCLE].is_stopping = True

        assert await fetch(f"{url}/readyz") == (503, '{"status": "stopping"}')
        assert (await fetch(f"{url}/healthz"))[0] == 200


async def fail_under_a_name(service: ServiceProcess, request_id: str) -> tuple[str, RpcError]:
    """Send a call that meets the fault; the id in the response's header, and its error."""
    headers = {"X-API-Key": "secret123", "X-Request-Id": request_id}
    call = {"jsonrpc": "2.0", "method": "books.get", "params": {"id": 1}, "id": 1}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{service.url}/rpc", json=call, headers=headers) as response,
    ):
        return response.headers["X-Request-Id"], RpcError((await response.json())["error"])


@pytest.fixture
def place(mongo_url: str, database: Database) -> dict[str, str]:
    return {"mongo_url": mongo_url, "mongo_database": database.name}


async def test_a_fault_is_logged_as_json_under_the_id_that_its_caller_knows(
    tmp_path: Path, place: dict[str, str]
) -> None:
    names = [f"order-{number}" for number in range(8)]
    async with service_process(tmp_path, module="tests.support.faulty_service", **place) as service:
        made_up, _ = await fail_under_a_name(service, "")
        answers = await asyncio.gather(*(fail_under_a_name(service, name) for name in names))

    lines: list[dict[str, Any]] = [
        json.loads(line) for line in service.log_path.read_text().splitlines()
    ]
    faults = {line["correlation_id"]: line for line in lines if line["level"] == "error"}
    assert [echoed for echoed, _ in answers] == names
    assert [error.data["correlation_id"] for _, error in answers] == names
    assert set(faults) == {*names, made_up}
    assert faults["order-1"]["method"] == "books.get"
    assert CANARY in str(faults["order-1"]["exception"])
    assert CANARY not in str(answers)
    assert CANARY[::-1] not in service.log_path.read_text(), "a local variable was logged"


async def test_a_terminal_gets_lines_to_read(tmp_path: Path, place: dict[str, str]) -> None:
    console = {"module": "tests.support.faulty_service", "log_format": "console"}
    async with service_process(tmp_path, **console, **place) as service:
        await fail_under_a_name(service, "order-17")

    log = service.log_path.read_text()
    assert re.search(r"\[info +\] serving .*docs=http://127\.0\.0\.1:\d+/docs", log)
    assert re.search(r"\[error +\] a call failed .*correlation_id=order-17", log)
    assert f"RuntimeError: {CANARY}" in log
    assert "\x1b[" not in log


async def test_a_service_that_nobody_can_call_says_so(
    tmp_path: Path, place: dict[str, str]
) -> None:
    async with service_process(tmp_path, demo="0", **place) as service:
        pass

    assert "OCTAVO_ADMIN_KEY is not set" in service.log_path.read_text()
