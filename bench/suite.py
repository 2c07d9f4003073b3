"""Runs benches one after the other, prints their lines, and keeps what they gave in files."""

import asyncio
import os
import platform
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from bench import chart
from bench.frame import HEAD, ROOT, WIDTH, Bench, Figure, Line, Run
from bench.output import say

RESULTS: Final = ROOT / "bench" / "results.json"
CHART: Final = ROOT / "bench" / "results.svg"
MINUTES_MAX: Final = 10.0
REASON_MAX: Final = 200


@dataclass(slots=True)
class Outcome:
    """What a run of all benches gave."""

    figures: dict[str, list[Figure]] = field(default_factory=dict)
    """By the name of the bench."""
    skipped: list[Line] = field(default_factory=list)
    """Those that need another checkout, which was not given."""
    failed: dict[str, str] = field(default_factory=dict)
    """Why a line has no figure, by its name."""

    @property
    def missed(self) -> list[str]:
        """The names of the lines that fall short of their goal or could not be measured."""
        figures = (figure for each in self.figures.values() for figure in each)
        return [figure.line.name for figure in figures if figure.is_missed] + list(self.failed)


def asked_for(benches: Sequence[Bench], only: str) -> dict[Bench, list[Line]]:
    """The lines to measure: those of the bench with that name, else those with it in theirs."""
    named = [bench for bench in benches if bench.name == only]
    if named:
        return {bench: list(bench.lines) for bench in named}
    others = [bench for bench in benches if not bench.only_if_named]
    found = {bench: [each for each in bench.lines if only in each.name] for bench in others}
    return {bench: lines for bench, lines in found.items() if lines}


async def run(
    benches: Sequence[Bench],
    *,
    only: str = "",
    before: Path | None = None,
    minutes: float = MINUTES_MAX,
) -> Outcome:
    """Measure and print every line that is asked for.

    A bench that fails, or that the time ends, leaves its lines among the failed; the others go on.
    """
    outcome, end = Outcome(), time.monotonic() + minutes * 60
    say(HEAD)
    for bench, lines in asked_for(benches, only).items():
        wanted = [line for line in lines if before is not None or not line.needs_before]
        outcome.skipped += [line for line in lines if line not in wanted]
        if not wanted:
            continue
        say(f"\n{bench.name}")
        one, reason, started = Run(wanted, before=before), "no figure", time.monotonic()
        try:
            async with asyncio.timeout(max(end - time.monotonic(), 0)):
                await bench.measure(one)
        except TimeoutError:
            reason = f"the {minutes:g} minutes were over"
        except Exception as failure:  # noqa: BLE001 - the other lines can still be measured
            reason = _told(failure)
        measured = {figure.line.name for figure in one.figures}
        outcome.figures[bench.name] = one.figures
        failed = {
            line.name: one.failures.get(line.name, reason)
            for line in wanted
            if line.name not in measured
        }
        outcome.failed |= failed
        for name, why in failed.items():
            say(f"{name:<{WIDTH}}  NOT MEASURED: {why[:REASON_MAX]}")
        say(f"{'':<{WIDTH}}({time.monotonic() - started:.0f} s)")
    return outcome


def _told(failure: BaseException) -> str:
    """The innermost reasons of a failure, which a task group wraps."""
    if isinstance(failure, BaseExceptionGroup):
        return "; ".join(map(_told, failure.exceptions))
    return f"{type(failure).__name__}: {failure}"


def conclude(outcome: Outcome, minutes: float) -> int:
    """Say what was skipped and what was missed; the exit code: 1 if anything was missed."""
    for line in outcome.skipped:
        say(f"skipped, it needs BEFORE=dir: {line.name}")
    count = sum(map(len, outcome.figures.values()))
    say(f"\n{count} lines in {minutes:.1f} minutes")
    if outcome.missed:
        say("missed:\n  " + "\n  ".join(outcome.missed))
    return 1 if outcome.missed else 0


def write(
    outcome: Outcome,
    benches: Iterable[Bench],
    *,
    results: Path = RESULTS,
    picture: Path = CHART,
) -> None:
    """Put the figures into results.json, beside those of lines not measured now, and draw them.

    The chart leaves out what compares with another checkout. Every line says when it was measured,
    of which commit, and holds its baseline of the same run.
    """
    kept = orjson.loads(results.read_bytes())["lines"] if results.exists() else []
    lines: dict[str, dict[str, Any]] = {line["name"]: line for line in kept}
    commit = _commit()
    for name, figures in outcome.figures.items():
        for figure in figures:
            lines[figure.line.name] = {"bench": name, **figure.as_json(), "commit": commit}
    order = [line.name for bench in benches for line in bench.lines]
    known = [lines[name] for name in order if name in lines]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    content = {"machine": machine, "lines": known}
    results.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    shown = [line for line in known if not line["against_before"]]
    picture.write_text(chart.draw(shown, f"{machine}; service, engine and clients share them"))


def _commit() -> str:
    """The commit that is checked out, with a + if files differ from it; empty outside of git."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip()
