"""The host by which a client reached the service: what it sent as the header Host."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

from aiohttp import hdrs

_NAME_AND_PORT: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]{1,253})(:\d{1,5})?", re.ASCII)
_HEADERS: Final[ContextVar[Mapping[str, str] | None]] = ContextVar("headers", default=None)


def remember_host(headers: Mapping[str, str]) -> None:
    """Remember the headers of the request for `asked_host`, which few calls need."""
    _HEADERS.set(headers)


def asked_host() -> str | None:
    """The host of the request that is being worked on, as `host_in` reads it."""
    headers = _HEADERS.get()
    return None if headers is None else host_in(headers)


def host_in(headers: Mapping[str, str]) -> str | None:
    """The host, with its port if it names one; None without the header, or if it is malformed."""
    given = headers.get(hdrs.HOST, "")
    return given.lower() if _NAME_AND_PORT.fullmatch(given) else None
