"""The reads of the marketplace and the catalogue over HTTP, of one checkout against others.

    python -m bench.questions [--checkout DIR ...] [--size demo|large|ten] [--only TEXT]
                              [--connections 8] [--seconds 1.5] [--rounds 3] [--folder FOLDER]

A service of each checkout has data of that size: the demo's, 2,203 stores with 18,716 listings, or
ten times these. In turns in one run, each connection has one question under way, with other
parameters each time. A row shows the medians in answers a second and the median of the ratios to
the first checkout, round by round. With FOLDER the data are kept there and not loaded again.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvloop

from bench.http_client import Client, Params, RpcError, call_body, post
from bench.load import pumped
from bench.marketplace_data import Size, write
from bench.output import say
from bench.service import DEMO_KEY, run_module, service

SIZES: Final = {
    "demo": None,
    "tenth": Size(stores=220, listings=1_872, users=100, purchases=931, words=6_000),
    "large": Size(),
    "ten": Size(stores=22_030, listings=187_160, users=10_000, purchases=9_308, words=20_000),
}
STORES_OF_DEMO: Final = 10
DIFFERENT: Final = 3_000
"""So many different questions of a kind are sent before the first is sent again."""
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Make = Callable[[random.Random], Params]


def questions(stores: int) -> dict[str, tuple[str, Make]]:
    """Each question as a method and its parameters, which differ from call to call."""
    return {
        "open at a moment": ("stores.list", lambda r: {"open_at": _moment(r)}),
        "open on a day and time": (
            "stores.list",
            lambda r: {"open_on": {"day": r.choice(DAYS), "time": _time(r)}},
        ),
        "open, by name": (
            "stores.list",
            lambda r: {"open_on": {"day": r.choice(DAYS), "time": _time(r)}, "sort": "name"},
        ),
        "hours a week": (
            "stores.list",
            lambda r: {"hours_per_week": {"more_than": r.uniform(40, 90)}},
        ),
        "hours a day": (
            "stores.list",
            lambda r: {"hours_per_day": {"less_than": r.uniform(3, 12), "which": "every"}},
        ),
        "number of books": (
            "stores.list",
            lambda r: {"books": {"more_than": r.randint(3, 14)}, "limit": r.randint(40, 60)},
        ),
        "books in a price range": (
            "stores.list",
            lambda r: {
                "books": {
                    "more_than": r.randint(1, 6),
                    "min_price": _price(r, 9, 11),
                    "max_price": _price(r, 12, 14),
                }
            },
        ),
        "all stores": ("stores.list", lambda r: {"limit": r.randint(40, 60)}),
        "listings of a store by price": (
            "listings.list",
            lambda r: {
                "store_id": r.randint(1, stores),
                "min_price": _price(r, 9, 11),
                "sort": "price",
            },
        ),
        "listings in a price range": (
            "listings.list",
            lambda r: {
                "min_price": _price(r, 9, 11),
                "max_price": _price(r, 12, 14),
                "sort": r.choice(("price", "name", "id")),
            },
        ),
        "all listings": ("listings.list", lambda r: {"limit": r.randint(40, 60)}),
        "books in a price range, by price": (
            "books.list",
            lambda r: {"min_price": _price(r, 2, 15), "sort": "price"},
        ),
        "books by title": (
            "books.list",
            lambda r: {"limit": r.randint(40, 60), "sort": "title", "in_stock": True},
        ),
        "books of an author": (
            "books.list",
            lambda r: {"author": r.choice(("tolkien", "king", "austen", "rowling"))},
        ),
    }


def _moment(source: random.Random) -> str:
    return f"2026-11-{source.randint(1, 30):02}T{_time(source)}"


def _time(source: random.Random) -> str:
    return f"{source.randint(0, 23):02}:{source.randint(0, 59):02}"


def _price(source: random.Random, low: int, high: int) -> float:
    return source.randint(low * 100, high * 100) / 100


async def prepare(checkout: Path, folder: Path, size: Size | None) -> None:
    """Load the data of a size unless they are there."""
    done = folder / "loaded"
    if size is None or done.exists():
        return
    paths = await asyncio.to_thread(write, folder, size)
    await run_module(checkout, folder, "data.load", "marketplace", *map(str, paths))
    done.touch()


async def known_methods(port: int) -> set[str]:
    """The methods of a service."""
    async with Client.at(port, DEMO_KEY) as client:
        return {each["name"] for each in (await client.call("rpc.discover", {}))["methods"]}


async def compare(
    ports: dict[str, int], title: str, method: str, make: Make, options: argparse.Namespace
) -> None:
    """Measure one question and print its row."""
    source = random.Random(7)  # noqa: S311 - made-up questions
    every = [make(source) for _ in range(DIFFERENT)]
    requests = [post(call_body(method, params), DEMO_KEY) for params in every]
    rates: dict[str, list[float]] = {}
    for name, port in ports.items():
        async with Client.at(port, DEMO_KEY) as client:
            with contextlib.suppress(RpcError):
                await client.call(method, every[0])
                rates[name] = []
    for _ in range(options.rounds):
        for name, of_service in rates.items():
            got = await pumped(ports[name], requests, options.connections, options.seconds)
            of_service.append(got)
    first, *others = rates
    row = f"{title:<34}{statistics.median(rates[first]):>9,.0f}"
    for other in others:
        ratios = [own / base for own, base in zip(rates[other], rates[first], strict=True)]
        row += f"{statistics.median(rates[other]):>9,.0f}{statistics.median(ratios):>8.2f} x"
    say(row)


async def run(options: argparse.Namespace, root: Path) -> None:
    """Measure all questions."""
    size = SIZES[options.size]
    stores = STORES_OF_DEMO if size is None else size.stores
    async with contextlib.AsyncExitStack() as stack:
        ports = {}
        for number, checkout in enumerate(options.checkout or [Path()], start=1):
            name = f"{number}: {checkout.resolve().name}"
            folder = root / f"{options.size}-{checkout.resolve().name}"
            folder.mkdir(parents=True, exist_ok=True)
            await prepare(checkout.resolve(), folder, size)
            ports[name] = await stack.enter_async_context(service(checkout.resolve(), folder))
        say(f"{options.size}, {options.connections} connections: {', '.join(ports)}")
        known = await known_methods(next(iter(ports.values())))
        for title, (method, make) in questions(stores).items():
            if method in known and (options.only or "") in title:
                await compare(ports, title, method, make, options)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkout", type=Path, action="append", help="default: here")
    parser.add_argument("--size", choices=SIZES, default="demo")
    parser.add_argument("--only", help="questions whose title has this in it")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1.5, help="of a round of a service")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as temporary:
        uvloop.run(run(options, options.folder or Path(temporary)))


if __name__ == "__main__":
    main()
