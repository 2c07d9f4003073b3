"""Connections that hold a place without asking anything: they give it up, and nobody else waits."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from rpc import connections
from rpc.admission import TURN_REQUESTS
from rpc.call_connection import CallConnection
from rpc.connections import Crowd, network_of
from tests.conformance.conftest import Starts

BODY = b'{"jsonrpc":"2.0","method":"%s","params":%s,"id":7}'
HEAD = (
    b"POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n%s"
    b"Content-Length: %d\r\n\r\n"
)
KEY = b"X-API-Key: secret123\r\n"
CALL = BODY % (b"get_data", b"{}")
WITHIN_S = 5.0
KEYLESS_BYTES_MAX = 65_536
TOGETHER = 40

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Clients:
    """Connections to one service, from addresses of this machine."""

    def __init__(self, url: str) -> None:
        self._port = urlsplit(url).port
        self._open: list[asyncio.StreamWriter] = []

    async def connect(self, sent: bytes = b"", *, address: str = "127.0.0.1") -> Ends:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(address, 0)
        )
        self._open.append(writer)
        writer.write(sent)
        return reader, writer

    async def ask(self, sent: bytes, *, address: str = "127.0.0.1") -> bytes:
        """The answer to a request on a connection of its own."""
        return await answer((await self.connect(sent, address=address))[0])

    def close(self) -> None:
        for writer in self._open:
            writer.transport.abort()


@contextlib.asynccontextmanager
async def clients_of(url: str) -> AsyncIterator[Clients]:
    clients = Clients(url)
    try:
        yield clients
    finally:
        clients.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The next answer, with its head."""
    async with asyncio.timeout(WITHIN_S):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return head + await reader.readexactly(length)


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What still comes until the service closes the connection."""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(WITHIN_S):
            return await reader.read()
    return b""


def posted(body: bytes, *, key: bytes = KEY, length: int | None = None) -> bytes:
    return HEAD % (key, len(body) if length is None else length) + body


async def test_a_connection_that_asks_nothing_is_closed(example_url: Starts) -> None:
    async with clients_of(await example_url(header_timeout_s=0.1)) as clients:
        silent, _ = await clients.connect()
        half, _ = await clients.connect(b"POST /rpc HT")

        assert await ended(silent) == await ended(half) == b""


async def test_a_head_that_comes_byte_by_byte_does_not_gain_time(example_url: Starts) -> None:
    url = await example_url(header_timeout_s=0.3, idle_timeout_s=60.0)
    async with clients_of(url) as clients:
        reader, writer = await clients.connect(posted(CALL))
        assert b'"hello"' in await answer(reader)
        writer.write(b"POST /rpc HTTP/1.1\r\nX-Slow: ")
        ends = asyncio.create_task(ended(reader))
        while not ends.done():
            writer.write(b"x")
            await asyncio.wait([ends], timeout=0.02)

        assert await ends == b""


@pytest.mark.parametrize("more", [b"", b"Origin: http://a.example\r\n"], ids=["plain", "routed"])
async def test_a_connection_is_kept_between_requests_for_a_while(
    example_url: Starts, more: bytes
) -> None:
    url = await example_url(header_timeout_s=0.4, idle_timeout_s=1.5)
    async with clients_of(url) as clients:
        reader, writer = await clients.connect(posted(CALL, key=KEY + more))
        await answer(reader)
        await asyncio.sleep(0.6)
        writer.write(posted(CALL, key=KEY + more))

        assert b'"hello"' in await answer(reader), "it is idle for less than it may be"
        assert await ended(reader) == b""


async def test_a_call_that_runs_is_not_idle(example_url: Starts) -> None:
    async with clients_of(await example_url(header_timeout_s=0.4, idle_timeout_s=0.4)) as clients:
        assert b'"value":0.8' in await clients.ask(posted(BODY % (b"sleep", b"[0.8]")))


async def test_a_client_that_does_not_read_is_left(example_url: Starts) -> None:
    url = await example_url(idle_timeout_s=0.2)
    async with clients_of(url) as clients:
        reader, writer = await clients.connect(posted(BODY % (b"large", b"[24000000]")))
        await answer_begins(reader)
        reader._transport.pause_reading()  # type: ignore[attr-defined] # noqa: SLF001 - there is no other way
        await asyncio.sleep(0.5)
        reader._transport.resume_reading()  # type: ignore[attr-defined] # noqa: SLF001

        assert len(await ended(reader)) < 24_000_000
        writer.close()


async def answer_begins(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(WITHIN_S):
        await reader.readexactly(10)


class Logged:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def warning(self, event: str, **_: object) -> None:
        self.events.append(event)


async def test_one_address_does_not_take_all_places(
    example_url: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "AT_ONCE_MAX", 20)
    url = await example_url(connections_per_address_max=15)
    async with clients_of(url) as clients:
        log = Logged()
        monkeypatch.setattr(connections, "log", log)
        busy, _ = await clients.connect(posted(BODY % (b"sleep", b"[0.5]")))
        silent = [(await clients.connect())[0] for _ in range(40)]

        assert b'"hello"' in await clients.ask(posted(CALL), address="127.0.0.2")
        assert b'"hello"' in await clients.ask(posted(CALL)), "the silent make room"
        assert b'"value":0.5' in await answer(busy), "who is answered stays"
        assert await ended(silent[0]) == b""

    assert log.events == ["an address has as many connections as it may have"], "once"


async def test_many_addresses_do_not_take_all_places_either(
    example_url: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "AT_ONCE_MAX", 21)
    async with clients_of(await example_url(connections_per_address_max=16)) as clients:
        for number in range(60):
            await clients.connect(address=f"127.0.1.{number + 1}")

        assert b'"hello"' in await clients.ask(posted(CALL), address="127.0.0.2")


class Busy:
    """A connection with a running call."""

    is_idle = False
    closes_at = 0.0

    def give_up(self) -> None:
        raise AssertionError


def test_where_all_connections_are_busy_a_new_one_is_refused() -> None:
    crowd = Crowd(at_once=2, per_address=2)
    admitted = [crowd.admit(Busy(), str(number)) for number in range(4)]

    assert admitted == [True, True, False, False]
    assert len(crowd) == 2


def test_an_ipv6_network_counts_as_one_address() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::5")
    assert network_of("2001:db8:1:2::5") != network_of("2001:db8:1:3::5")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
    assert network_of("fe80::1%eth0") == "fe80::/64"


@pytest.mark.parametrize(("extra", "status"), [(0, b"200"), (1, b"401")])
@pytest.mark.parametrize("ending", ["whole", "chunked"])
async def test_a_body_without_a_key_has_a_limit_of_its_own(
    example_url: Starts, extra: int, status: bytes, ending: str
) -> None:
    size = KEYLESS_BYTES_MAX + extra
    body = b'{"jsonrpc":"2.0","method":"open","id":7}'.ljust(size)
    sent = posted(body, key=b"")
    if ending == "chunked":
        head = HEAD.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") % b""
        sent = head + b"".join(
            b"%x\r\n%s\r\n" % (len(part), part)
            for part in (body[:30_000], body[30_000:60_000], body[60_000:])
        )
        sent += b"0\r\n\r\n"
    async with clients_of(await example_url()) as clients:
        assert (await clients.ask(sent)).split()[1] == status


async def test_a_large_body_without_a_key_is_refused_unread(example_url: Starts) -> None:
    async with clients_of(await example_url()) as clients:
        refused = await clients.ask(posted(b"", key=b"X-API-Key: x\r\n", length=70_000))

    assert refused.split()[1] == b"401"
    assert b'"id":null' in refused


@pytest.mark.parametrize("key", [b"", KEY], ids=["without a key", "with a key"])
async def test_bodies_that_do_not_arrive_take_nobody_s_place(
    example_url: Starts, key: bytes
) -> None:
    url = await example_url(calls_at_once_max=1, queued_requests_max=0)
    async with clients_of(url) as clients:
        for _ in range(20):
            await clients.connect(posted(b"{", key=key, length=100))

        assert b'"value":0.01' in await clients.ask(posted(BODY % (b"sleep", b"[0.01]")))


async def test_large_bodies_that_do_not_arrive_have_a_limit_together(example_url: Starts) -> None:
    async with clients_of(await example_url()) as clients:
        for _ in range(60):
            await clients.connect(posted(b"{", length=5_000_000))
        refused = await clients.ask(posted(b"{", length=5_000_000))

        assert refused.split()[1] == b"503"
        assert b"Retry-After" in refused
        assert b'"hello"' in await clients.ask(posted(CALL))


async def test_the_rest_of_a_body_that_was_refused_is_not_awaited_for_long(
    example_url: Starts,
) -> None:
    async with clients_of(await example_url()) as clients:
        reader, _ = await clients.connect(posted(b"{", key=b"", length=70_000))
        assert (await answer(reader)).split()[1] == b"401"

        assert await ended(reader) == b""


@pytest.mark.parametrize("more", [b"", b"Origin: http://a.example\r\n"], ids=["plain", "routed"])
async def test_a_connection_that_was_refused_rests_and_is_answered_then(
    example_url: Starts, more: bytes
) -> None:
    url = await example_url(calls_at_once_max=1, queued_requests_max=0)
    async with clients_of(url) as clients:
        running, _ = await clients.connect(posted(BODY % (b"sleep", b"[0.4]")))
        await asyncio.sleep(0.1)
        reader, writer = await clients.connect(posted(CALL, key=KEY + more))
        refused = await answer(reader)
        began = asyncio.get_running_loop().time()
        writer.write(posted(CALL, key=KEY + more))
        answered = await answer(reader)

        assert refused.split()[1] == b"503"
        assert b"Retry-After: 1\r\n" in refused
        assert b"X-Request-Id" in refused
        assert b'"hello"' in answered
        assert asyncio.get_running_loop().time() - began > 0.5
        assert b'"value":0.4' in await answer(running)


async def test_those_for_whom_a_turn_has_no_room_are_answered_in_the_next_ones(
    example_url: Starts,
) -> None:
    async with clients_of(await example_url()) as clients:
        connected = [await clients.connect() for _ in range(4 * TURN_REQUESTS)]
        for _, writer in connected:
            writer.write(posted(CALL))
        for _, writer in connected[::2]:
            writer.write(posted(CALL) * 2)

        for number, (reader, _) in enumerate(connected):
            for _ in range(1 if number % 2 else 3):
                assert b'"hello"' in await answer(reader)


@pytest.mark.parametrize("is_full", [False, True])
async def test_those_who_send_no_more_while_they_wait_for_a_turn_are_answered_too(
    example_url: Starts, *, is_full: bool
) -> None:
    alone = {"calls_at_once_max": 1, "queued_requests_max": 0, "batch_calls_max": 7}
    limits = alone if is_full else {}  # nobody else has a service with these
    async with clients_of(await example_url(**limits)) as clients:
        if is_full:
            await clients.connect(posted(BODY % (b"sleep", b"[4]")))
            await asyncio.sleep(0.1)
        connected = [await clients.connect() for _ in range(8 * TURN_REQUESTS)]
        for number, (_, writer) in enumerate(connected):
            writer.write(posted(CALL)[: -10 if number % 4 == 3 else None])
            writer.write_eof()

        for number, (reader, _) in enumerate(connected):
            answered = await answer(reader)
            expected = b"503" if is_full else b"400" if number % 4 == 3 else b"200"
            assert answered.split()[1] == expected
            assert await ended(reader) == b""


async def test_a_client_that_leaves_with_its_answer_holds_no_place(
    example_url: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def written_but_not_done(self: web.RequestHandler, *given: Any) -> Any:
        done = await web.RequestHandler.finish_response(self, *given)
        await asyncio.sleep(0.1)  # the answer is read meanwhile
        return done

    monkeypatch.setattr(CallConnection, "finish_response", written_but_not_done, raising=False)
    async with clients_of(await example_url()) as clients:
        reader, writer = await clients.connect(posted(CALL, key=KEY + b"Origin: http://a\r\n"))
        assert (await answer(reader)).split()[1] == b"200"
        writer.write_eof()
        assert await ended(reader) == b""


@pytest.mark.parametrize("more", [b"", b"Origin: http://a\r\n"])
@pytest.mark.parametrize(
    ("body", "cut"),
    [(BODY % (b"large", b"[24000000]"), 0), (CALL + b" " * 4_000_000, 100)],
    ids=["answer", "body"],
)
async def test_what_a_client_leaves_behind_is_no_garbage_to_be_collected(
    example_url: Starts, more: bytes, body: bytes, cut: int
) -> None:
    async with clients_of(await example_url()) as clients:
        gc.collect()
        gc.disable()
        try:
            request = posted(body, key=KEY + more)
            _, writer = await clients.connect(request[: len(request) - cut])
            await asyncio.sleep(0.3)
            writer.transport.abort()
            await asyncio.sleep(0.2)
            assert garbage_bytes() < 50_000
        finally:
            gc.enable()


def garbage_bytes() -> int:
    """How many bytes only the garbage collector would free."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        held = (each for each in gc.get_referents(*gc.garbage) if isinstance(each, bytes))
        return sum(map(len, held))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.collect()


async def test_a_refused_call_that_is_not_parsed_says_the_same_as_one_that_is(
    example_url: Starts,
) -> None:
    url = await example_url(calls_at_once_max=1, queued_requests_max=0)
    named = KEY + b"X-Request-Id: seven\r\n"
    async with clients_of(url) as clients:
        running, _ = await clients.connect(posted(BODY % (b"sleep", b"[0.4]")))
        await asyncio.sleep(0.1)
        unparsed = await clients.ask(posted(CALL, key=named))
        parsed = await clients.ask(posted(CALL, key=named + b"Connection: close\r\n"))

        assert b"\r\nX-Request-Id: seven\r\n" in unparsed
        assert lines_of(unparsed) == lines_of(parsed)
        assert b'"value":0.4' in await answer(running)


async def test_a_call_in_parts_is_refused_and_the_connection_is_used_again(
    example_url: Starts,
) -> None:
    url = await example_url(calls_at_once_max=1, queued_requests_max=0)
    async with clients_of(url) as clients:
        running, _ = await clients.connect(posted(BODY % (b"sleep", b"[0.4]")))
        await asyncio.sleep(0.1)
        request = posted(CALL)
        reader, writer = await clients.connect(request[:-10])
        await asyncio.sleep(0.1)
        writer.write(request[-10:])
        assert (await answer(reader)).split()[1] == b"503"
        assert b'"value":0.4' in await answer(running)
        writer.write(posted(CALL))
        assert b'"hello"' in await answer(reader)


@pytest.mark.parametrize("more", [b"", b"Origin: http://a.example\r\n"], ids=["plain", "routed"])
async def test_many_calls_together_are_answered_after_one_that_came_in_parts(
    example_url: Starts, more: bytes
) -> None:
    async with clients_of(await example_url()) as clients:
        reader, writer = await clients.connect()
        call = posted(CALL, key=KEY + more)
        for part in (call[: -len(CALL)], call[-len(CALL) :]):
            writer.write(part)
            await asyncio.sleep(0.01)
        await answer(reader)

        writer.write(call * TOGETHER)

        answers = [await answer(reader) for _ in range(TOGETHER)]
    assert all(b"hello" in each for each in answers)


def lines_of(response: bytes) -> set[bytes]:
    """The lines of a response that do not differ from one to the next."""
    differ = (b"Date", b"Server", b"Connection", b"Vary")
    return {line for line in response.split(b"\r\n") if not line.startswith(differ)}
