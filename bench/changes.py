"""Changes under load, two checkouts against each other in one run.

    python -m bench.changes --before DIR --after DIR [--only TEXT] [--seconds 1.5] [--rounds 5]

Both services run, each with an embedded engine of its own on new files; one at a time is under
load, in turns: before, after, before, after. What is changed is picked at random, by the same seed
on both sides. A row shows the medians of the rounds, the median of the ratios after : before of
the rounds with the least and the most of them, and the goals that issues 11 and 12 set. Rates are
calls a second; with one client it is the median latency in milliseconds. At the end `audit.run`
has to find nothing wrong on either side. An answer that is an error ends the run. With
`--require 11` (or 12) it ends with 1 when a goal of that issue is missed.
"""

import argparse
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop

from bench.change_fixtures import KEY, Side, side
from bench.change_lines import LOADS, Line, Load
from bench.http_client import Client
from bench.ratios import say

SEED: Final = 11
SECONDS: Final = 1.5
ROUNDS: Final = 5


class WrongBooksError(Exception):
    """audit.run found a difference after the load."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the rounds gave for a line."""

    line: Line
    before: list[float]
    after: list[float]

    @property
    def ratios(self) -> list[float]:
        """After to before of each round."""
        return [after / before for before, after in zip(self.before, self.after, strict=True)]

    @property
    def ratio(self) -> float:
        """The middle one of the ratios."""
        return statistics.median(self.ratios)

    def misses(self, issue: int) -> bool:
        """Whether it falls short of a goal of an issue."""
        return any(
            goal.issue == issue and not goal.is_met(self.ratio, is_latency=self.line.is_latency)
            for goal in self.line.goals
        )

    def __str__(self) -> str:
        sign = "<=" if self.line.is_latency else ">="
        goals = "  ".join(
            f"#{goal.issue}: {sign} {goal.ratio:.3g}{' missed' * self.misses(goal.issue)}"
            for goal in self.line.goals
        )
        before, after = statistics.median(self.before), statistics.median(self.after)
        spread = f"{min(self.ratios):.2f}-{max(self.ratios):.2f}"
        figures = f"{before:>9.2f}{after:>10.2f}{self.ratio:>8.2f}  {spread:<12}"
        return f"{self.line.title:<50}{figures}{goals}"


async def measure(load: Load, sides: Sequence[Side], rounds: int, seconds: float) -> list[Row]:
    """Put both sides under a load, in turns."""
    rows = [Row(line, [], []) for line in load.lines]
    for number in range(-1, rounds):  # the first one warms up
        for one, values in zip(sides, ("before", "after"), strict=True):
            source = random.Random(f"{SEED} {number}")  # noqa: S311 - made-up load
            samples = await load.run(one, source, seconds if number >= 0 else seconds / 3)
            for row in rows if number >= 0 else ():
                getattr(row, values).append(row.line.value(samples[row.line.title]))
    return rows


async def require_right(one: Side) -> None:
    """Raise WrongBooksError unless every counter agrees with the rows that explain it."""
    async with Client.at(one.port, KEY) as client:
        for scope in ("bookshop", "library", "marketplace"):
            found = await client.call("audit.run", {"scope": scope})
            if not found["ok"]:
                raise WrongBooksError(f"{one.name}: {found['differences'][:5]}")


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--after", type=Path, required=True)
    parser.add_argument("--only", default="", help="only loads with a line that holds this")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of a round of a line")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--require", type=int, action="append", default=[], metavar="ISSUE")
    return parser.parse_args()


async def main(options: argparse.Namespace) -> int:
    """Measure and print; 1 if a goal that is required is missed."""
    before, after = options.before.resolve(), options.after.resolve()
    missed: list[str] = []
    async with side(f"before ({before.name})", before) as one, side("after", after) as other:
        say(f"before: {before.name}, after: {after.name}")
        say(f"{'':<50}{'before':>9}{'after':>10}{'ratio':>8}  {'of rounds':<12}goals")
        for load in LOADS:
            if not any(options.only in line.title for line in load.lines):
                continue
            for row in await measure(load, (one, other), options.rounds, options.seconds):
                say(str(row))
                missed += [row.line.title for issue in options.require if row.misses(issue)]
        for each in (one, other):
            await require_right(each)
    say("audit.run finds nothing wrong on either side")
    if missed:
        say(f"missed: {'; '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main(arguments())))
