"""Changes under load, against a service written by hand and against another checkout.

Our service and the one by hand share an engine; the other checkout has its own. One service at a
time is under load, in turns. What is changed is picked at random, by the same seed on all sides.
At the end `audit.run` has to find nothing wrong on ours.
"""

import contextlib
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from bench.change_fixtures import KEY, Side, sides
from bench.change_lines import LOADS, SECONDS, Load, value
from bench.frame import ROOT, Bench, Line, Run
from bench.http_client import Client

SEED: Final = 11
ROUNDS: Final = 2


class WrongBooksError(Exception):
    """audit.run found a difference after the load."""


async def put_in_turns(
    run: Run, load: Load, ours: Side, others: Sequence[tuple[Side, dict[str, Line]]]
) -> None:
    """Put all sides under a load, in turns, and record its lines."""
    wanted = [each for each in others if run.wants(*each[1].values())]
    figures: defaultdict[Line, list[tuple[float, float]]] = defaultdict(list)
    for number in range(ROUNDS + 1) if wanted else ():  # the first one warms up
        seconds = SECONDS if number else SECONDS / 3
        # The same numbers on all sides.
        seed = f"{SEED} {number}"
        own = await load.put(ours, random.Random(seed), seconds)  # noqa: S311 - made-up load
        for other, lines in wanted:
            their = await load.put(other, random.Random(seed), seconds)  # noqa: S311 - as above
            for what, line in lines.items():
                figures[line].append((value(line, own[what]), value(line, their[what])))
    for line, pairs in figures.items():
        run.record(line, [own for own, _ in pairs[1:]], [other for _, other in pairs[1:]])


async def require_right(one: Side) -> None:
    """Raise WrongBooksError unless every counter agrees with the rows that explain it."""
    async with Client.at(one.port, KEY) as client:
        for scope in ("bookshop", "library", "marketplace"):
            found = await client.call("audit.run", {"scope": scope})
            if not found["ok"]:
                raise WrongBooksError(f"{one.name}: {found['differences'][:5]}")


async def measure(run: Run) -> None:
    """Put the services under every load that is wanted."""
    async with contextlib.AsyncExitStack() as stack:
        ours, by_hand = await stack.enter_async_context(sides("ours", ROOT, by_hand=True))
        before: list[Side] = []
        if run.wants(*(line for load in LOADS for line in load.before.values())):
            before = await stack.enter_async_context(sides("before", run.before))
        for load in LOADS:
            others = [(by_hand, load.by_hand), *((each, load.before) for each in before)]
            await put_in_turns(run, load, ours, others)
        await require_right(ours)


BENCH: Final = Bench("changes", tuple(line for load in LOADS for line in load.lines), measure)
