"""Ways to do the same work, compared in one run."""

import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

ROUNDS: Final = 5


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def show_ratios(ways: Mapping[str, Callable[[], Awaitable[float]]]) -> None:
    """Print how many times faster than the first each way is, by the medians of some rounds.

    A way does the work and returns the seconds that it took. They take turns, so that what else the
    machine does falls on all alike.
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, measure in ways.items():
            times[name].append(await measure())
    base = statistics.median(next(iter(times.values())))
    for name, seconds in times.items():
        say(f"{base / statistics.median(seconds):6.1f} x  {name}")
