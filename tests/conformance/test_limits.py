"""Limits that no script can show: full sizes, time, and how many at once."""

import asyncio
import gzip
import io
import json
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from rpc.settings import Settings
from tests.conformance.conftest import Starts
from tests.conformance.example_service import CROWD, GATE
from tests.conformance.io_script import DEFAULT_HEADERS

BODY_BYTES_MAX = 5 * 1024 * 1024
RESPONSE_BYTES_MAX = 25_000_000


async def post(
    http: aiohttp.ClientSession, url: str, body: Any, **headers: str
) -> tuple[int, dict[str, str], Any]:
    """The status, the headers and the parsed body that answer some bytes, or anything as JSON."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes | AsyncIterator) else json.dumps(body).encode()
    data = io.BytesIO(data) if isinstance(data, bytes) else data
    async with http.post(url, data=data, headers=DEFAULT_HEADERS | given) as response:
        answer = await response.read()
        return response.status, dict(response.headers), json.loads(answer) if answer else None


def call(method: str, *params: Any, call_id: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params, "id": call_id}


def body_of(size: int) -> bytes:
    """A valid call of exactly so many bytes."""
    start, end = b'{"jsonrpc":"2.0","method":"get_data","id":"', b'"}'
    return start + b"x" * (size - len(start) - len(end)) + end


@pytest.fixture
async def url(example_url: Starts) -> str:
    """A service with the limits that stand when nobody sets any."""
    return await example_url()


@pytest.fixture
def gate() -> Iterator[asyncio.Event]:
    """Holds the calls of `wait` until it is set; counts them from zero."""
    GATE.clear()
    CROWD.running = CROWD.peak = 0
    yield GATE
    GATE.set()


async def until_running(count: int) -> None:
    async with asyncio.timeout(5):
        while CROWD.running < count:  # noqa: ASYNC110 - what runs tells nobody
            await asyncio.sleep(0.001)


async def test_the_limits_are_the_ones_that_the_design_names() -> None:
    settings = Settings()

    assert settings.body_bytes_max == BODY_BYTES_MAX
    assert settings.batch_calls_max == 1_000
    assert settings.response_bytes_max == RESPONSE_BYTES_MAX
    assert settings.method_name_characters_max == 128
    assert settings.nesting_levels_max == 32
    assert settings.call_deadline_s == 10.0


async def test_a_thousand_calls_are_answered_in_their_order(
    url: str, http: aiohttp.ClientSession
) -> None:
    _, _, answers = await post(http, url, [call("echo", n, call_id=n) for n in range(1_000)])

    assert [answer["id"] for answer in answers] == list(range(1_000))
    assert [answer["result"]["value"] for answer in answers] == list(range(1_000))


async def test_a_thousand_and_one_calls_are_refused_as_a_whole(
    url: str, http: aiohttp.ClientSession
) -> None:
    status, _, answer = await post(http, url, [call("echo", n, call_id=n) for n in range(1_001)])

    assert status == 200
    assert answer["error"]["code"] == -32010
    assert answer["error"]["data"]["calls"] == 1_001
    assert answer["id"] is None


async def test_a_body_of_five_mebibytes_is_read(url: str, http: aiohttp.ClientSession) -> None:
    status, _, answer = await post(http, url, body_of(BODY_BYTES_MAX))

    assert status == 200
    assert answer["result"] == ["hello", 5]


async def test_one_byte_more_is_refused(url: str, http: aiohttp.ClientSession) -> None:
    status, _, answer = await post(http, url, body_of(BODY_BYTES_MAX + 1))

    assert status == 413
    assert answer["error"]["code"] == -32007
    assert answer["id"] is None


async def in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1_000_000):
        yield body[start : start + 1_000_000]


@pytest.mark.parametrize(("extra", "expected"), [(0, 200), (1, 413)])
async def test_a_body_that_does_not_tell_its_length_has_the_same_limit(
    url: str, http: aiohttp.ClientSession, extra: int, expected: int
) -> None:
    status, _, _ = await post(http, url, in_chunks(body_of(BODY_BYTES_MAX + extra)))

    assert status == expected


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize(("extra", "expected"), [(0, 200), (1, 413)])
async def test_a_compressed_body_has_the_same_limit_unpacked(
    url: str, http: aiohttp.ClientSession, encoding: str, extra: int, expected: int
) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    body = pack(body_of(BODY_BYTES_MAX + extra))

    status, _, _ = await post(http, url, body, Content_Encoding=encoding)

    assert status == expected


@pytest.mark.parametrize("damage", [lambda body: body[:-4], lambda body: body + b"{}"])
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_a_compressed_body_ends_where_it_says(
    url: str,
    http: aiohttp.ClientSession,
    pack: Callable[[bytes], bytes],
    damage: Callable[[bytes], bytes],
) -> None:
    body = pack(body_of(100))

    status, _, answer = await post(http, url, damage(body), Content_Encoding="gzip")

    assert (status, answer["error"]["code"]) == (200, -32700)
    assert "result" in (await post(http, url, body, Content_Encoding="gzip"))[2]


async def test_a_bomb_is_not_unpacked(url: str, http: aiohttp.ClientSession) -> None:
    bomb = gzip.compress(b" " * 200_000_000, compresslevel=1)

    status, _, answer = await post(http, url, bomb, Content_Encoding="gzip")

    assert status == 413
    assert answer["error"]["data"]["body_bytes_max"] == BODY_BYTES_MAX


@pytest.mark.parametrize(("extra", "kept"), [(0, True), (1, False)])
async def test_a_response_has_at_most_25_megabytes(
    url: str, http: aiohttp.ClientSession, extra: int, *, kept: bool
) -> None:
    frame = len('{"jsonrpc":"2.0","result":{"value":""},"id":1}')
    request = call("large", RESPONSE_BYTES_MAX - frame + extra)

    _, headers, answer = await post(http, url, request)

    if kept:
        assert headers["Content-Length"] == str(RESPONSE_BYTES_MAX)
    else:
        assert answer["error"]["code"] == -32003


async def test_what_is_finished_before_a_batch_is_full_is_kept(
    http: aiohttp.ClientSession, example_url: Starts
) -> None:
    url = await example_url(response_bytes_max=1_000, batch_concurrency_max=1)

    _, _, answers = await post(http, url, [call("large", 400, call_id=n) for n in range(5)])

    assert [answer["id"] for answer in answers] == [0, 1, 2, 3, 4]
    assert ["result" in answer for answer in answers] == [True, True, False, False, False]
    assert [answer["error"]["data"]["executed"] for answer in answers[2:]] == [True, False, False]
    assert [answer["error"]["data"]["retryable"] for answer in answers[2:]] == [False, True, True]


async def test_a_call_past_its_deadline_is_answered_and_the_others_are_kept(
    http: aiohttp.ClientSession, example_url: Starts
) -> None:
    url = await example_url(call_deadline_s=0.05)

    _, _, answers = await post(
        http, url, [call("echo", 1, call_id=1), call("sleep", 9.0, call_id=2), call("echo", 3)]
    )

    assert answers[1]["error"]["code"] == -32002
    assert answers[1]["error"]["data"] == {
        "type": "timed_out",
        "retryable": True,
        "deadline_s": 0.05,
    }
    assert answers[1]["id"] == 2
    assert ["result" in answer for answer in answers] == [True, False, True]


async def test_a_method_s_own_timeout_is_not_the_deadline(
    url: str, http: aiohttp.ClientSession
) -> None:
    _, _, answer = await post(http, url, call("fail", "own timeout"))

    assert answer["error"]["code"] == -32603


async def test_no_more_than_some_calls_of_a_batch_run_at_once(
    http: aiohttp.ClientSession, example_url: Starts
) -> None:
    url = await example_url(batch_concurrency_max=3)
    CROWD.peak = 0

    _, _, answers = await post(http, url, [call("crowd", n, call_id=n) for n in range(40)])

    assert [answer["result"]["position"] for answer in answers] == list(range(40))
    assert CROWD.peak == 3


async def test_no_more_than_some_calls_of_all_requests_run_at_once(
    http: aiohttp.ClientSession, example_url: Starts, gate: asyncio.Event
) -> None:
    url = await example_url(calls_at_once_max=2)
    requests = [asyncio.create_task(post(http, url, call("wait"))) for _ in range(5)]
    await until_running(2)
    gate.set()

    answers = [answer for _, _, answer in await asyncio.gather(*requests)]

    assert all("result" in answer for answer in answers)
    assert CROWD.peak == 2


async def test_beyond_one_call_and_one_in_the_queue_the_service_is_busy(
    http: aiohttp.ClientSession, example_url: Starts, gate: asyncio.Event
) -> None:
    url = await example_url(calls_at_once_max=1, queued_requests_max=1)
    running = asyncio.create_task(post(http, url, call("wait", call_id="running")))
    await until_running(1)
    others = [asyncio.create_task(post(http, url, call("wait", call_id=n))) for n in range(2)]

    finished, waiting = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
    status, headers, answer = finished.pop().result()
    assert status == 503
    assert headers["Retry-After"] == "1"
    assert answer["error"]["code"] == -32009
    assert answer["error"]["data"]["retryable"] is True
    assert answer["id"] is None

    gate.set()
    assert (await running)[2]["id"] == "running"
    assert (await waiting.pop())[0] == 200
    assert (await post(http, url, call("echo", 1)))[0] == 200


async def test_a_body_that_does_not_arrive_gives_its_place_back(example_url: Starts) -> None:
    url = await example_url(body_read_timeout_s=0.05, calls_at_once_max=1, queued_requests_max=0)
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)

    writer.write(
        b"POST /rpc HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":-32002' in answer


async def test_a_key_makes_so_many_calls_a_second_and_no_more(
    http: aiohttp.ClientSession, example_url: Starts
) -> None:
    url = await example_url(calls_per_second_max=3)
    three = [call("echo", 1), {"jsonrpc": "2.0", "method": "echo"}, 1]

    taken, _, _ = await post(http, url, three, X_API_Key="clerk")
    status, headers, answer = await post(http, url, call("echo", 1, call_id=7), X_API_Key="clerk")
    of_another_key, _, _ = await post(http, url, three, X_API_Key="reader")

    assert (taken, status, of_another_key) == (200, 429, 200)
    assert headers["Retry-After"] == "1"
    assert answer["id"] == 7
    assert answer["error"]["code"] == -32011
    data = answer["error"]["data"]
    assert (data["type"], data["retryable"]) == ("rate_limited", True)
    assert (data["calls"], data["calls_per_second_max"]) == (1, 3)
    assert 0 < data["retry_after_s"] <= 1
    await asyncio.sleep(data["retry_after_s"])
    assert (await post(http, url, call("echo", 1), X_API_Key="clerk"))[0] == 200


@pytest.mark.parametrize(("calls", "expected"), [(12, 200), (13, 429)])
async def test_a_batch_of_more_than_twice_the_rate_is_never_taken(
    http: aiohttp.ClientSession, example_url: Starts, calls: int, expected: int
) -> None:
    url = await example_url(calls_per_second_max=6)

    status, headers, answer = await post(http, url, [call("echo", 1)] * calls)

    assert status == expected
    if expected == 429:
        assert "Retry-After" not in headers
        assert answer["id"] is None
        assert answer["error"]["code"] == -32011
        assert answer["error"]["data"] == {
            "type": "rate_limited",
            "retryable": False,
            "calls": 13,
            "calls_max": 12,
            "calls_per_second_max": 6,
        }
