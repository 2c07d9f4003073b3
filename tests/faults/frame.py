"""What the scenarios of `make faults` have in common.

A scenario is a module in `tests/faults/scenarios` with one `SCENARIO`. It starts what it needs in a
folder of its own, lets something go wrong while others work, and says what came of it.
"""

import asyncio
import contextlib
import importlib
import pkgutil
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.faults import scenarios
from tests.support.secret_search import secrets_in

MEMORY_LOOK_S = 0.2


class NotHere(Exception):
    """This machine lacks what a scenario needs; the message says what."""


@dataclass
class Outcome:
    """What came of a scenario.

    `acknowledged` counts the changes that were answered, `lost` those of them that are not there,
    `doubled` changes that are there twice. `longest_stall_s` is the longest time from the first
    attempt at one of them to its answer. `healed` says whether all worked again at the end without
    help. `faults` are what else should not be, a sentence each; `figures` what else is worth
    knowing.
    """

    acknowledged: int
    lost: int = 0
    doubled: int = 0
    longest_stall_s: float = 0.0
    healed: bool = True
    faults: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """Something that goes wrong: `run` gets an empty folder.

    Beyond `seconds_max` or `megabytes_max` (of all processes that it started) it is ended, and has
    failed. `stall_s_max` bounds the longest stall; `make test` runs those that are `quick` too, but
    does not judge times.
    """

    name: str
    run: Callable[[Path], Awaitable[Outcome]]
    seconds_max: float = 120.0
    megabytes_max: float = 3_000.0
    stall_s_max: float = 10.0
    quick: bool = False


@dataclass
class Result:
    """How a scenario ended: with an outcome, or skipped, or failed for the reasons given."""

    scenario: Scenario
    seconds: float
    outcome: Outcome | None = None
    skipped: str = ""
    failures: list[str] = field(default_factory=list)


def all_scenarios() -> list[Scenario]:
    """The scenarios of all modules, by their modules' names."""
    names = sorted(each.name for each in pkgutil.iter_modules(scenarios.__path__))
    modules = [importlib.import_module(f"{scenarios.__name__}.{name}") for name in names]
    return [module.SCENARIO for module in modules]


async def perform(scenario: Scenario) -> Result:
    """Run a scenario within its bounds and judge it."""
    started = time.monotonic()
    result = Result(scenario, 0.0)
    try:
        with tempfile.TemporaryDirectory(prefix="octavo-faults-") as folder:
            async with asyncio.timeout(scenario.seconds_max), _bounded_memory(scenario):
                result.outcome = await scenario.run(Path(folder) / "run")
            result.failures += secrets_in(Path(folder))
    except NotHere as reason:
        result.skipped = str(reason)
    except TimeoutError:
        result.failures.append(f"took longer than {scenario.seconds_max:g} s")
    except Exception as failure:  # noqa: BLE001 - the others are run all the same
        result.failures.append("".join(traceback.format_exception(failure)))
    result.seconds = time.monotonic() - started
    if result.outcome is not None:
        result.failures += _failures(result.outcome)
    return result


def _failures(outcome: Outcome) -> list[str]:
    found = [*outcome.faults]
    found += [f"{outcome.lost} acknowledged changes are lost"] if outcome.lost else []
    found += [f"{outcome.doubled} changes happened twice"] if outcome.doubled else []
    return found if outcome.healed else [*found, "did not heal by itself"]


def too_slow(result: Result) -> list[str]:
    """What is wrong with the times of a result."""
    outcome, most = result.outcome, result.scenario.stall_s_max
    if outcome is None or outcome.longest_stall_s <= most:
        return []
    return [f"stalled {outcome.longest_stall_s:.1f} s, allowed are {most:g} s"]


@contextlib.asynccontextmanager
async def _bounded_memory(scenario: Scenario) -> AsyncIterator[None]:
    """Raise MemoryError in the block once its processes take more memory than allowed."""
    block = asyncio.current_task()
    assert block is not None
    excess: list[float] = []

    async def watch() -> None:
        memory = Memory()
        while True:
            megabytes = await asyncio.to_thread(memory.megabytes)
            if megabytes > scenario.megabytes_max:
                excess.append(megabytes)
                block.cancel()
                return
            await asyncio.sleep(MEMORY_LOOK_S)

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if not excess:
            raise
        block.uncancel()
        most = scenario.megabytes_max
        raise MemoryError(f"took {excess[0]:.0f} MB, allowed are {most:g} MB") from None
    finally:
        watcher.cancel()


class Memory:
    """The memory of all processes that this one has started, and of those that they have."""

    def __init__(self) -> None:
        self._known: set[psutil.Process] = set()

    def megabytes(self) -> float:
        """How much they hold now; one whose parent has died is still known."""
        self._known |= set(psutil.Process().children(recursive=True))
        return sum(map(resident_mb, self._known))


def resident_mb(process: Any) -> float:
    """The megabytes that a process holds in memory; none once it has ended."""
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0
