"""What one service process renames, another one finds."""

import os
from pathlib import Path
from typing import Any

from tests.factories.books import new_book
from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess, service_process
from tests.support.waiting import until

FOUND_WITHIN_S = float(os.environ.get("OCTAVO_TEST_SEEN_WITHIN_S", "5"))
"""0.25 on a machine that does nothing else."""


async def test_a_rename_in_one_process_is_found_in_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with service_process(data) as writer:
        name = writer.settings["mongo_database"]
        other = ServiceProcess(data, mongo_database=name)
        try:
            await other.start()
            async with RpcClient(writer.url) as write, RpcClient(other.url) as read:

                async def hits(query: str) -> list[Any]:
                    return [hit["id"] for hit in (await read("search.find", query=query))["items"]]

                async def is_found(query: str, *ids: int) -> None:
                    async def agrees() -> bool:
                        return await hits(query) == [*ids]

                    await until(agrees, FOUND_WITHIN_S)

                await is_found("quixotic")
                book = await write("books.create", **new_book(title="Quixotic Dawn"))
                await is_found("quixotic", book["id"])
                await write("books.update", id=book["id"], title="Gloaming")
                await is_found("quixotic")
                await is_found("gloaming", book["id"])
                await write("stores.update", id=3, name="Quixotic Corner")
                await is_found("quixotic corner", 3)
                listing = await write("listings.create", store_id=3, name="Xylograph", price=5)
                await is_found("xylograph", listing["id"])
                await write("listings.remove", id=listing["id"])
                await is_found("xylograph")
        finally:
            await other.stop()
