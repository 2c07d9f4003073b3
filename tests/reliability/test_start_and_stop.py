"""A service starts clearly or not at all, and stops without cutting anything short."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pymongo import AsyncMongoClient, MongoClient

from domain.keys import DEMO_KEY
from repository.engine import embedded_engine
from tests.support.mongo_proxy import MongoProxy
from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess, free_port, service_process

START_FAILED = 3
LISTENS_WITHIN_S = 30.0
PASSWORD = "a-word-of-the-reader"  # noqa: S105 - of a test


@pytest.fixture
def standalone_url(tmp_path: Path) -> Iterator[str]:
    """A MongoDB that is no replica set."""
    port = free_port()
    command = [sys.executable, "-m", "secantus", "--standalone", "--port", str(port)]
    command += ["--storage-path", str(tmp_path / "standalone")]
    with subprocess.Popen(command) as server:  # noqa: S603 - our own interpreter and a module
        try:
            _wait_until_it_listens(port)
            yield f"mongodb://127.0.0.1:{port}/"
        finally:
            server.kill()


@pytest.fixture(scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A MongoDB that asks for a user, and knows `reader`, who may only read."""
    async with (
        embedded_engine(tmp_path_factory.mktemp("guarded")) as url,
        AsyncMongoClient[dict[str, Any]](url) as client,
    ):
        roles = [{"role": "read", "db": "shop"}]
        await client.admin.command("createUser", "reader", pwd=PASSWORD, roles=roles)
        yield url.rpartition("@")[2].partition("/")[0]


def _wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + LISTENS_WITHIN_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


@pytest.fixture
async def proxy(mongo_url: str) -> AsyncIterator[MongoProxy]:
    async with MongoProxy(mongo_url) as running:
        yield running


IN_FLIGHT = "octavo_requests_in_flight 1.0"


async def test_requests_in_flight_are_finished_while_readyz_says_stopping(
    proxy: MongoProxy, tmp_path: Path
) -> None:
    async with (
        service_process(tmp_path / "data", mongo_url=proxy.url) as service,
        RpcClient(service.url) as rpc,
        aiohttp.ClientSession(headers={"X-API-Key": DEMO_KEY}) as http,
    ):
        proxy.hold_requests("commitTransaction")
        calls = [rpc.request("sales.create", book_id=book_id) for book_id in range(1, 6)]
        in_flight = asyncio.create_task(rpc.batch(calls))
        await proxy.requests_held()  # perhaps of the rollup alone
        while IN_FLIGHT not in (await service.get("/metrics"))[1]:  # noqa: ASYNC110 - a process's
            await asyncio.sleep(0.01)

        service.kill(signal.SIGTERM)
        await service.wait_for(lambda: service.logged("stopping"))
        assert await service.readiness() == 503
        async with http.post(f"{service.url}/rpc", json=calls[0]) as late:
            assert late.status == 503
            assert late.headers["Retry-After"]
            assert (await late.json())["error"]["data"]["retryable"]
        assert not in_flight.done()
        proxy.release_requests()

        assert [response["result"]["stock_left"] for response in await in_flight] == [0] * 5
        assert await service.ended() == 0


async def test_readyz_says_503_while_the_database_is_away(
    proxy: MongoProxy, tmp_path: Path
) -> None:
    async with service_process(tmp_path / "data", demo=0, mongo_url=proxy.url) as service:
        await proxy.cut()

        assert await service.readiness() == 503

        await proxy.restore()
        await service.wait_ready()


async def outcome(service: ServiceProcess) -> tuple[int, list[str]]:
    """How a start that fails ends, and the reasons it gives."""
    service.spawn()
    code = await service.ended()
    assert "Traceback" not in service.log
    return code, [line["reason"] for line in service.logged("the service cannot start")]


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_busy_port_fails_the_start_clearly(
    tmp_path: Path, mongo_url: str, workers: int
) -> None:
    service = ServiceProcess(tmp_path / "data", workers=workers, mongo_url=mongo_url)
    with socket.socket() as other:
        other.bind(("127.0.0.1", service.port))
        other.listen()
        try:
            code, reasons = await outcome(service)
        finally:
            await service.close()

    assert code == START_FAILED
    assert reasons
    assert all("address already in use" in reason for reason in reasons)
    assert all(str(service.port) in reason for reason in reasons)


async def test_an_unreachable_database_fails_the_start_clearly(tmp_path: Path) -> None:
    port = free_port()
    url = f"mongodb://127.0.0.1:{port}/"
    service = ServiceProcess(tmp_path / "data", workers=2, mongo_url=url)

    code, reasons = await outcome(service)

    assert code == START_FAILED
    assert reasons
    assert all(f"127.0.0.1:{port}" in reason for reason in reasons)


async def test_a_database_url_that_is_none_fails_the_start_clearly(tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path / "data", mongo_url="mongodb://host:port/")

    code, reasons = await outcome(service)

    assert code == START_FAILED
    assert len(reasons) == 1
    assert "OCTAVO_MONGO_URL" in reasons[0]


async def test_a_standalone_server_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, standalone_url: str
) -> None:
    service = ServiceProcess(tmp_path / "data", mongo_url=standalone_url)

    code, reasons = await outcome(service)

    assert code == START_FAILED
    assert len(reasons) == 1
    assert "--replSet" in reasons[0]
    assert "rs.initiate()" in reasons[0]


async def refused(tmp_path: Path, mongo_url: str, **settings: object) -> str:
    """The one line in which a start says why a server can't be used."""
    service = ServiceProcess(tmp_path / "data", mongo_url=mongo_url, **settings)

    code, reasons = await outcome(service)

    assert code == START_FAILED
    assert [line["level"] for line in service.lines] == ["error"]
    [reason] = reasons
    assert "\n" not in reason
    return str(reason)


@pytest.mark.parametrize("user", ["reader:wrong", f"nobody:{PASSWORD}"])
async def test_wrong_credentials_fail_the_start_clearly(
    tmp_path: Path, guarded: str, user: str
) -> None:
    reason = await refused(tmp_path, f"mongodb://{user}@{guarded}/shop?authSource=admin")

    assert "refuses the user or the password in OCTAVO_MONGO_URL" in reason
    assert user.partition(":")[2] not in reason


async def test_a_user_without_the_privileges_fails_the_start_clearly(
    tmp_path: Path, guarded: str
) -> None:
    url = f"mongodb://reader:{PASSWORD}@{guarded}/shop?authSource=admin"

    reason = await refused(tmp_path, url, mongo_database="shop")

    assert 'needs the role readWrite on the database "shop"' in reason


@pytest.mark.parametrize("version", ["6.0.14", "9.0.0"])
async def test_a_server_of_an_unknown_version_fails_the_start_clearly(
    tmp_path: Path, proxy: MongoProxy, version: str
) -> None:
    proxy.change_answers_to("buildInfo", version=version)

    reason = await refused(tmp_path, proxy.url)

    assert f"MongoDB {version} is not supported" in reason
    assert "versions 7 and 8" in reason


async def test_an_index_in_the_way_fails_the_start_clearly(tmp_path: Path, mongo_url: str) -> None:
    name = f"octavo_test_{uuid.uuid4().hex[:12]}"
    with MongoClient[dict[str, Any]](mongo_url) as client:
        client[name].books.create_index([("price", -1)], name="listed")
        try:
            reason = await refused(tmp_path, mongo_url, mongo_database=name)
        finally:
            client.drop_database(name)

    assert 'The index "listed" of the collection books is not as this service makes it' in reason


async def test_a_wrong_setting_fails_the_start_with_its_name(tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path / "data", call_deadline_s=-1)
    service.spawn()

    assert await service.ended() == 2
    assert "OCTAVO_CALL_DEADLINE_S" in service.log
    assert "Traceback" not in service.log


async def test_a_data_folder_that_cannot_be_made_fails_the_start_clearly(tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path / "data")
    if not service.uses_embedded_engine:
        pytest.skip("no data folder is used")
    (tmp_path / "file").touch()
    service.settings["data_dir"] = tmp_path / "file" / "data"

    code, reasons = await outcome(service)

    assert code == START_FAILED
    assert len(reasons) == 1


@pytest.mark.parametrize(
    ("host", "warned"),
    [("0.0.0.0", True), ("127.0.0.1", False)],  # noqa: S104 - that is what is warned of
)
async def test_a_demo_that_other_machines_can_reach_is_warned_of(
    tmp_path: Path, mongo_url: str, host: str, *, warned: bool
) -> None:
    async with service_process(tmp_path / "data", mongo_url=mongo_url, host=host) as service:
        lines = [line for line in service.log.splitlines() if "whoever knows the demo key" in line]

    assert len(lines) == warned
