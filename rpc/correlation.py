"""Correlation ids: one id for a request's answer and all its log lines."""

import itertools
import secrets
from contextvars import ContextVar
from typing import Any, Final

from structlog.typing import EventDict

_OF_THIS_PROCESS: Final = secrets.token_hex(8)
_NUMBERS: Final = itertools.count(1)
_CURRENT: Final[ContextVar[str | None]] = ContextVar("correlation_id", default=None)


def new_correlation_id() -> str:
    """A new correlation id, unique to a request; cheap to make."""
    return f"{_OF_THIS_PROCESS}{next(_NUMBERS):016x}"


def correlate(request_id: str) -> None:
    """Mark all later log lines of this context with a request's id."""
    _CURRENT.set(request_id)


def correlation_id() -> str:
    """The id of the request that is being worked on, or a new one."""
    return _CURRENT.get() or new_correlation_id()


def add_correlation_id(_: Any, __: str, event: EventDict) -> EventDict:
    """Put the id into a log line; a structlog processor."""
    current = _CURRENT.get()
    if current is not None:
        event.setdefault("correlation_id", current)
    return event
