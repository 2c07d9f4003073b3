"""Processes of one machine take turns at rows at which they conflicted."""

import asyncio
import contextlib
import errno
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from repository.mongo import row_turns as module
from repository.mongo.row_turns import FILE, RowTurns, row_turns

TITLE = ("books", "id", 1)
OTHER = ("books", "id", 2)
HOLDS_THE_TURN = """
import fcntl, sys, time
with open(sys.argv[1], "a") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("holds it", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def one(tmp_path: Path) -> Iterator[RowTurns]:
    """The turns of a process that has conflicted at the title."""
    with row_turns(tmp_path) as turns:
        turns.note_conflict([TITLE])
        yield turns


@pytest.fixture
def another(tmp_path: Path) -> Iterator[RowTurns]:
    """The turns of the process that it conflicted with."""
    with row_turns(tmp_path) as turns:
        turns.note_conflict([TITLE])
        yield turns


@contextlib.contextmanager
def process_with_the_turn(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", HOLDS_THE_TURN, str(folder / FILE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603 - our own
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holds it\n"
        try:
            yield holder
        finally:
            holder.kill()


@contextlib.asynccontextmanager
async def turn(turns: RowTurns, *locks: tuple[str, str, int]) -> AsyncIterator[None]:
    """What a group does that needs these rows."""
    if not turns.are_needed(locks):
        yield
        return
    if not turns.take():
        await turns.wait()
    try:
        yield
    finally:
        turns.leave()


async def has_turn_within(turns: RowTurns, *locks: tuple[str, str, int], seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), turn(turns, *locks):
            return True
    return False


async def test_one_waits_while_another_has_the_turn(one: RowTurns, another: RowTurns) -> None:
    async with turn(one, TITLE, OTHER):
        assert not await has_turn_within(another, TITLE, seconds=0.05)

    assert await has_turn_within(another, TITLE, seconds=0.05)


async def test_at_rows_without_a_conflict_nobody_waits(one: RowTurns, another: RowTurns) -> None:
    async with turn(one, TITLE):
        assert await has_turn_within(another, OTHER, seconds=0.05)


async def test_a_turn_ends_with_a_failure_too(one: RowTurns, another: RowTurns) -> None:
    with pytest.raises(ZeroDivisionError):
        async with turn(one, TITLE):
            raise ZeroDivisionError

    assert await has_turn_within(another, TITLE, seconds=0.05)


async def test_a_row_stays_popular_for_a_while(
    one: RowTurns, another: RowTurns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POPULAR_S", 0.0)
    another.note_conflict([TITLE])

    async with turn(one, TITLE):
        assert await has_turn_within(another, TITLE, seconds=0.05)


async def test_a_wait_makes_no_row_popular(
    one: RowTurns, another: RowTurns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POPULAR_S", 0.1)
    another.note_conflict([TITLE])

    async with turn(one, TITLE):
        assert not await has_turn_within(another, TITLE, OTHER, seconds=0.06)
        assert not another.are_needed([OTHER])
        await asyncio.sleep(0.1)
        assert not another.are_needed([TITLE])


async def test_groups_of_one_process_share_its_turn(one: RowTurns, another: RowTurns) -> None:
    async with turn(one, TITLE):
        assert await has_turn_within(one, TITLE, seconds=0.05)
        assert not await has_turn_within(another, TITLE, seconds=0.05)


async def test_a_wait_that_is_given_up_takes_no_turn_away(one: RowTurns, another: RowTurns) -> None:
    async with turn(one, TITLE):
        assert not await has_turn_within(another, TITLE, seconds=0.05)
        assert not await has_turn_within(another, TITLE, seconds=0.05)

    async with turn(another, TITLE):
        assert not await has_turn_within(one, TITLE, seconds=0.05)


async def test_where_files_can_not_be_locked_groups_run_without_turns(
    one: RowTurns, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> NoReturn:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(module.fcntl, "flock", refuse)

    assert await has_turn_within(one, TITLE, seconds=0.05)
    assert not one.are_needed([TITLE])


async def test_a_killed_process_has_no_turn(one: RowTurns, tmp_path: Path) -> None:
    with process_with_the_turn(tmp_path) as holder:
        assert not await has_turn_within(one, TITLE, seconds=0.05)
        holder.kill()
        holder.wait()

        assert await has_turn_within(one, TITLE, seconds=0.05)


async def test_a_stopped_process_holds_up_one_group_and_not_for_long(
    one: RowTurns, tmp_path: Path
) -> None:
    with process_with_the_turn(tmp_path) as holder:
        holder.send_signal(signal.SIGSTOP)

        assert await has_turn_within(one, TITLE, seconds=2 * module.WAIT_S_MAX)
        assert await has_turn_within(one, TITLE, seconds=0.05)


async def test_turns_are_taken_again_some_time_after_a_process_had_one_for_too_long(
    one: RowTurns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NO_TURNS_S", 0.0)
    with process_with_the_turn(tmp_path):
        assert await has_turn_within(one, TITLE, seconds=2 * module.WAIT_S_MAX)

        assert not await has_turn_within(one, TITLE, seconds=0.05)
