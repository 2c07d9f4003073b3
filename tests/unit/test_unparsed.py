"""What is read of a request before it is parsed: no more than is certain."""

import pytest

from rpc.unparsed import headers_of_call, is_health_check

BODY = b'{"jsonrpc":"2.0","method":"books.get","id":1}'
HEAD = b"POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n%b\r\n"


def call(more: bytes = b"", length: int = len(BODY)) -> bytes:
    return HEAD % (length, more) + BODY


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        (b"", {}),
        (b"X-API-Key: a\r\nContent-Encoding: gzip\r\n", {}),
        (b"Connection: Keep-Alive\r\n", {}),
        (b"x-request-id: seven\r\n", {"X-Request-Id": "seven"}),
        (b"X-REQUEST-ID:  seven  \r\n", {"X-Request-Id": "seven"}),
    ],
)
def test_a_whole_call_is_recognised(more: bytes, headers: dict[str, str]) -> None:
    assert headers_of_call(call(more)) == headers


@pytest.mark.parametrize(
    "data",
    [
        b"",
        call()[:-1],
        call() + b"P",
        call() + call(),
        call(length=0),
        call().replace(b"POST", b"PUT"),
        call().replace(b"/rpc", b"/docs"),
        call().replace(b"HTTP/1.1", b"HTTP/1.0"),
        call(b"Content-Length: 5\r\n"),
        call(b"Transfer-Encoding: chunked\r\n"),
        call(b"Expect: 100-continue\r\n"),
        call(b"Upgrade: h2c\r\n"),
        call(b"Origin: http://a.example\r\n"),
        call(b"Connection: close\r\n"),
        call().replace(b"Content-Length", b"Content-Lengt"),
        call().replace(b"Length: 4", b"Length: +4"),
    ],
)
def test_anything_else_is_left_to_the_parser(data: bytes) -> None:
    assert headers_of_call(data) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"GET /healthz HTTP/1.1\r\n", True),
        (b"GET /readyz HTTP/1.1\r\n", True),
        (b"GET /docs HTTP/1.1\r\n", False),
        (b"POST /healthz HTTP/1.1\r\n", False),
    ],
)
def test_health_checks_are_recognised(data: bytes, expected: bool) -> None:  # noqa: FBT001
    assert is_health_check(data) is expected
