"""The typed clients are what the command prints, pass strict checks, and call a real service."""

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from examples.octavo_client import (
    Busy,
    InvalidParams,
    NoAnswer,
    NotFound,
    Octavo,
    OctavoError,
    OutOfStock,
    Unauthenticated,
)
from rpc.application import REGISTRY
from rpc.client.__main__ import client, main
from rpc.error_codes import ErrorCode
from rpc.reference import CLIENTS as EXAMPLES
from tests.support.rpc_client import RpcClient

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "tests" / "clients"
KEY = "secret123"
BUSY = {"code": -32009, "message": "Busy.", "data": {"type": "busy", "retryable": True}}
TSC = ("--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--noEmitOnError")
TSC_TARGET = ("--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom")


class Gate:
    """Stands before a service: hands requests on, or does to them what `faults` say, in order."""

    def __init__(self, service_url: str) -> None:
        self._service_url = service_url
        self.faults: list[str] = []
        self.bodies: list[Any] = []
        self.times: list[float] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(json.loads(body))
        self.times.append(time.monotonic())
        fault = self.faults.pop(0) if self.faults else "none"
        if fault == "full":
            refusal = {"jsonrpc": "2.0", "error": BUSY, "id": None}
            return web.json_response(refusal, status=503, headers={"Retry-After": "1"})
        if fault == "gateway":
            return web.Response(text="<h1>Bad gateway</h1>", status=502)
        handed_on = ("X-API-Key", "Content-Type")
        headers = {name: text for name in handed_on if (text := request.headers.get(name))}
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self._service_url}/rpc", data=body, headers=headers) as response,
        ):
            answer = await response.read()
        if fault == "lost":
            assert request.transport is not None
            request.transport.abort()
        return web.Response(body=answer, status=response.status, content_type="application/json")


@pytest.fixture
async def gate(service_url: str) -> Gate:
    return Gate(service_url)


@pytest.fixture
async def gate_url(gate: Gate) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/rpc", gate.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/rpc"
    await runner.cleanup()


@pytest.fixture
def octavo(gate_url: str) -> Octavo:
    return Octavo(gate_url, KEY)


@pytest.mark.parametrize("language", EXAMPLES)
def test_the_example_is_what_the_command_prints(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([language]) == 0

    printed = capsys.readouterr().out
    assert printed == (ROOT / "examples" / EXAMPLES[language]).read_text()


@pytest.mark.parametrize("language", EXAMPLES)
def test_a_client_has_all_methods_and_all_errors(language: str) -> None:
    text = client(language)

    assert [name for name in REGISTRY if f'"{name}"' not in text] == []
    classes = ["".join(map(str.title, code.name.split("_"))) for code in ErrorCode]
    assert [name for name in classes if f"class {name}" not in text] == []


async def test_a_call_returns_its_result(octavo: Octavo) -> None:
    book = await asyncio.to_thread(octavo.books.get, id=1)

    assert book["title"] == "The Lord of the Rings"


async def test_names_that_python_reserves_take_an_underscore(octavo: Octavo) -> None:
    returned = await asyncio.to_thread(octavo.library.return_, member_id=2, book_id=44)
    totals = await asyncio.to_thread(octavo.sales.totals, from_="2020-01-01", to="2099-12-31")

    assert returned["loan"]["returned_at"] is not None
    assert totals["from"] == "2020-01-01T00:00:00Z"


async def test_a_null_clears_a_field_and_what_is_left_out_stays(octavo: Octavo, gate: Gate) -> None:
    await asyncio.to_thread(octavo.books.update, id=1, isbn="978-0-261-10273-6")
    renamed = await asyncio.to_thread(octavo.books.update, id=1, title="The Hobbit")
    cleared = await asyncio.to_thread(octavo.books.update, id=1, isbn=None)

    assert (renamed["isbn"], cleared["isbn"]) == ("9780261102736", None)
    assert "isbn" not in gate.bodies[1]["params"]


async def test_an_error_is_caught_by_its_class(octavo: Octavo) -> None:
    with pytest.raises(OutOfStock) as refusal:
        await asyncio.to_thread(octavo.sales.create, book_id=4, quantity=7)

    error = refusal.value
    assert isinstance(error, OctavoError)
    assert (error.type, error.code, error.retryable) == ("out_of_stock", 1001, False)
    assert error.data["available"] == 1
    assert str(error) == "Book 4 has 1 copies on hand, 7 were asked for."
    with pytest.raises(InvalidParams, match="Invalid params"):
        await asyncio.to_thread(octavo.books.get)


async def test_a_missing_key_is_an_error_of_its_class(service_url: str) -> None:
    with pytest.raises(Unauthenticated):
        await asyncio.to_thread(Octavo(f"{service_url}/rpc").books.get, id=1)


@pytest.mark.parametrize("fault", ["lost", "gateway"])
async def test_a_sale_whose_answer_is_lost_happens_once(
    octavo: Octavo, gate: Gate, rpc: RpcClient, fault: str
) -> None:
    gate.faults = [fault]

    sale = await asyncio.to_thread(octavo.sales.create, book_id=3)

    first, second = gate.bodies
    assert first == second
    assert first["params"]["idempotency_key"]
    assert sale["stock_left"] == 0
    assert len((await rpc("sales.list", book_id=3))["items"]) == 1


async def test_two_changes_have_two_keys_and_a_given_key_is_kept(
    octavo: Octavo, gate: Gate
) -> None:
    for _ in range(2):
        await asyncio.to_thread(octavo.books.restock, id=1, quantity=1)
    await asyncio.to_thread(octavo.books.restock, id=1, quantity=1, idempotency_key="mine")
    await asyncio.to_thread(octavo.books.get, id=1)

    one, two, three, read = (body["params"].get("idempotency_key") for body in gate.bodies)
    assert len({one, two, three}) == 3
    assert (three, read) == ("mine", None)


async def test_what_is_busy_is_asked_again_when_it_says(octavo: Octavo, gate: Gate) -> None:
    gate.faults = ["full"]

    book = await asyncio.to_thread(octavo.books.get, id=1)

    first, second = gate.times
    assert book["id"] == 1
    assert second - first >= 1.0


async def test_it_gives_up_when_the_pause_asked_for_is_beyond_its_deadline(
    gate_url: str, gate: Gate
) -> None:
    gate.faults = ["full"] * 9

    with pytest.raises(Busy) as refusal:
        await asyncio.to_thread(Octavo(gate_url, KEY, deadline_s=0.5).books.get, id=1)

    assert refusal.value.retryable
    assert len(gate.bodies) == 1


async def test_nobody_there_is_an_error_too() -> None:
    nowhere = Octavo("http://127.0.0.1:1/rpc", KEY, deadline_s=0.3)

    with pytest.raises(NoAnswer) as failure:
        await asyncio.to_thread(nowhere.books.get, id=1)

    assert failure.value.retryable


async def test_each_call_of_a_batch_returns_or_raises(octavo: Octavo, gate: Gate) -> None:
    gate.faults = ["lost"]

    def sent() -> tuple[Any, ...]:
        with octavo.batch() as batch:
            one = batch.books.get(id=1)
            two = batch.books.get(id=12345)
            three = batch.sales.create(book_id=3)
            with pytest.raises(RuntimeError, match="not been sent"):
                one.result()
        return one, two, three

    one, two, three = await asyncio.to_thread(sent)

    assert (one.result()["id"], three.result()["stock_left"]) == (1, 0)
    with pytest.raises(NotFound) as refusal:
        two.result()
    assert refusal.value.data["id"] == 12345
    assert gate.bodies[0] == gate.bodies[1]
    assert [each["method"] for each in gate.bodies[0]] == [
        "books.get",
        "books.get",
        "sales.create",
    ]


async def run(*command: str, cwd: Path) -> str:
    """What a command prints, if it succeeds."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=os.environ | {"MYPYPATH": str(ROOT / "examples")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode()


async def test_the_python_client_passes_mypy_strict(tmp_path: Path) -> None:
    files = [str(ROOT / "examples" / "octavo_client.py"), str(CLIENTS / "typed_use.py")]
    command = ("-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path))

    assert "no issues found in 2 source files" in await run(
        sys.executable, *command, *files, cwd=ROOT
    )


@pytest.fixture(scope="module")
async def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with TypeScript, the client, and the program that drives it, compiled strictly."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not here, which compile and run the TypeScript client")
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("package.json", "package-lock.json", ".npmrc", "drive.ts"):
        shutil.copy(CLIENTS / name, folder)
    shutil.copy(ROOT / "examples" / EXAMPLES["typescript"], folder)
    try:
        await run("npm", "ci", "--no-progress", cwd=folder)
    except AssertionError as failure:
        pytest.skip(f"npm cannot install TypeScript here: {str(failure)[:200]}")
    await run("node_modules/.bin/tsc", *TSC, *TSC_TARGET, "drive.ts", cwd=folder)
    return folder


async def test_the_typescript_client_passes_tsc_strict_and_calls_the_service(
    typescript: Path, gate_url: str, gate: Gate
) -> None:
    gate.faults = ["none", "none", "lost", "full"]

    seen = json.loads(await run("node", "drive.js", gate_url, cwd=typescript))

    assert seen == {
        "wrong parameter": True,
        "title": "The Lord of the Rings",
        "stock left": 0,
        "refusal": ["OutOfStock", 1001, False, 1, True],
        "batch": ["The Lord of the Rings", True, True],
        "totals": ["2020-01-01T00:00:00Z", 1],
        "returned": None,
        "without a key": True,
        "nobody there": True,
    }
    assert gate.bodies[2] == gate.bodies[3]
    assert gate.bodies[2]["params"]["idempotency_key"]
    assert gate.times[4] - gate.times[3] >= 1.0
