"""All that is measured, end to end over HTTP, each line beside its baseline of the same run.

    python -m bench [--only NAME] [--before DIR]

NAME is a bench's name or a part of lines' names; `million` takes long, and is run only if named.
DIR is another checkout of Octavo, for the lines that compare with it; without it they are named as
skipped. Each line is printed as soon as it is measured; bench/results.json and bench/results.svg
hold the last figures of all lines. Ends with 1 and the names of the lines that miss their goals.
`--list` only tells what there is.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

import uvloop

from bench import (
    batches,
    changes,
    coalesced_reads,
    dispatch,
    group_commit,
    kept,
    question_lines,
    rollups,
    shop,
    start,
    suite,
    upkeep,
)
from bench.frame import Bench
from bench.output import say

BENCHES: Final[tuple[Bench, ...]] = (
    start.BENCH,
    dispatch.BENCH,
    batches.BENCH,
    shop.BENCH,
    kept.BENCH,
    group_commit.BENCH,
    coalesced_reads.BENCH,
    upkeep.BENCH,
    rollups.BENCH,
    rollups.MILLION,
    changes.BENCH,
    question_lines.BENCH,
)
"""The longest last: what the time does not suffice for is named, and missed."""
NOTHING_ASKED_FOR: Final = 2


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--before", type=Path, metavar="DIR")
    parser.add_argument("--minutes", type=float, default=suite.MINUTES_MAX, help="at most")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


def show_lines() -> None:
    """Print what every line measures."""
    for bench in BENCHES:
        say(bench.name)
        for line in bench.lines:
            say(f"  {line.name}\n    load: {line.load}\n    baseline: {line.baseline}")
            say(f"    bound by: {line.bound}")


def main() -> int:
    """Measure what is asked for; the exit code."""
    options = arguments()
    if options.list:
        show_lines()
        return 0
    if not suite.asked_for(BENCHES, options.only):
        say(f"No line has {options.only!r} in its name; python -m bench --list shows them.")
        return NOTHING_ASKED_FOR
    before = options.before.resolve() if options.before else None
    started = time.monotonic()
    outcome = uvloop.run(
        suite.run(BENCHES, only=options.only, before=before, minutes=options.minutes)
    )
    suite.write(outcome, BENCHES)
    return suite.conclude(outcome, (time.monotonic() - started) / 60)


if __name__ == "__main__":
    sys.exit(main())
