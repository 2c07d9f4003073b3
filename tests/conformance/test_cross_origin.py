"""CORS: a page of another origin may call if its origin is named, and reads every answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest

from rpc.cross_origin import VERBS, AllowedOrigins, add_to, origins_of
from rpc.settings import Settings
from tests.conformance.conftest import Starts
from tests.conformance.example_service import CROWD, GATE
from tests.conformance.io_script import DEFAULT_HEADERS

SHOP = "https://shop.example"
OTHER = "https://other.example"
CALL = {"jsonrpc": "2.0", "method": "get_data", "id": 7}
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,x-api-key,x-request-id",
}

Answer = tuple[int, Mapping[str, str], Any]


async def sent(
    http: aiohttp.ClientSession, verb: str, url: str, *, body: Any = None, **headers: str
) -> Answer:
    """The status, the headers and the parsed body that answer a request."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    async with http.request(verb, url, json=body, headers=given) as response:
        text = await response.text()
        return response.status, response.headers, await response.json() if text else None


def listed(headers: Mapping[str, str], name: str) -> set[str]:
    return {each.strip().lower() for each in headers.get(name, "").split(",") if each.strip()}


async def call(http: aiohttp.ClientSession, url: str, origin: str, **headers: str) -> Answer:
    given: dict[str, str] = {**DEFAULT_HEADERS, "Origin": origin, **headers}
    return await sent(http, "POST", url, body=CALL, **given)


@contextlib.asynccontextmanager
async def one_call_running(url: str, http: aiohttp.ClientSession) -> AsyncIterator[None]:
    GATE.clear()
    before = CROWD.running
    body = {"jsonrpc": "2.0", "method": "wait", "id": 1}
    running = asyncio.create_task(sent(http, "POST", url, body=body, **DEFAULT_HEADERS))
    async with asyncio.timeout(5):
        while CROWD.running == before:  # noqa: ASYNC110 - what runs tells nobody
            await asyncio.sleep(0.001)
    yield
    GATE.set()
    await running


@pytest.mark.parametrize("path", VERBS)
async def test_a_preflight_says_what_may_be_sent(
    path: str, octavo_url: str, http: aiohttp.ClientSession
) -> None:
    url = octavo_url.removesuffix("/rpc") + path
    status, headers, _ = await sent(
        http, "OPTIONS", url, **PREFLIGHT, Origin="http://localhost:5173"
    )

    assert status == 204
    assert headers[ALLOW_ORIGIN] == "http://localhost:5173"
    assert VERBS[path].split(", ")[0].lower() in listed(headers, "Access-Control-Allow-Methods")
    wanted = {"content-type", "x-api-key", "x-request-id"}
    assert wanted <= listed(headers, "Access-Control-Allow-Headers")
    assert "origin" in listed(headers, "Vary")
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize("path", [path for path in VERBS if path != "/rpc"])
async def test_what_is_read_says_who_may_read_it(
    path: str, octavo_url: str, http: aiohttp.ClientSession
) -> None:
    url = octavo_url.removesuffix("/rpc") + path
    _, for_a_page, _ = await sent(http, "GET", url, Origin="http://127.0.0.1:8080")
    _, for_others, _ = await sent(http, "GET", url)

    assert for_a_page[ALLOW_ORIGIN] == "http://127.0.0.1:8080"
    assert ALLOW_ORIGIN not in for_others
    assert "origin" in listed(for_others, "Vary"), "a cache keeps it for pages too"


async def test_pages_read_no_other_path(octavo_url: str, http: aiohttp.ClientSession) -> None:
    url = octavo_url.removesuffix("/rpc") + "/metrics"
    async with http.get(url, headers={"Origin": "http://localhost"}) as response:
        assert response.status == 200
        assert ALLOW_ORIGIN not in response.headers


@pytest.mark.parametrize(
    ("status", "headers", "limits"),
    [
        (200, {}, {}),
        (401, {"X-API-Key": "nobody"}, {}),
        (413, {}, {"body_bytes_max": 10}),
        (415, {"Content-Type": "text/plain"}, {}),
        (417, {"Expect": "a miracle"}, {}),
        (503, {}, {"calls_at_once_max": 1, "queued_requests_max": 0}),
    ],
)
async def test_a_page_reads_every_status(
    status: int,
    headers: dict[str, str],
    limits: dict[str, Any],
    example_url: Starts,
    http: aiohttp.ClientSession,
) -> None:
    url = await example_url(cors_origins=SHOP, **limits)
    async with one_call_running(url, http) if status == 503 else contextlib.nullcontext():
        answered, given, body = await call(http, url, SHOP, **headers)

    assert answered == status
    assert given[ALLOW_ORIGIN] == SHOP
    assert {"x-request-id", "retry-after"} <= listed(given, "Access-Control-Expose-Headers")
    assert listed(given, "Vary") == {"origin"}
    assert given["X-Request-Id"]
    assert "error" in body or status == 200
    assert ("Retry-After" in given) == (status == 503)


async def test_a_verb_that_is_refused_is_read_too(
    example_url: Starts, http: aiohttp.ClientSession
) -> None:
    url = await example_url(cors_origins=SHOP)
    status, headers, body = await sent(http, "GET", url, Origin=SHOP)

    assert status == 405
    assert headers[ALLOW_ORIGIN] == SHOP
    assert body["error"]["code"] == -32600


async def test_an_origin_that_is_not_named_gets_no_permission(
    example_url: Starts, http: aiohttp.ClientSession
) -> None:
    url = await example_url(cors_origins=SHOP)
    asked, preflight, body = await sent(http, "OPTIONS", url, **PREFLIGHT, Origin=OTHER)
    status, headers, _ = await call(http, url, OTHER)

    assert asked == 403
    assert "OCTAVO_CORS_ORIGINS" in body["error"]["data"]["detail"]
    assert status == 200, "what is no browser is answered as ever"
    assert ALLOW_ORIGIN not in preflight
    assert ALLOW_ORIGIN not in headers


async def test_every_origin_may_call_where_the_operator_says_so(
    example_url: Starts, http: aiohttp.ClientSession
) -> None:
    url = await example_url(cors_origins="*")
    asked, preflight, _ = await sent(http, "OPTIONS", url, **PREFLIGHT, Origin=OTHER)
    _, headers, _ = await call(http, url, OTHER)

    assert asked == 204
    assert preflight[ALLOW_ORIGIN] == headers[ALLOW_ORIGIN] == "*"
    assert "Vary" not in headers


def test_no_origin_is_allowed_unless_the_operator_names_it() -> None:
    assert Settings().allowed_origins.headers_for("http://localhost:3000") == {}
    assert Settings().allowed_origins.preflight("/rpc", "http://localhost:3000") is None


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost", True),
        ("https://localhost:8443", True),
        ("http://127.0.0.1:1", True),
        ("http://localhost.evil.example", False),
        ("http://evil.example#http://localhost", False),
        ("http://localhost:80@evil.example", False),
        ("http://127.0.0.10", False),
        ("null", False),
        ("file://", False),
    ],
)
def test_the_demo_allows_pages_of_this_machine_alone(origin: str, *, allowed: bool) -> None:
    headers = AllowedOrigins(frozenset(), demo=True).headers_for(origin)

    assert headers.get(ALLOW_ORIGIN) == (origin if allowed else None)


def test_origins_are_read_as_browsers_write_them() -> None:
    given = " https://Shop.example:443/ ,http://a.example:80,http://[::1]:3000,"

    assert origins_of(given) == {"https://shop.example", "http://a.example", "http://[::1]:3000"}


@pytest.mark.parametrize("given", ["shop.example", "https://a.example/x", "*,https://a.example"])
def test_what_is_no_origin_stops_the_start(given: str) -> None:
    with pytest.raises(ValueError, match="cors_origins"):
        Settings(cors_origins=given)


def test_an_answer_may_vary_by_something_else_too() -> None:
    headers = {"Vary": "Accept-Encoding"}
    add_to(headers, {"Vary": "Origin"})

    assert headers == {"Vary": "Accept-Encoding, Origin"}
