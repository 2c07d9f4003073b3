"""What one service process writes, another one sees."""

import asyncio
import os
import time
from pathlib import Path

from tests.rpc_client import RpcClient
from tests.service_process import service_process

SEEN_WITHIN_S = float(os.environ.get("OCTAVO_TEST_SEEN_WITHIN_S", "5"))
"""0.25 on a machine that does nothing else."""
WRITES = 10


async def test_a_write_in_one_process_is_seen_by_a_read_in_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with service_process(data, cache_ttl_s=60) as writer:
        database = {"mongo_database": writer.settings["mongo_database"]}
        async with (
            service_process(data, cache_ttl_s=60, **database) as reader,
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
