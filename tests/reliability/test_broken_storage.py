"""A full disk, a folder that can't be written, a damaged file: said clearly, healed, nothing lost.

The first two need a file system of their own, which root may mount.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess, service_process

pytestmark = pytest.mark.skipif(
    "OCTAVO_MONGO_URL" in os.environ, reason="the embedded engine is not in use"
)
START_FAILED = 3
SMALL = "48m"
STORAGE_UNAVAILABLE = -32006
FILLING_BYTES = 1_000_000
FILES = "engine"
BATCH = 400


def mount(*words: str) -> bool:
    return _run("mount", *words)


def unmount(place: Path) -> bool:
    return _run("umount", "--lazy", str(place))


def _run(*command: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - words of this file
    return False


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that is soon full."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root mounts a file system")
    place = tmp_path / "disk"
    place.mkdir()
    if not mount("-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(place)):
        pytest.skip("this machine does not let a file system be mounted")
    yield place
    unmount(place)


@pytest.fixture
async def service(small_disk: Path, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """A service whose data are on that file system, and its log elsewhere."""
    running = ServiceProcess(small_disk / "data")
    running.log_path = tmp_path / "service.log"
    try:
        yield await running.start()
    finally:
        await running.close()


def fill(disk: Path) -> Path:
    """Leave no space on a disk; the file that takes it."""
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(FILLING_BYTES))
    return filling


async def sell_until_refused(rpc: RpcClient, book_id: int) -> tuple[list[int], dict[str, Any]]:
    """The ids of the sales that were acknowledged, and the first refusal."""
    acknowledged: list[int] = []
    for number in range(200):
        keys = [f"sale {number}-{each} {'x' * 200}" for each in range(BATCH)]
        answers = await rpc.batch(
            [rpc.request("sales.create", idempotency_key=key, book_id=book_id) for key in keys]
        )
        acknowledged += [answer["result"]["id"] for answer in answers if "result" in answer]
        refusals = [answer["error"] for answer in answers if "error" in answer]
        if refusals:
            return acknowledged, refusals[0]
    raise AssertionError("the disk was never full")


async def require_healed(service: ServiceProcess, book_id: int, acknowledged: list[int]) -> None:
    """The service takes changes again, and has each acknowledged sale once."""
    await service.wait_ready()
    async with RpcClient(service.url) as rpc:
        for attempt in range(100):
            request = rpc.request("sales.create", idempotency_key="after", book_id=book_id)
            response = await rpc.post(request)
            if "result" in response:
                break
            assert response["error"]["data"]["retryable"], attempt
            await asyncio.sleep(0.1)
        rpc.result(response)
        last = acknowledged[-900:]
        found = await rpc.batch([rpc.request("sales.get", id=each) for each in last])
        assert [answer["result"]["id"] for answer in found] == last
        assert (await rpc("audit.run"))["differences"] == []


async def book_with_copies(rpc: RpcClient) -> int:
    book = await rpc(
        "books.create", title="Full", authors=["N."], pages=9, price=1, quantity=100_000
    )
    return int(book["id"])


async def test_a_full_disk_is_storage_unavailable_and_heals(
    service: ServiceProcess, small_disk: Path
) -> None:
    async with RpcClient(service.url) as rpc:
        book_id = await book_with_copies(rpc)
        filling = fill(small_disk)

        acknowledged, refusal = await sell_until_refused(rpc, book_id)

        assert refusal["code"] == STORAGE_UNAVAILABLE
        assert refusal["data"]["retryable"]
        await service.wait_for_status("/readyz", 503)
        with contextlib.suppress(aiohttp.ClientError):
            again = await rpc.post(rpc.request("sales.create", book_id=book_id))
            assert again["error"]["code"] == STORAGE_UNAVAILABLE

    filling.unlink()

    await require_healed(service, book_id, acknowledged)


async def test_a_folder_that_becomes_read_only_is_storage_unavailable_and_heals(
    service: ServiceProcess, small_disk: Path
) -> None:
    async with RpcClient(service.url) as rpc:
        book_id = await book_with_copies(rpc)
        sale = await rpc("sales.create", book_id=book_id)
        engine = service.engine_pid()
        assert engine is not None
        # A file that is open for writing keeps a file system from becoming read-only at once.
        bind = small_disk / "data"
        assert mount("--bind", str(bind), str(bind))
        assert mount("-o", "remount,ro,bind", str(bind))
        os.kill(engine, 9)

        await service.wait_for_status("/readyz", 503)
        refusal = (await rpc.post(rpc.request("sales.create", book_id=book_id)))["error"]
        assert refusal["code"] == STORAGE_UNAVAILABLE
        assert refusal["data"]["retryable"]

        assert unmount(bind)

    await require_healed(service, book_id, [sale["id"]])


async def outcome(service: ServiceProcess) -> str:
    """The one line with which a start ends."""
    service.spawn()
    assert await service.ended() == START_FAILED
    assert "Traceback" not in service.log
    [line] = service.logged("the service cannot start")
    assert "\n" not in line["reason"]
    return str(line["reason"])


async def test_a_read_only_folder_ends_the_start_in_one_line(small_disk: Path) -> None:
    assert mount("-o", "remount,ro", str(small_disk))
    service = ServiceProcess(small_disk.parent / "data")
    service.settings["data_dir"] = small_disk / "data"

    reason = await outcome(service)

    assert "can't be written (Read-only file system)" in reason
    assert "OCTAVO_DATA_DIR" in reason


@pytest.mark.parametrize(
    "damaged",
    ["WiredTiger.turtle", "secantus_collections.wt"],
)
async def test_a_damaged_file_ends_the_start_in_one_line_that_says_what_to_do(
    tmp_path: Path, damaged: str
) -> None:
    async with service_process(tmp_path / "data") as service:
        async with RpcClient(service.url) as rpc:
            await rpc("sales.create", book_id=1)
        assert await service.stop() == 0
        files = tmp_path / "data" / FILES
        size = (files / damaged).stat().st_size
        (files / damaged).write_bytes(b"\x5a" * size)

        reason = await outcome(service)

        assert "damaged" in reason
        assert "Restore a backup" in reason
        assert f"mv {tmp_path / 'data'} {tmp_path / 'data'}.damaged" in reason
