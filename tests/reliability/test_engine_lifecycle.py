"""The embedded engine comes and goes with its users, whatever becomes of them."""

import asyncio
import contextlib
import itertools
import json
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from repository.engine import EngineStartError, embedded_engine
from repository.engine.__main__ import TRANSACTION_LIFETIME_S
from tests.support.rpc_client import RpcClient
from tests.support.service_process import ROOT, ServiceProcess, gone, is_alive, service_process

pytestmark = pytest.mark.skipif(
    "OCTAVO_MONGO_URL" in os.environ, reason="the embedded engine is not in use"
)
ENGINE_GONE_S = 5.0
PLENTY_S = 10.0
UNAUTHORIZED = 13
WRONG_CREDENTIALS = 18

book_numbers = itertools.count(9001)


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    async with service_process(tmp_path_factory.mktemp("lifecycle") / "data") as running:
        yield running


@pytest.fixture
async def service(shared: ServiceProcess) -> ServiceProcess:
    """A service that is ready, whatever the test before has left of it."""
    if shared.exit_code is not None:
        await shared.start()
    await shared.wait_ready()
    return shared


@pytest.fixture
def book_in_file() -> int:
    return next(book_numbers)


@pytest.fixture
def books_file(tmp_path: Path, book_in_file: int) -> Path:
    path = tmp_path / "books.csv"
    path.write_text(f"id,title,author,pages,price\n{book_in_file},Joined,N. N.,10,5.00\n")
    return path


def engine_port(service: ServiceProcess) -> int:
    return int(json.loads((service.data_dir / "engine.json").read_bytes())["port"])


def engine_of(service: ServiceProcess) -> int:
    engine = service.engine_pid()
    assert engine is not None
    return engine


async def sell(service: ServiceProcess, book_id: int) -> dict[str, Any]:
    async with RpcClient(service.url) as rpc:
        await rpc("books.restock", id=book_id, quantity=1)
        sale: dict[str, Any] = await rpc("sales.create", book_id=book_id)
    return sale


async def require_sold(service: ServiceProcess, *sales: dict[str, Any]) -> None:
    """The service has these sales as the last ones, each once."""
    async with RpcClient(service.url) as rpc:
        kept = (await rpc("sales.list", limit=500))["items"]
        assert [sale["id"] for sale in kept][-len(sales) :] == [sale["id"] for sale in sales]


def engines_on(data_dir: Path) -> list[int]:
    """The engine processes that work on a data folder."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and is_alive(int(process.name)):
            try:
                command = (process / "cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if b"repository.engine" in command and str(data_dir).encode() in command:
                found.append(int(process.name))
    return found


async def load(service: ServiceProcess, books_file: Path) -> tuple[int | None, str, str]:
    """Run the loader in the service's environment: its exit code and what it printed."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "data.load",
        "books",
        str(books_file),
        env=service.environment,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await program.communicate()
    return program.returncode, output.decode(), errors.decode()


async def test_a_stopped_service_leaves_no_engine_and_keeps_its_data(
    service: ServiceProcess,
) -> None:
    engine = engine_of(service)
    sale = await sell(service, 1)

    assert await service.stop() == 0

    await gone(engine, timeout_s=0.5)  # the service has waited for it
    await service.start()
    await require_sold(service, sale)


async def test_ctrl_c_stops_a_service_with_all_its_workers_and_its_engine(tmp_path: Path) -> None:
    async with service_process(tmp_path / "data", workers=2, demo=0) as service:
        engine = engine_of(service)
        workers = [line["pid"] for line in service.logged("serving")]

        service.interrupt()

        assert await service.ended() == 0
        for process in (*workers, engine):
            await gone(process, timeout_s=ENGINE_GONE_S)
        assert "Traceback" not in service.log


async def test_a_killed_service_leaves_no_engine_and_no_damage(service: ServiceProcess) -> None:
    engine = engine_of(service)
    sale = await sell(service, 1)

    service.kill()

    await service.ended()
    await gone(engine, timeout_s=ENGINE_GONE_S)
    await service.start()
    await require_sold(service, sale)


async def test_a_service_started_right_after_a_kill_takes_over(service: ServiceProcess) -> None:
    sale = await sell(service, 1)

    service.kill()
    await service.ended()
    await service.start()

    assert engines_on(service.data_dir) == [engine_of(service)]
    await require_sold(service, sale)


async def test_a_killed_engine_is_started_again_by_the_running_service(
    service: ServiceProcess,
) -> None:
    sale = await sell(service, 1)
    engine = engine_of(service)

    os.kill(engine, signal.SIGKILL)
    await gone(engine)
    await service.wait_ready()

    assert engines_on(service.data_dir) == [engine_of(service)]
    await require_sold(service, sale, await sell(service, 2))


@contextlib.contextmanager
def no_descriptors(pid: int) -> Iterator[None]:
    """A living process can open nothing in the block."""
    if not hasattr(resource, "prlimit"):
        pytest.skip("only Linux changes the limits of a running process")
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


async def test_a_supervisor_that_cannot_even_look_for_the_engine_goes_on_looking(
    service: ServiceProcess,
) -> None:
    sale = await sell(service, 1)
    engine = engine_of(service)

    with no_descriptors(service.pid):
        os.kill(engine, signal.SIGKILL)
        await gone(engine)
        await service.wait_for(
            lambda: service.logged("the embedded engine does not start; trying on")
        )
    await service.wait_ready()

    [line] = service.logged("the embedded engine does not start; trying on")
    assert "Too many open files" in line["reason"]
    assert engines_on(service.data_dir) == [engine_of(service)]
    await require_sold(service, sale, await sell(service, 2))


async def test_a_newcomer_that_restarts_a_killed_engine_does_so_where_the_others_look(
    service: ServiceProcess, books_file: Path, book_in_file: int
) -> None:
    port = engine_port(service)
    engine = engine_of(service)
    os.kill(service.pid, signal.SIGSTOP)  # so that the newcomer is the one who finds it dead
    os.kill(engine, signal.SIGKILL)
    await gone(engine)

    code, _, errors = await load(service, books_file)

    os.kill(service.pid, signal.SIGCONT)
    assert code == 0, errors
    assert engine_port(service) == port
    await require_sold(service, await sell(service, book_in_file))


async def test_a_terminated_engine_is_started_again_where_its_users_look(
    service: ServiceProcess,
) -> None:
    engine = engine_of(service)

    os.kill(engine, signal.SIGTERM)
    await gone(engine)
    await service.wait_ready()

    await require_sold(service, await sell(service, 2))


async def test_a_second_program_joins_the_running_engine(
    service: ServiceProcess, books_file: Path, book_in_file: int
) -> None:
    engine = engine_of(service)

    code, printed, errors = await load(service, books_file)

    assert code == 0, errors
    assert "loaded" in printed
    assert engines_on(service.data_dir) == [engine]
    await require_sold(service, await sell(service, book_in_file))


async def test_a_program_alone_starts_the_engine_and_stops_it(
    tmp_path: Path, books_file: Path
) -> None:
    service = ServiceProcess(tmp_path / "data")

    code, _, errors = await load(service, books_file)

    assert code == 0, errors
    assert engines_on(service.data_dir) == []


async def test_services_that_start_at_once_on_one_folder_share_one_engine(tmp_path: Path) -> None:
    first, second, third = (ServiceProcess(tmp_path / "data") for _ in range(3))
    for other in (second, third):
        other.settings["mongo_database"] = first.settings["mongo_database"]
    try:
        await asyncio.gather(first.start(), second.start(), third.start())
        sale = await sell(first, 1)
        await require_sold(second, sale)

        await asyncio.gather(first.stop(), second.stop())

        await require_sold(third, sale, await sell(third, 2))
        assert engines_on(tmp_path / "data") == [engine_of(third)]
    finally:
        await asyncio.gather(first.close(), second.close(), third.close())
    assert engines_on(tmp_path / "data") == []


async def test_engines_of_two_folders_choose_ports_of_their_own(
    service: ServiceProcess, tmp_path: Path
) -> None:
    async with embedded_engine(tmp_path / "other") as other:
        assert urlsplit(other).port != engine_port(service)


async def test_workers_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    async with service_process(tmp_path / "data", workers=2, demo=0) as service:
        engine = engine_of(service)
        workers = [line["pid"] for line in service.logged("serving")]
        assert len(set(workers)) == 2

        service.kill()

        for process in (*workers, engine):
            await gone(process, timeout_s=ENGINE_GONE_S)


async def test_a_worker_that_dies_is_started_again_once_there_are_descriptors(
    tmp_path: Path,
) -> None:
    async with service_process(tmp_path / "data", workers=2) as service:
        victim, survivor = (line["pid"] for line in service.logged("serving"))

        with no_descriptors(service.pid):
            os.kill(victim, signal.SIGKILL)
            await service.wait_for(lambda: service.logged("a worker cannot be started; trying on"))

        await service.wait_for(lambda: len(service.logged("serving")) == 3)
        assert is_alive(survivor)
        await require_sold(service, await sell(service, 1))
        assert await service.stop() == 0


async def test_another_version_of_the_engine_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "packages" / "SecantusDB-0.8.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: SecantusDB\nVersion: 0.8.0\n")
    monkeypatch.setenv("PYTHONPATH", str(other.parent))

    with pytest.raises(EngineStartError) as refused:
        async with embedded_engine(tmp_path / "data"):
            pass

    *_, line = str(refused.value).splitlines()
    assert line.startswith("The embedded engine needs SecantusDB 0.7.0b3, and 0.8.0 is installed.")
    assert (tmp_path / "data" / "engine.log").read_text() == f"{line}\n"


async def test_the_files_of_the_engine_are_for_its_user_alone(service: ServiceProcess) -> None:
    files = [*(service.data_dir / "engine").iterdir(), *service.data_dir.glob("*.*")]

    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


async def test_nobody_asks_the_engine_without_its_password(service: ServiceProcess) -> None:
    async with embedded_engine(service.data_dir) as url:
        parts = urlsplit(url)
        for user in ("", "octavo:wrong@", f"root:{parts.password}@"):
            stranger = parts._replace(netloc=f"{user}{parts.hostname}:{parts.port}").geturl()
            async with AsyncMongoClient[dict[str, Any]](stranger) as client:
                with pytest.raises(OperationFailure) as refused:
                    await client.octavo.books.find_one()
                assert refused.value.code in {UNAUTHORIZED, WRONG_CREDENTIALS}
        async with AsyncMongoClient[dict[str, Any]](url) as client:
            assert await client.octavo.books.find_one() is None
        assert parts.password not in (service.data_dir / "engine.log").read_text()


async def test_a_transaction_that_its_client_forgot_holds_up_no_write_for_long(
    service: ServiceProcess,
) -> None:
    async with (
        embedded_engine(service.data_dir) as url,
        AsyncMongoClient[dict[str, Any]](url) as forgetful,
        AsyncMongoClient[dict[str, Any]](url) as other,
    ):
        await other.forgotten.books.insert_one({"_id": 1})
        async with forgetful.start_session() as session:
            await session.start_transaction()
            await forgetful.forgotten.books.update_one(
                {"_id": 1}, {"$set": {"title": "forgotten"}}, session=session
            )

            async with asyncio.timeout(TRANSACTION_LIFETIME_S + PLENTY_S):
                await other.forgotten.books.update_one({"_id": 1}, {"$set": {"title": "kept"}})

        assert await other.forgotten.books.find_one() == {"_id": 1, "title": "kept"}


async def test_the_password_of_a_folder_stays_and_a_folder_without_one_gets_one(
    tmp_path: Path,
) -> None:
    urls = []
    for _ in range(2):
        async with embedded_engine(tmp_path) as url:
            urls.append(urlsplit(url).password)
    (tmp_path / "engine.password").unlink()
    async with (
        embedded_engine(tmp_path) as url,
        AsyncMongoClient[dict[str, Any]](url) as client,
    ):
        urls.append(urlsplit(url).password)
        assert await client.octavo.books.find_one() is None

    assert urls[0] == urls[1] != urls[2]
