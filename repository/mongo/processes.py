"""Processes of this machine, told apart also after their ids were given to others."""

import os
from functools import cache
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
ENDED: Final = frozenset({"Z", "X", "x"})
"""The states of a process that has ended; nobody may have asked for its exit code yet."""


def own_name() -> str | None:
    """The name of this process, which no other has on any machine; None where /proc is missing."""
    place, birth = _place(), _birth_of(os.getpid())
    return None if place is None or birth is None else f"{place} {os.getpid()} {birth}"


def has_ended(name: str | None) -> bool:
    """Whether the process of that name has ended for certain. False if it can't be seen here."""
    if name is None:
        return False
    place, pid, birth = name.rsplit(" ", maxsplit=2)
    return place == _place() and _birth_of(int(pid)) != birth


@cache
def _place() -> str | None:
    """Where ids of processes mean the same: since one start of one machine, in one container."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return None


def _birth_of(pid: int) -> str | None:
    """When a process began, in ticks of the kernel's clock; None if it has ended."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in ENDED else fields[19]
