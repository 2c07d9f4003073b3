"""python -m tests.faults [NAME…]: run the scenarios one after the other and print a table.

NAME is a part of a scenario's name; without one, all are run. The exit code is 1 if one has failed.
"""

import asyncio
import sys

from tests.faults.frame import Result, all_scenarios, perform, too_slow

HEADINGS = (
    "scenario",
    "acknowledged",
    "lost",
    "doubled",
    "longest stall",
    "healed by itself",
    "took",
)


def main(names: list[str]) -> int:
    """Run the scenarios with these names."""
    wanted = [
        each for each in all_scenarios() if not names or any(name in each.name for name in names)
    ]
    if not wanted:
        sys.stderr.write("No scenario has such a name.\n")
        return 2
    widths = [max(len(each.name) for each in wanted), *map(len, HEADINGS[1:])]
    _print(HEADINGS, widths)
    _print(["-" * width for width in widths], widths)
    is_right = True
    for scenario in wanted:
        result = asyncio.run(perform(scenario))
        _print(_cells(result), widths)
        failures = result.failures + too_slow(result)
        for failure in failures:
            sys.stdout.write(f"    FAILED: {failure}\n")
        if result.outcome is not None and result.outcome.figures:
            figures = (f"{name}: {value}" for name, value in result.outcome.figures.items())
            sys.stdout.write(f"    {'; '.join(figures)}\n")
        sys.stdout.flush()
        is_right = is_right and not failures
    return 0 if is_right else 1


def _cells(result: Result) -> list[str]:
    took = f"{result.seconds:.0f} s"
    if result.skipped:
        return [result.scenario.name, f"skipped: {result.skipped}"]
    if result.outcome is None:
        return [result.scenario.name, "?", "?", "?", "?", "?", took]
    outcome = result.outcome
    return [
        result.scenario.name,
        str(outcome.acknowledged),
        str(outcome.lost),
        str(outcome.doubled),
        f"{outcome.longest_stall_s:.2f} s",
        "yes" if outcome.healed else "NO",
        took,
    ]


def _print(cells: list[str] | tuple[str, ...], widths: list[int]) -> None:
    texts = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    sys.stdout.write(f"| {' | '.join(texts)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
