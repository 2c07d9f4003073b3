"""A plain call is answered before the router, under a ready head; nobody can tell."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import orjson
import pytest

from tests.conformance.conftest import Starts

LARGE = 300_000
HEAD = (
    "POST /rpc HTTP/{version}\r\nHost: a\r\nX-API-Key: secret123\r\nX-Request-Id: order-17\r\n"
    "Content-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n"
)
Response = tuple[bytes, dict[bytes, bytes], bytes]


def request(method: str, params: str = "{}", *, version: str = "1.1", more: str = "") -> bytes:
    body = f'{{"jsonrpc":"2.0","method":"{method}","params":{params},"id":1}}'
    return (HEAD.format(version=version, length=len(body), more=more) + body).encode()


class Line:
    """A connection that is written to and read from as bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def response(self) -> Response:
        """The next response: its status line, headers in small letters, and body."""
        async with asyncio.timeout(5):
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, *lines = head.strip().split(b"\r\n")
            headers = dict(line.lower().split(b": ", 1) for line in lines)
            body = await self.reader.readexactly(int(headers[b"content-length"]))
        return status, headers, body

    async def ask(self, sent: bytes) -> Response:
        """The response to a request."""
        self.writer.write(sent)
        return await self.response()

    async def is_closed(self) -> bool:
        """Whether the service closes the connection now."""
        async with asyncio.timeout(5):
            return await self.reader.read() == b""


@pytest.fixture
async def line(example_url: Starts) -> AsyncIterator[Line]:
    url = urlsplit(await example_url())
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    yield Line(reader, writer)
    writer.close()


async def test_a_plain_call_is_answered_like_one_that_is_routed(line: Line) -> None:
    status, headers, body = await line.ask(request("get_data"))
    routed = await line.ask(request("get_data", more="Origin: http://shop.example\r\n"))

    assert status == routed[0] == b"HTTP/1.1 200 OK"
    assert body == routed[2]
    named = {b"content-type", b"x-request-id", b"content-length"}
    assert {name: headers[name] for name in named} == {name: routed[1][name] for name in named}
    assert headers[b"x-request-id"] == b"order-17"
    assert b"date" in headers


async def test_requests_that_come_together_are_answered_in_their_order(line: Line) -> None:
    line.writer.write(b"".join(request("echo", f"[{each}]") for each in range(5)))

    bodies = [(await line.response())[2] for _ in range(5)]

    assert [b'"value":%d}' % each in body for each, body in enumerate(bodies)] == [True] * 5


async def test_a_call_that_waits_goes_before_the_next_on_its_connection(line: Line) -> None:
    line.writer.write(request("sleep", "[0.05]") + request("echo", "[2]"))

    bodies = [(await line.response())[2] for _ in range(2)]

    assert b'"value":0.05' in bodies[0]
    assert b'"value":2' in bodies[1]


async def test_a_body_may_come_after_its_head(line: Line) -> None:
    sent = request("echo", "[1]")
    for part in (sent[:30], sent[30:-10], sent[-10:]):
        line.writer.write(part)
        await line.writer.drain()
        await asyncio.sleep(0.01)

    assert b'"value":1' in (await line.response())[2]


async def test_a_large_answer_arrives_whole(line: Line) -> None:
    _, _, body = await line.ask(request("large", f"[{LARGE}]"))

    assert body.count(b"x") == LARGE


@pytest.mark.parametrize(
    ("version", "more", "closes"),
    [
        ("1.1", "Connection: close\r\n", True),
        ("1.0", "", True),
        ("1.0", "Connection: keep-alive\r\n", False),
    ],
)
async def test_a_connection_is_kept_or_closed_as_its_client_asks(
    line: Line, version: str, more: str, *, closes: bool
) -> None:
    status, headers, body = await line.ask(request("get_data", version=version, more=more))

    assert status.split()[1] == b"200"
    assert b"hello" in body
    if closes:
        assert await line.is_closed()
    else:
        assert headers[b"connection"] == b"keep-alive"
        assert b"hello" in (await line.ask(request("get_data", version=version, more=more)))[2]


async def test_a_client_that_waits_for_a_go_ahead_gets_it(line: Line) -> None:
    sent = request("get_data", more="Expect: 100-continue\r\n")
    at = sent.index(b"\r\n\r\n") + 4
    line.writer.write(sent[:at])

    async with asyncio.timeout(5):
        assert (await line.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    line.writer.write(sent[at:])

    assert b"hello" in (await line.response())[2]


async def test_a_path_with_a_query_is_the_same_path(line: Line) -> None:
    status, _, body = await line.ask(request("get_data").replace(b"/rpc ", b"/rpc?x=1 "))

    assert status == b"HTTP/1.1 200 OK"
    assert b"hello" in body


@pytest.mark.parametrize(
    ("method", "more"), [("get_data", ""), ("sleep", ""), ("sleep", "Connection: keep-alive\r\n")]
)
@pytest.mark.parametrize("routed", ["", "Origin: http://shop.example\r\n"])
async def test_a_client_that_sends_no_more_gets_its_answers(
    line: Line, method: str, more: str, routed: str
) -> None:
    sent = request(method, "[0.02]" if method == "sleep" else "{}", more=more + routed)
    line.writer.write(sent + sent)
    line.writer.write_eof()

    assert [(await line.response())[0].split()[1] for _ in range(2)] == [b"200", b"200"]
    assert await line.is_closed()


async def test_a_body_that_is_cut_short_is_refused_at_once(line: Line) -> None:
    line.writer.write(request("get_data")[:-5])
    line.writer.write_eof()

    status, _, body = await line.response()

    assert status.split()[1] == b"400"
    assert b'"code":-32700' in body


async def test_half_a_head_ends_with_its_sender(line: Line) -> None:
    line.writer.write(request("get_data")[:20])
    line.writer.write_eof()

    assert await line.is_closed()


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, b"POST /rpc HTTP/9\r\n\r\n"),
        (404, b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"),
        (405, b"GET /rpc HTTP/1.1\r\nHost: a\r\n\r\n"),
        (417, b"POST /rpc HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\n\r\n"),
    ],
)
async def test_what_http_refuses_is_a_json_rpc_error(line: Line, status: int, sent: bytes) -> None:
    first, headers, body = await line.ask(sent)

    assert first.split()[1] == b"%d" % status
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"x-request-id"]
    error = orjson.loads(body)
    assert error["id"] is None
    assert error["error"]["code"] == -32600
    assert error["error"]["data"]["detail"]


async def test_no_answer_tells_versions(line: Line) -> None:
    for sent in (
        request("get_data"),
        request("get_data", more="Origin: http://a.example\r\n"),
        b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
        b"no HTTP\r\n\r\n",
    ):
        _, headers, _ = await line.ask(sent)
        assert headers.get(b"server", b"octavo") == b"octavo"
