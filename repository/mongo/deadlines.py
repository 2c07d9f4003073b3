"""Until when the answer to a call is waited for: each query carries what is left as maxTimeMS.

Deadlines are times of the loop's clock. Work without one, such as a job in the background, is not
limited.
"""

import contextlib
import math
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

MS_MAX: Final = 2**31 - 1


@dataclass(slots=True)
class _Limit:
    """When the work has to be done, and how many seconds it had when it began.

    It is not frozen because each call makes one, at half the cost.
    """

    deadline: float
    seconds: float


_LIMIT: Final[ContextVar[_Limit | None]] = ContextVar("limit", default=None)


def limit_time(seconds: float | None) -> None:
    """Give the work that begins here so many seconds; with None, no limit any more."""
    _LIMIT.set(None if seconds is None else _Limit(time.monotonic() + seconds, seconds))


def renew_time() -> None:
    """Give work that other calls may wait for as long as a call may take, from now."""
    limit = _LIMIT.get()
    limit_time(None if limit is None else limit.seconds)


@contextlib.contextmanager
def until(deadline: float) -> Iterator[None]:
    """Limit the queries of the block."""
    token = _LIMIT.set(_Limit(deadline, deadline - time.monotonic()))
    try:
        yield
    finally:
        _LIMIT.reset(token)


def left_ms() -> int | None:
    """The whole milliseconds that are left, at least 1; None without a limit."""
    limit = _LIMIT.get()
    return None if limit is None else ms_until(limit.deadline)


def ms_until(deadline: float) -> int:
    """The whole milliseconds until a deadline, at least 1, and no more than the server takes."""
    return min(max(1, math.ceil((deadline - time.monotonic()) * 1_000)), MS_MAX)


def max_time() -> dict[str, Any]:
    """The option of a statement that says how long it may take."""
    milliseconds = left_ms()
    return {} if milliseconds is None else {"maxTimeMS": milliseconds}
