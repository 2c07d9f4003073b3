"""What one service process writes, another one sees."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess, service_process

SEEN_WITHIN_S = float(os.environ.get("OCTAVO_TEST_SEEN_WITHIN_S", "5"))
"""0.25 on a machine that does nothing else."""
WRITES = 10


@contextlib.asynccontextmanager
async def second_service(data_dir: Path, **settings: object) -> AsyncIterator[ServiceProcess]:
    """A further service on data that stay in use after it."""
    service = ServiceProcess(data_dir, **settings)
    try:
        yield await service.start()
    finally:
        await service.stop()


async def test_a_write_in_one_process_is_seen_by_a_read_in_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with service_process(data, cache_ttl_s=60) as writer:
        name = writer.settings["mongo_database"]
        async with (
            second_service(data, cache_ttl_s=60, mongo_database=name) as reader,
            RpcClient(writer.url) as write,
            RpcClient(reader.url) as read,
        ):
            delays = []
            for pages in range(1, WRITES + 1):
                await read("books.get", id=1)
                await write("books.update", id=1, pages=pages)
                written = time.monotonic()
                while (await read("books.get", id=1))["pages"] != pages:
                    assert time.monotonic() < written + SEEN_WITHIN_S
                    await asyncio.sleep(0.002)
                delays.append(time.monotonic() - written)
            print(f"seen after {sorted(round(each * 1_000) for each in delays)} ms")  # noqa: T201
