"""Changes under load, against another checkout.

Both services run, each with an embedded engine of its own on new files; one at a time is under
load, in turns. What is changed is picked at random, by the same seed on both sides. At the end
`audit.run` has to find nothing wrong on either side.
"""

import random
from collections.abc import Sequence
from typing import Final

from bench.change_fixtures import KEY, Side, side
from bench.change_lines import LOADS, Load, value
from bench.frame import ROOT, Bench, Line, Run
from bench.http_client import Client

SEED: Final = 11


class WrongBooksError(Exception):
    """audit.run found a difference after the load."""


async def put_in_turns(run: Run, load: Load, sides: Sequence[Side]) -> None:
    """Put both sides under a load, in turns, and record its lines."""
    figures: dict[Line, tuple[list[float], list[float]]] = {line: ([], []) for line in load.lines}
    for number in range(run.rounds + 1):  # the first one warms up
        for place, one in enumerate(sides):
            source = random.Random(f"{SEED} {number}")  # noqa: S311 - made-up load
            samples = await load.put(one, source, run.seconds if number else run.seconds / 3)
            for line, sample in samples.items() if number else ():
                figures[line][place].append(value(line, sample))
    for line, (ours, before) in figures.items():
        run.record(line, ours, before)


async def require_right(one: Side) -> None:
    """Raise WrongBooksError unless every counter agrees with the rows that explain it."""
    async with Client.at(one.port, KEY) as client:
        for scope in ("bookshop", "library", "marketplace"):
            found = await client.call("audit.run", {"scope": scope})
            if not found["ok"]:
                raise WrongBooksError(f"{one.name}: {found['differences'][:5]}")


async def measure(run: Run) -> None:
    """Put both checkouts under every load that is wanted."""
    async with side("ours", ROOT) as ours, side("before", run.before) as before:
        for load in LOADS:
            if run.wants(*load.lines):
                await put_in_turns(run, load, (ours, before))
        for each in (ours, before):
            await require_right(each)


BENCH: Final = Bench("changes", tuple(line for load in LOADS for line in load.lines), measure)
