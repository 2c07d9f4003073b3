"""Statements a change: what each method sends to MongoDB, counted at a proxy.

    python -m bench.statements [--checkout DIR ...] [--only TEXT] [--list]

Each changing method is called alone on a warm service with the demo data, without and with an
idempotency key, and then batches of sales. `commitTransaction` counts. What the driver sends by
itself, pages of answers, signs of life, sweeps and blocks of ids don't; the last are shown apart
(`+1 ids`). `+n later` are statements that come after the answer. Two checkouts stand side by side.
Ends with 1 if a changing method has no case.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.http_client import Client, Params
from bench.output import say
from bench.service import DEMO_KEY, engine, service
from bench.statement_cases import BATCH_GOAL, BATCHES, CASES, Case, World
from bench.statements_proxy import Statement, StatementsProxy

REPEATS: Final = 3
QUIET_S: Final = 0.06
BACKGROUND_S: Final = 3.5
"""Longer than a few rounds of the sweep that every process does each second."""
NEVER_S: Final = 1_000_000
KEYED: Final = (False, True)
READS: Final = frozenset({"find", "aggregate", "count", "distinct"})
KEY_READS_MAX: Final = 1
KEY_WRITES_MAX: Final = 1


@dataclass(frozen=True, slots=True)
class Count:
    """What one change sent."""

    sent: list[Statement]
    ids: int
    later: list[Statement]

    @property
    def reads_and_writes(self) -> tuple[int, int]:
        """How many statements read and how many write, commits left out."""
        names = [one.command for one in self.sent]
        reads = sum(name in READS for name in names)
        return reads, len(names) - reads - names.count("commitTransaction")

    def __str__(self) -> str:
        ids = f" +{self.ids} ids" if self.ids else ""
        later = f" +{len(self.later)} later" if self.later else ""
        return f"{len(self.sent)}{ids}{later}"


@dataclass(frozen=True, slots=True)
class Line:
    """The counts of one case in one checkout."""

    plain: Count
    keyed: Count

    def misses(self, goal: int | None) -> str:
        """What is over the goals: the count, or what the key adds to it."""
        over = [] if goal is None or len(self.plain.sent) <= goal else ["over"]
        reads, writes = (
            after - before
            for before, after in zip(
                self.plain.reads_and_writes, self.keyed.reads_and_writes, strict=True
            )
        )
        if reads > KEY_READS_MAX or writes > KEY_WRITES_MAX:
            over.append(f"key +{reads} reads +{writes} writes")
        return ", ".join(over)


Lines = dict[str, Line]
Prepare = Callable[[World], Awaitable[Sequence[Params]]]


class Meter:
    """Counts the statements of one request after the other."""

    def __init__(self, proxy: StatementsProxy, client: Client) -> None:
        self._client = client
        self._world = World(client)
        self._proxy = proxy
        self._background: set[tuple[str, str, str]] = set()

    async def methods(self) -> set[str]:
        """The service's methods that change something."""
        document = await self._client.call("rpc.discover", {})
        return {method["name"] for method in document["methods"] if _takes_key(method)}

    async def learn_background(self) -> None:
        """Note what the service does while nobody calls it."""
        self._proxy.statements.clear()
        await asyncio.sleep(BACKGROUND_S)
        self._background = {one.signature for one in self._proxy.statements}

    async def line_of(self, case: Case) -> Line:
        """Count a case."""

        async def prepare(world: World) -> Sequence[Params]:
            return [await case.prepare(world)]

        return await self.line(case.method, prepare)

    async def line(self, method: str, prepare: Prepare) -> Line:
        """Count a request, or a batch of several, without and with keys, each some times."""
        await self._count(method, await prepare(self._world))  # the first one warms up
        plain, keyed = [await self._middle(method, prepare, keyed=keyed) for keyed in KEYED]
        return Line(plain, keyed)

    async def _middle(self, method: str, prepare: Prepare, *, keyed: bool) -> Count:
        counts = []
        for _ in range(REPEATS):
            calls = await prepare(self._world)
            counts.append(await self._count(method, self._with_keys(calls) if keyed else calls))
        return sorted(counts, key=lambda count: len(count.sent))[REPEATS // 2]

    def _with_keys(self, calls: Sequence[Params]) -> list[Params]:
        return [call | {"idempotency_key": f"bench {self._world.number()}"} for call in calls]

    async def _count(self, method: str, calls: Sequence[Params]) -> Count:
        await self._quiet()
        self._proxy.statements.clear()
        if len(calls) > 1:
            await self._client.batch(method, calls)
        else:
            await self._client.call(method, calls[0])
        answered = len(self._proxy.statements)
        await self._quiet()
        sent = self._of_calls(self._proxy.statements[:answered])
        later = self._of_calls(self._proxy.statements[answered:])
        return Count(
            [one for one in sent if not one.reserves_ids],
            sum(one.reserves_ids for one in sent),
            later,
        )

    def _of_calls(self, statements: Sequence[Statement]) -> list[Statement]:
        """Those that are not sent in the background as well."""
        return [
            one
            for one in statements
            if not one.is_housekeeping
            and (one.in_transaction or one.signature not in self._background)
        ]

    async def _quiet(self) -> None:
        """Wait until what follows an answer is done."""
        before = -1
        while (now := len(self._of_calls(self._proxy.statements))) != before:
            before = now
            await asyncio.sleep(QUIET_S)


def _takes_key(method: dict[str, Any]) -> bool:
    """Whether a key may be given: requests.lookup needs one and changes nothing."""
    return any(
        param["name"] == "idempotency_key" and not param.get("required")
        for param in method["params"]
    )


@contextlib.asynccontextmanager
async def measured(checkout: Path) -> AsyncIterator[Meter]:
    """A meter on a new service of a checkout."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as name:
        folder = Path(name)
        async with (
            engine(checkout, folder) as mongo_url,
            StatementsProxy.before(mongo_url) as proxy,
            service(checkout, folder, mongo_url=proxy.url, hold_sweep_interval_s=NEVER_S) as port,
            Client.at(port, DEMO_KEY) as client,
        ):
            meter = Meter(proxy, client)
            await meter.learn_background()
            yield meter


async def count_all(checkout: Path, only: str) -> tuple[Lines, set[str]]:
    """The lines of a checkout by their titles, and its changing methods that have no case."""
    lines: Lines = {}
    async with measured(checkout) as meter:
        methods = await meter.methods()
        for case in CASES:
            if case.method in methods and only in case.title:
                lines[case.title] = await meter.line_of(case)
        for title, prepare in BATCHES.items():
            if only in title:
                lines[title] = await meter.line("sales.create", prepare)
    return lines, methods - {case.method for case in CASES}


def show_table(checkouts: Sequence[Path], counted: Sequence[Lines]) -> None:
    """Print the counts of all checkouts side by side."""
    goals = {case.title: case.goal for case in CASES} | dict.fromkeys(BATCHES, BATCH_GOAL)
    names = [checkout.name for checkout in checkouts]
    say(f"{'':<46}" + "".join(f"{name:<15}{'+ key':<15}" for name in names) + "goal  missed")
    for title, goal in goals.items():
        lines = [each.get(title) for each in counted]
        if not any(lines):
            continue
        cells = "".join(
            f"{line.plain!s:<15}{line.keyed!s:<15}" if line else f"{'-':<30}" for line in lines
        )
        missed = lines[-1].misses(goal) if lines[-1] else ""
        say(f"{title:<46}{cells}{'' if goal is None else f'<= {goal}':<6}{missed}")


def show_list(checkout: Path, lines: Lines) -> None:
    """Print the statements themselves, alike ones counted."""
    say(f"\n{checkout.name}")
    for title, line in lines.items():
        for name, count in (("", line.plain), (" + key", line.keyed)):
            later = f"; later: {_listed(count.later)}" if count.later else ""
            say(f"  {title}{name}: {_listed(count.sent)}{later}")


def _listed(statements: Sequence[Statement]) -> str:
    times = Counter(map(str, statements))
    return ", ".join(f"{count} {text}" if count > 1 else text for text, count in times.items())


async def main() -> int:
    """Count and print; 1 if a method has no case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkout", type=Path, action="append", help="default: here")
    parser.add_argument("--only", default="", help="only lines whose title holds this")
    parser.add_argument("--list", action="store_true", help="show the statements too")
    options = parser.parse_args()
    checkouts = [path.resolve() for path in options.checkout or [Path()]]
    results = [await count_all(checkout, options.only) for checkout in checkouts]
    show_table(checkouts, [lines for lines, _ in results])
    for checkout, (lines, _) in zip(checkouts, results, strict=True):
        if options.list:
            show_list(checkout, lines)
    uncovered = sorted(set().union(*(missing for _, missing in results)))
    if uncovered:
        say(f"\nNo case in bench/statement_cases.py: {', '.join(uncovered)}")
    return 1 if uncovered else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
