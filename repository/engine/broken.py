"""A storage that can't go on: its disk is full, its folder can't be written, a file is damaged.

WiredTiger panics then, and refuses everything from there on, also once the cause is gone. So the
engine's process ends, with a code and one line that say why, and its users start it anew.
"""

import errno
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, NoReturn

NO_SPACE: Final = 5
NOT_WRITABLE: Final = 6
DAMAGED: Final = 7
"""Exit codes of an engine process that has said why in the last line that it printed."""

SPACE_NEEDED_BYTES: Final = 16 * 1024 * 1024
"""A file of the storage's log, and something for the tables."""
_DISK_ERRORS: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
)
_BROKEN: Final = (
    "WT_PANIC",
    "WT_ERROR: non-specific",
    "WT_TRY_SALVAGE",
    *(os.strerror(each) for each in _DISK_ERRORS),
)
"""What the storage's own errors say that don't pass, unlike conflicts."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_broken(fault: BaseException) -> bool:
    """Whether the storage can't go on after that, unlike after a conflict."""
    if isinstance(fault, OSError):
        return fault.errno in _DISK_ERRORS
    words = str(fault)
    return is_of_the_storage(fault) and any(each in words for each in _BROKEN)


def is_of_the_storage(fault: BaseException) -> bool:
    """Whether the storage itself has raised it."""
    return type(fault).__name__ == "WiredTigerError"


def cause(folder: Path, fault: BaseException) -> tuple[int, str]:
    """The exit code and the line that say why the storage of a data folder is broken."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
            probe.flush()
        free = shutil.disk_usage(folder).free
    except OSError as refused:
        if refused.errno not in _FULL:
            return NOT_WRITABLE, not_writable(folder, refused)
        free = 0
    if free < SPACE_NEEDED_BYTES:
        return NO_SPACE, (
            f"The disk of the data folder {folder} is full. Make space there: the engine starts"
            " again by itself."
        )
    words = " ".join(str(fault).split())
    return DAMAGED, (
        f"A file in the data folder {folder} is damaged ({words}). Restore a backup of the folder,"
        f" or move it away (mv {folder} {folder}.damaged) to begin without data."
    )


def not_writable(folder: Path, refused: OSError) -> str:
    """The line that says that a data folder can't be written."""
    return (
        f"The data folder {folder} can't be written ({refused.strerror}). Make it writable for this"
        " user, or name another with OCTAVO_DATA_DIR."
    )


def say(line: str) -> None:
    """Print a line, if there is space for it."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        return


def end_when_broken(commands: Any, folder: Path) -> None:
    """Let the process end at once when a command finds the storage broken.

    The engine answers with an internal error then, to this command and to all that follow.
    """
    ask = commands._is_wt_rollback

    def is_conflict(fault: BaseException) -> bool:
        if is_broken(fault):
            end(folder, fault)
        return bool(ask(fault))

    commands._is_wt_rollback = is_conflict


def end(folder: Path, fault: BaseException) -> NoReturn:
    """Say why the storage of a data folder is broken, and end the process at once.

    The storage may have threads that don't end any more.
    """
    code, line = cause(folder, fault)
    say(line)
    # Nothing is left to be closed in order: what was acknowledged is on the disk.
    os._exit(code)
