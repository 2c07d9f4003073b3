"""CORS: which pages of other origins may call from a browser, and the headers that tell it so."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Final

from aiohttp import hdrs

EVERY: Final = "*"
DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}
ORIGIN: Final = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")
ON_THIS_MACHINE: Final = re.compile(r"https?://(localhost|127\.0\.0\.1)(:\d{1,5})?")
READ: Final = f"{hdrs.METH_GET}, {hdrs.METH_HEAD}"
VERBS: Final = {
    "/rpc": hdrs.METH_POST,
    "/openrpc.json": READ,
    "/healthz": READ,
    "/readyz": READ,
}
"""What a page of another origin may do, by path; nothing on other paths."""
EXPOSED: Final[Mapping[str, str]] = {
    hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: "X-Request-Id, Retry-After"
}
MAY_BE_SENT: Final[Mapping[str, str]] = {
    hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Content-Type, X-API-Key, X-Request-Id",
    hdrs.ACCESS_CONTROL_MAX_AGE: "600",
}


def origins_of(text: str) -> frozenset[str]:
    """The origins in a list parted by commas, as browsers write them; `*` alone is every one.

    Raises ValueError for what is no origin.
    """
    given = [each.strip().lower().rstrip("/") for each in text.split(",") if each.strip()]
    if EVERY in given and len(given) > 1:
        raise ValueError("`*` allows every origin, so it is given alone")
    return frozenset(each if each == EVERY else _as_browsers_write(each) for each in given)


def _as_browsers_write(origin: str) -> str:
    parts = ORIGIN.fullmatch(origin)
    if parts is None:
        raise ValueError(f"{origin} is no origin; write it like https://shop.example:8443")
    return origin.removesuffix(DEFAULT_PORTS[parts[1]])


class AllowedOrigins:
    """The origins whose pages may call; credentials (cookies) are never allowed.

    `demo` adds http and https on localhost and 127.0.0.1, at any port.
    """

    def __init__(self, origins: frozenset[str], *, demo: bool = False) -> None:
        self._origins = origins
        self._demo = demo

    def _allows(self, origin: str) -> bool:
        is_named = origin in self._origins or EVERY in self._origins
        return is_named or (self._demo and ON_THIS_MACHINE.fullmatch(origin) is not None)

    def headers_for(self, origin: str | None) -> dict[str, str]:
        """What an answer says to the page that asked: whether it may read it, and which headers.

        Without an origin no page asked, but what caches keep depends on it.
        """
        if EVERY in self._origins:
            return {} if origin is None else {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: EVERY, **EXPOSED}
        if not self._origins and not self._demo:
            return {}
        if origin is None or not self._allows(origin):
            return {hdrs.VARY: hdrs.ORIGIN}
        return {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin, hdrs.VARY: hdrs.ORIGIN, **EXPOSED}

    def preflight(self, path: str, origin: str) -> dict[str, str] | None:
        """What a page may send to a path, or None if its origin may send nothing."""
        if not self._allows(origin):
            return None
        return {hdrs.ACCESS_CONTROL_ALLOW_METHODS: VERBS[path], **MAY_BE_SENT}


def is_preflight(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks what a page of another origin may send to a path."""
    return (
        method == hdrs.METH_OPTIONS
        and path in VERBS
        and hdrs.ORIGIN in headers
        and hdrs.ACCESS_CONTROL_REQUEST_METHOD in headers
    )


def add_to(headers: MutableMapping[str, str], more: Mapping[str, str]) -> None:
    """Add headers to those of an answer, which may vary by other things too."""
    vary = headers.get(hdrs.VARY)
    headers.update(more)
    if vary is not None and hdrs.VARY in more:
        headers[hdrs.VARY] = f"{vary}, {more[hdrs.VARY]}"
