"""A full disk, a folder that can't be written, a damaged file: said clearly, healed, nothing lost.

The first two need a file system of their own, which root may mount.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
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
FAILING_DISK_BYTES = 64 * 1024 * 1024
BATCH = 400
DAMAGED = ("WiredTiger.turtle", "secantus_collections.wt", "secantus_index_entries.wt")
"""The last one is opened by the first read of an index, when the engine runs already."""
NO_ENGINE = "the embedded engine does not start; trying on"


def mount(*words: str) -> bool:
    return _run("mount", *words)


def unmount(place: Path, *words: str) -> bool:
    return _run("umount", *words, str(place))


def _run(*command: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - words of this file
    return False


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a file system may be mounted."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root mounts a file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


@pytest.fixture
def small_disk(place: Path) -> Iterator[Path]:
    """A file system that is soon full."""
    if not mount("-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(place)):
        pytest.skip("this machine does not let a file system be mounted")
    yield place
    unmount(place, "--lazy")


@dataclass(frozen=True)
class FailingDisk:
    """An ext4 file system in a file, which can fail as on a disk with errors."""

    place: Path
    image: Path

    def mount(self) -> bool:
        return mount("-o", "loop", str(self.image), str(self.place))

    def fail(self) -> None:
        """Refuse all writes from now on, also to files that are open."""
        assert mount("-o", "remount,abort", str(self.place))

    def repair(self) -> None:
        """What an operator does, once nobody uses it any more."""
        assert unmount(self.place)
        _run("e2fsck", "-p", str(self.image))
        assert self.mount()


@pytest.fixture
def failing_disk(place: Path, tmp_path: Path) -> Iterator[FailingDisk]:
    disk = FailingDisk(place, tmp_path / "image")
    with disk.image.open("wb") as file:
        file.truncate(FAILING_DISK_BYTES)
    if not _run("mkfs.ext4", "-q", "-F", str(disk.image)):
        pytest.skip("mkfs.ext4 is not installed")
    if not disk.mount():
        pytest.skip("this machine does not let a file system in a file be mounted")
    yield disk
    unmount(place, "--lazy")


@contextlib.asynccontextmanager
async def service_on(disk: Path) -> AsyncIterator[ServiceProcess]:
    """A service whose data are on a disk, and its log elsewhere."""
    running = ServiceProcess(disk / "data")
    running.log_path = disk.with_name("service.log")
    try:
        yield await running.start()
    finally:
        await running.close()


@pytest.fixture
async def service(small_disk: Path) -> AsyncIterator[ServiceProcess]:
    async with service_on(small_disk) as running:
        yield running


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

        await require_unavailable(service, refusal)
        with contextlib.suppress(aiohttp.ClientError):
            again = await rpc.post(rpc.request("sales.create", book_id=book_id))
            assert again["error"]["code"] == STORAGE_UNAVAILABLE

    filling.unlink()

    await require_healed(service, book_id, acknowledged)


async def require_unavailable(service: ServiceProcess, refusal: dict[str, Any]) -> None:
    assert refusal["code"] == STORAGE_UNAVAILABLE
    assert refusal["data"]["retryable"]
    await service.wait_for_status("/readyz", 503)


async def test_a_folder_that_becomes_read_only_is_storage_unavailable_and_heals(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The storage makes new files at each checkpoint, which is every minute else.
    monkeypatch.setenv("SECANTUS_CHECKPOINT_SECONDS", "1")
    async with service_on(small_disk) as service:
        async with RpcClient(service.url) as rpc:
            book_id = await book_with_copies(rpc)
            before = (await rpc("sales.create", book_id=book_id))["id"]
            # A file system with files that are open for writing does not become read-only, but
            # what is opened from now on is.
            bind = small_disk / "data"
            assert mount("--bind", str(bind), str(bind))
            assert mount("-o", "remount,ro,bind", str(bind))

            acknowledged, refusal = await sell_until_refused(rpc, book_id)

            await require_unavailable(service, refusal)

        assert unmount(bind, "--lazy")

        await require_healed(service, book_id, [before, *acknowledged])


async def test_a_disk_that_fails_under_a_living_engine_loses_nothing_that_was_acknowledged(
    failing_disk: FailingDisk,
) -> None:
    async with service_on(failing_disk.place) as service:
        async with RpcClient(service.url) as rpc:
            book_id = await book_with_copies(rpc)
            acknowledged = [(await rpc("sales.create", book_id=book_id))["id"] for _ in range(20)]

            failing_disk.fail()

            more, refusal = await sell_until_refused(rpc, book_id)
            await require_unavailable(service, refusal)
        reasons = [each["reason"] for each in service.logged(NO_ENGINE)]
        assert all("Read-only file system" in each for each in reasons), reasons
        await service.stop()
        assert "Traceback" not in service.log

        failing_disk.repair()

        await service.start()
        await require_healed(service, book_id, [*acknowledged, *more])


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


async def test_a_damaged_file_ends_the_start_in_one_line_that_says_what_to_do(
    tmp_path: Path,
) -> None:
    async with service_process(tmp_path / "data") as service:
        async with RpcClient(service.url) as rpc:
            await rpc("sales.create", book_id=1)
        assert await service.stop() == 0
    folders = [shutil.copytree(tmp_path / "data", tmp_path / damaged) for damaged in DAMAGED]
    for folder in folders:
        file = folder / FILES / folder.name
        file.write_bytes(b"\x5a" * file.stat().st_size)

    reasons = await asyncio.gather(*(outcome(ServiceProcess(folder)) for folder in folders))

    for folder, reason in zip(folders, reasons, strict=True):
        assert "damaged" in reason
        assert "Restore a backup" in reason
        assert f"mv {folder} {folder}.damaged" in reason
