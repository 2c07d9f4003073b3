"""What the changes that are measured need: titles, stores, users, a library; the same each time."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.by_hand_data import copy_library, copy_marketplace
from bench.http_client import Client
from bench.rows import new_books
from bench.service import engine, listening, run_module, service

KEY: Final = "key-of-the-benchmark"
TITLES: Final = 64
STOCK: Final = 100_000_000
STORES: Final = 64
LISTINGS_OF_A_STORE: Final = 4
SELLING_STORES: Final = 10
USERS: Final = 64
CASH: Final = 9_000_000
SHELVES: Final = 128
PAGE: Final = 500
HOURS: Final = "Mon - Sun 9 am - 5 pm"


@dataclass(frozen=True, slots=True)
class Fixtures:
    """Ids of what there is on one side."""

    titles: list[int]
    stores: list[int]
    listings: list[int]
    sold_listings: list[int]
    """Those of the stores that sell."""
    users: list[int]
    shelves: list[int]
    """Books with one copy for loan each."""
    borrowers: list[int]
    waiters: list[int]


@dataclass(frozen=True, slots=True)
class Side:
    """A service to measure."""

    name: str
    port: int
    fixtures: Fixtures


@contextlib.asynccontextmanager
async def sides(name: str, checkout: Path, *, by_hand: bool = False) -> AsyncIterator[list[Side]]:
    """A service of a checkout with an engine of its own and all fixtures.

    With `by_hand` the service written by hand too, on the same engine, with the same ids.
    """
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="octavo-bench-")))
        stores, users = await asyncio.to_thread(_write_marketplace, folder)
        await run_module(checkout, folder, "data.load", "marketplace", str(stores), str(users))
        url = await stack.enter_async_context(engine(checkout, folder))
        given = {"demo": 0, "admin_key": KEY, "mongo_url": url}
        port = await stack.enter_async_context(service(checkout, folder, **given))
        client = await stack.enter_async_context(Client.at(port, KEY))
        fixtures = await _fixtures(client)
        made = [Side(name, port, fixtures)]
        if by_hand:
            await copy_marketplace(client, url, await asyncio.to_thread(_read, users))
            members = fixtures.borrowers + fixtures.waiters
            await copy_library(url, fixtures.shelves, members)
            other = await stack.enter_async_context(listening("bench.by_hand", folder, url))
            made.append(Side("by hand", other, fixtures))
        yield made


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


def _write_marketplace(folder: Path) -> tuple[Path, Path]:
    stores = [
        {
            "storeName": f"Store Number {number}",
            "cashBalance": 1_000,
            "openingHours": HOURS,
            "books": [
                {"bookName": f"Listing {index} of Store {number}", "price": 10 + index}
                for index in range(LISTINGS_OF_A_STORE)
            ],
        }
        for number in range(STORES)
    ]
    users = [
        {"id": number, "name": f"User {number}", "cashBalance": CASH, "purchaseHistory": []}
        for number in range(USERS)
    ]
    paths = folder / "stores.json", folder / "users.json"
    for path, rows in zip(paths, (stores, users), strict=True):
        path.write_text(json.dumps(rows))
    return paths


async def _fixtures(client: Client) -> Fixtures:
    titles = await new_books(client, TITLES, STOCK)
    shelves = await new_books(client, SHELVES, 1)
    await client.batch("library.set_copies", [{"book_id": each, "copies": 1} for each in shelves])
    members = await client.batch(
        "members.create", [{"name": f"Member {number}"} for number in range(2 * SHELVES)]
    )
    stores = await _ids(client, "stores.list")
    sold: list[int] = []
    for store_id in stores[:SELLING_STORES]:
        sold += await _ids(client, "listings.list", store_id=store_id)
    return Fixtures(
        titles=titles,
        stores=stores,
        listings=await _ids(client, "listings.list"),
        sold_listings=sold,
        users=list(range(USERS)),
        shelves=shelves,
        borrowers=[member["id"] for member in members[:SHELVES]],
        waiters=[member["id"] for member in members[SHELVES:]],
    )


async def _ids(client: Client, method: str, **params: Any) -> list[int]:
    page = await client.call(method, params | {"limit": PAGE})
    return [item["id"] for item in page["items"]]
