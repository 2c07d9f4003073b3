"""What `make bench` measures, as data: a bench measures lines, each with a load and a goal.

To add a line, write in a module of `bench/`:

    SOLD = Line(
        name="sales.create of one title",
        load="64 connections in 2 processes, one title, no keys",
        bound="one commit a group",
        unit="calls/s",
        baseline="a transaction a sale, by hand, on the same engine",
        goal=at_least(10),
    )

    async def measure(run: Run) -> None:
        async with lone_service(ROOT) as ours, by_hand() as theirs:
            await run.in_turns(SOLD, ours=partial(rate, ours), baseline=partial(rate, theirs))

    BENCH = Bench("flash", (SOLD,), measure)

and name the bench in `BENCHES` of `bench/__main__.py`. `in_turns` calls both sides some rounds
after one that warms up; a side returns its figure, in the line's unit, of `run.seconds` of load.
What `in_turns` does not fit goes in by `run.record`, one figure a round. A goal bounds the middle
one of the rounds' ratios of ours to the baseline (`at_least`, `at_most`), or ours itself
(`itself=True`). The baseline is code in `bench/` as a good engineer would write it, measured in
the same run; where it is another checkout of Octavo (`--before`), set `needs_before=True` and take
it from `run.before`. Ask `run.wants(line)` before dear preparations: with `ONLY=name` not every
line is asked for. All benches together get ten minutes, so take seconds, not minutes.
"""

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.output import say

ROOT: Final = Path(__file__).resolve().parent.parent
SECONDS: Final = 0.6
ROUNDS: Final = 3
WIDTH: Final = 74
HEAD: Final = f"{'':<{WIDTH}}{'ours':>12}{'baseline':>12}{'ratio':>8}  goal"


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the ratio of ours to the baseline, or on our figure itself."""

    bound: float
    is_most: bool
    itself: bool

    def is_met(self, value: float) -> bool:
        """Whether a value is within the bound."""
        return value <= self.bound if self.is_most else value >= self.bound

    def margin(self, value: float) -> float:
        """How many times better than the bound a value is; under 1 it is missed."""
        better, worse = (self.bound, value) if self.is_most else (value, self.bound)
        return better / worse if worse else float("inf")


def at_least(bound: float, *, itself: bool = False) -> Goal:
    """More is better: a rate, or how many times as fast."""
    return Goal(bound, is_most=False, itself=itself)


def at_most(bound: float, *, itself: bool = False) -> Goal:
    """Less is better: a time, a size, a growth."""
    return Goal(bound, is_most=True, itself=itself)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure with its goal."""

    name: str
    """Unique among all lines."""
    load: str
    """Who asks what, on which data."""
    bound: str
    """What keeps the figure from being better."""
    unit: str
    """Of our figure and of the baseline's."""
    baseline: str
    """What it is compared with."""
    goal: Goal | None
    """None for a line that is shown beside others."""
    needs_before: bool = False
    """Whether the baseline is another checkout, given with `--before`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What the rounds gave for a line: our figures, and the baseline's if there is one."""

    line: Line
    ours: Sequence[float]
    baseline: Sequence[float]
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def ratios(self) -> list[float]:
        """Ours to the baseline, round by round."""
        pairs = zip(self.ours, self.baseline, strict=True) if self.baseline else ()
        return [own / other for own, other in pairs if other]

    @property
    def value(self) -> float:
        """What the goal bounds."""
        itself = self.line.goal is not None and self.line.goal.itself
        return statistics.median(self.ours if itself or not self.ratios else self.ratios)

    @property
    def is_missed(self) -> bool:
        """Whether it falls short of its goal."""
        return self.line.goal is not None and not self.line.goal.is_met(self.value)

    def __str__(self) -> str:
        line, goal = self.line, self.line.goal
        ours, other = (
            f"{statistics.median(each):,.4g}" if each else "-"
            for each in (self.ours, self.baseline)
        )
        ratio = f"{statistics.median(self.ratios):.2f}" if self.ratios else "-"
        bound = ""
        if goal is not None:
            unit = line.unit if goal.itself else "x"
            bound = f"{'<=' if goal.is_most else '>='} {goal.bound:g} {unit}"
        figures = f"{ours:>12}{other:>12}{ratio:>8}  {bound}{'  MISSED' * self.is_missed}"
        return f"{line.name + ', ' + line.unit:<{WIDTH}}{figures}"

    def as_json(self) -> dict[str, Any]:
        """For results.json."""
        line, goal, ratios = self.line, self.line.goal, self.ratios
        return {
            "name": line.name,
            "load": line.load,
            "bound": line.bound,
            "unit": line.unit,
            "ours": statistics.median(self.ours),
            "baseline": line.baseline,
            "baseline_value": statistics.median(self.baseline) if self.baseline else None,
            "ratio": statistics.median(ratios) if ratios else None,
            "ratio_least": min(ratios, default=None),
            "ratio_most": max(ratios, default=None),
            "against_before": line.needs_before,
            "goal": goal.bound if goal else None,
            "goal_is": ("at most" if goal.is_most else "at least") if goal else None,
            "goal_of": ("ours" if goal.itself else "ratio") if goal else None,
            "met": not self.is_missed if goal else None,
            "margin": goal.margin(self.value) if goal else None,
            "measured_at": self.at,
        }


Side = Callable[[], Awaitable[float]]
"""Puts one side under load once; its figure."""


class Run:
    """One run of a bench: what is asked for, and what has been measured."""

    def __init__(
        self,
        wanted: Sequence[Line],
        *,
        before: Path | None = None,
        seconds: float = SECONDS,
        rounds: int = ROUNDS,
    ) -> None:
        self._wanted = wanted
        self._before = before
        self.seconds = seconds
        """Of load of one side in one round."""
        self.rounds = rounds
        self.figures: list[Figure] = []
        self.failures: dict[str, str] = {}
        """Why a line has no figure, by its name."""

    @property
    def before(self) -> Path:
        """The other checkout; there whenever a line that needs it is wanted."""
        if self._before is None:
            raise LookupError("no checkout to compare with: give --before DIR")
        return self._before

    def wants(self, *lines: Line) -> bool:
        """Whether any of these lines is to be measured."""
        return any(line in self._wanted for line in lines)

    def record(self, line: Line, ours: Sequence[float], baseline: Sequence[float] = ()) -> None:
        """Note and print what was measured, a figure a round; nothing if it is not wanted."""
        if self.wants(line):
            figure = Figure(line, list(ours), list(baseline))
            self.figures.append(figure)
            say(str(figure))

    def fail(self, line: Line | None, reason: str) -> None:
        """Note why a line, if it is one, cannot be measured; the others go on."""
        if line is not None:
            self.failures[line.name] = " ".join(reason.split())

    async def in_turns(self, line: Line, *, ours: Side, baseline: Side) -> None:
        """Measure both sides in turns, some rounds after one that warms up; nothing if unwanted."""
        if not self.wants(line):
            return
        pairs = [(await ours(), await baseline()) for _ in range(self.rounds + 1)][1:]
        self.record(line, [own for own, _ in pairs], [other for _, other in pairs])


@dataclass(frozen=True, slots=True)
class Bench:
    """Lines that are measured together, since they share what has to be set up."""

    name: str
    lines: tuple[Line, ...]
    measure: Callable[[Run], Awaitable[None]]
    """Records a figure for each line that the run wants."""
    only_if_named: bool = False
    """Whether it takes too long for a run of all benches."""
