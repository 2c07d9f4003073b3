"""The thirteen questions and search on made-up data: how long they take and how they grow.

    python -m bench.marketplace [--scale 1.0] [--runs 20] [--names 1000] [--folder FOLDER]

Full scale is 20,000 stores with 100,000 listings; a tenth of it is measured first. Prints p50 and
p95 of each question in milliseconds, and how p50 grew from one tenth of the data. Then: the share
of exact names found first, and of names with one typo found among the first three. With FOLDER the
data are kept there and not loaded again. `make bench` asks the same over HTTP on less data.
"""

import argparse
import asyncio
import contextlib
import math
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import uvloop

from bench.http_client import Params
from bench.marketplace_data import Size, write
from bench.output import say
from bench.questions import DAYS, Make
from data import marketplace
from domain.accounts import user_account
from domain.errors import InsufficientFunds
from domain.keys import ANYBODY
from repository.accounts import ACCOUNTS
from repository.keys import KeyRing
from repository.listings import LISTINGS
from repository.mongo.connection import Database
from repository.mongo.core import Core
from repository.search import SearchIndexes
from repository.storage import Storage, StorageSettings, open_storage
from repository.store_directory import STORES, StoreMirrors
from rpc.application import REGISTRY
from rpc.method_registry import IDEMPOTENCY_KEY, CallContext, ChangeContext, Services

FULL: Final = Size(stores=20_000, listings=100_000, users=5_000, purchases=50_000, words=20_000)
LETTERS_MIN: Final = 6
DEADLINE_S: Final = 600.0


class Caller:
    """Calls methods as the dispatcher does, without HTTP."""

    def __init__(self, database: Database, core: Core) -> None:
        self.database = database
        not_needed: Any = None
        self.services = Services(
            database=database,
            core=core,
            keys=KeyRing(database, None),
            answers=not_needed,
            settlement=not_needed,
            librarian=not_needed,
            stores=StoreMirrors(database),
            search=SearchIndexes(database),
            auditor=not_needed,
            openrpc=not_needed,
        )

    async def __call__(self, name: str, params: Params) -> bytes:
        """The result as JSON."""
        method = REGISTRY[name]
        bound = method.bind(params)
        deadline = asyncio.get_running_loop().time() + DEADLINE_S
        if method.changes:
            del bound[IDEMPOTENCY_KEY]
            change = method.call(ChangeContext(ANYBODY, deadline, self.services), bound)
            return method.to_json(await self.services.core.submit(change, deadline=deadline))
        return method.to_json(
            await method.call(CallContext(ANYBODY, deadline, self.services), bound)
        )


def questions(size: Size, names: list[str]) -> dict[str, tuple[str, Make]]:
    """Each question as a method and parameters that change from run to run."""
    year = {"from": "2020-01-01", "to": "2020-12-31"}
    return {
        "1 open at": ("stores.list", lambda r: {"open_at": f"2026-11-2{r.randint(1, 9)}T11:30"}),
        "2 open on": (
            "stores.list",
            lambda r: {"open_on": {"day": r.choice(DAYS), "time": "23:30"}, "sort": "name"},
        ),
        "3 hours a week": (
            "stores.list",
            lambda r: {"hours_per_week": {"more_than": 110 + r.random()}},
        ),
        "3 hours a day": (
            "stores.list",
            lambda r: {"hours_per_day": {"less_than": 1 + r.random(), "which": "any"}},
        ),
        "4 books": ("stores.list", lambda r: {"books": {"more_than": r.randint(10, 12)}}),
        "5 books at a price": (
            "stores.list",
            lambda r: {
                "books": {"more_than": 5, "min_price": 10, "max_price": 12 + r.random() // 1}
            },
        ),
        "5 fewer at a price": (
            "stores.list",
            lambda r: {"books": {"less_than": 1, "min_price": 10, "max_price": r.randint(11, 12)}},
        ),
        "6 listings by price": (
            "listings.list",
            lambda r: {
                "min_price": r.randint(1_000, 1_300) / 100,
                "max_price": 13.5,
                "sort": "price",
            },
        ),
        "6 listings by name": (
            "listings.list",
            lambda r: {"min_price": 11, "max_price": r.randint(1_101, 1_120) / 100, "sort": "name"},
        ),
        "7 search a name": ("search.find", lambda r: {"query": r.choice(names), "limit": 10}),
        "7 search a word": (
            "search.find",
            lambda r: {"query": max(r.choice(names).split(), key=len)},
        ),
        "7 search a typo": (
            "search.find",
            lambda r: {"query": with_typo(r.choice(names), r), "limit": 10},
        ),
        "8 top users": (
            "users.top",
            lambda r: {"from": f"2020-0{r.randint(1, 9)}-01", "limit": 10},
        ),
        "9 totals": ("purchases.totals", lambda r: {"from": f"2020-0{r.randint(1, 9)}-01"}),
        "10 rename a listing": (
            "listings.update",
            lambda r: {
                "id": r.randint(1, size.listings),
                "name": f"Renamed {r.choice(names)}"[:400],
            },
        ),
        "10 rename a store": (
            "stores.update",
            lambda r: {"id": r.randint(1, size.stores), "name": f"Renamed {r.random()}"},
        ),
        "11 popular stores": ("stores.popular", lambda _: {**year, "by": "value", "limit": 10}),
        "12 users above": ("users.count", lambda r: {**year, "more_than": r.randint(20, 60)}),
        "13 purchase": (
            "purchases.create",
            lambda r: {"user_id": r.randint(3, 50), "listing_id": r.randint(1, size.listings)},
        ),
    }


def with_typo(name: str, source: random.Random) -> str:
    """A name with one letter too many, too few, wrong, or two swapped."""
    place = source.randrange(len(name) - 1)
    letter = source.choice("abcdefghijklmnopqrstuvwxyz")
    return source.choice(
        (
            name[:place] + letter + name[place:],
            name[:place] + name[place + 1 :],
            name[:place] + letter + name[place + 1 :],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
        )
    )


async def measure(caller: Caller, size: Size, runs: int) -> dict[str, tuple[float, float]]:
    """p50 and p95 in milliseconds of each question."""
    source = random.Random(7)  # noqa: S311 - made-up questions
    rows = await caller.database.rows(LISTINGS, {"store_id": {"$in": list(range(1, 101))}})
    asked = questions(size, [row.name for row in rows])
    # What a process has in memory is read once.
    await caller("stores.list", {"books": {"more_than": 1, "min_price": 1}})
    results = {}
    for title, (method, params) in asked.items():
        taken = []
        for _ in range(runs):
            given = params(source)
            started = time.perf_counter()
            with contextlib.suppress(InsufficientFunds):  # a refusal takes as long as a purchase
                await caller(method, given)
            taken.append((time.perf_counter() - started) * 1_000)
        taken.sort()
        p95 = taken[min(math.ceil(0.95 * runs), runs) - 1]
        results[title] = (statistics.median(taken), p95)
    return results


async def search_shares(caller: Caller, names: int) -> tuple[float, float]:
    """The shares of sampled names found first as they are, and among three with one typo."""
    source = random.Random(11)  # noqa: S311 - a sample
    stores = await caller.database.rows(STORES, {})
    listings = await caller.database.rows(LISTINGS, {})
    every_name = [store.name for store in stores] + [listing.name for listing in listings]
    long_enough = [name for name in every_name if len(name) >= LETTERS_MIN]
    sample = source.sample(long_enough, min(names, len(long_enough)))

    async def find(params: Params) -> Any:
        return orjson.loads(await caller("search.find", params))

    return await shares_found(find, sample, source)


async def shares_found(
    find: Callable[[Params], Awaitable[Any]], names: Sequence[str], source: random.Random
) -> tuple[float, float]:
    """The shares of names that a search finds first as they are, and among three with one typo."""

    async def top(query: str) -> list[str]:
        found = await find({"query": query, "limit": 3})
        return [hit["name"] for hit in found["items"]]

    first = among_three = 0
    for name in names:
        first += (await top(name))[:1] == [name]
        among_three += name in await top(with_typo(name, source))
    return first / len(names), among_three / len(names)


async def at_size(folder: Path, size: Size, runs: int, *, names: int = 0) -> dict[str, Any]:
    """Load and measure one size."""
    settings = StorageSettings(mongo_url=None, data_dir=folder / "var")
    async with open_storage(settings) as storage:
        await load_once(storage, folder, size)
        caller = Caller(storage.database, storage.core)
        results: dict[str, Any] = await measure(caller, size, runs)
        if names:
            results["shares"] = await search_shares(caller, names)
        return results


async def load_once(storage: Storage, folder: Path, size: Size) -> None:
    """Load the data unless they are there; end the program if others are."""
    if await storage.database.get(ACCOUNTS, user_account(0)) is None:
        started = time.perf_counter()
        paths = write(folder, size)
        await marketplace.load(storage, *paths, lambda _: None, dry_run=False)
        say(f"{size.stores:,} stores loaded in {time.perf_counter() - started:.0f} s")
    if await storage.database.collection(STORES).count_documents({}) != size.stores:
        raise SystemExit(f"{folder} holds data of another size")


def scaled(scale: float) -> Size:
    """The full size times a factor."""
    return Size(
        **{name: max(int(getattr(FULL, name) * scale), 100) for name in FULL.__dataclass_fields__}
    )


async def run(folder: Path, scale: float, runs: int, names: int) -> None:
    """Measure both sizes and print the table."""
    small = await at_size(folder / "tenth", scaled(scale / 10), runs)
    large = await at_size(folder / "full", scaled(scale), runs, names=names)
    exact, typo = large.pop("shares")
    say(f"{'question':<22}{'p50 ms':>9}{'p95 ms':>9}{'growth':>8}")
    for title, (p50, p95) in large.items():
        say(f"{title:<22}{p50:>9.1f}{p95:>9.1f}{p50 / small[title][0]:>8.1f}")
    say(f"exact names found first: {exact:.1%}; one typo, among the first three: {typo:.1%}")


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--names", type=int, default=1_000, help="names that are searched for")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        uvloop.run(
            run(options.folder or Path(temporary), options.scale, options.runs, options.names)
        )


if __name__ == "__main__":
    main()
