"""What is seen of a request without a parser: enough to refuse a call, or to let a check pass."""

import re
from collections.abc import Mapping
from typing import Final

from rpc.http_response import REQUEST_ID_HEADER

END_OF_HEAD: Final = b"\r\n\r\n"
CALL: Final = b"POST /rpc HTTP/1.1\r\n"
HEALTH_CHECKS: Final = (b"GET /healthz ", b"GET /readyz ")
KEEP_ALIVE: Final = b"keep-alive"
_HEADER: Final = re.compile(rb"\r\n([^:\r\n]+):[ \t]*([^\r\n]*)")
_ASK_FOR_MORE: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"origin"})


def is_health_check(data: bytes) -> bool:
    """Whether data begin with a request of a health route."""
    return data.startswith(HEALTH_CHECKS)


def headers_of_call(data: bytes) -> Mapping[str, str] | None:
    """What the answer to a call needs to know of its headers, if data are one whole call.

    None if they are not, or may be anything else.
    """
    end = data.find(END_OF_HEAD)
    if not data.startswith(CALL) or end < 0:
        return None
    lines = _HEADER.findall(data, 0, end)
    headers = {name.lower(): value.rstrip() for name, value in lines}
    length = headers.get(b"content-length", b"")
    if (
        len(headers) != len(lines)
        or not length.isdigit()
        or end + len(END_OF_HEAD) + int(length) != len(data)
        or not _ASK_FOR_MORE.isdisjoint(headers)
        or headers.get(b"connection", KEEP_ALIVE).lower() != KEEP_ALIVE
    ):
        return None
    given = headers.get(REQUEST_ID_HEADER.lower().encode())
    return {} if given is None else {REQUEST_ID_HEADER: given.decode("latin-1")}
