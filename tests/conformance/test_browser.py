"""A page of another origin calls from a real browser, and reads answers, errors and headers."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.conformance.conftest import Starts
from tests.support.browser import needs_chromium, running_browser

STARTS_WITHIN_S = 60
PAGE = """<!doctype html><meta charset="utf-8"><title>another origin</title><script type="module">
const url = new URLSearchParams(location.search).get("url");
const post = async (body, headers = {"X-API-Key": "secret123"}) => {
  const answer = await fetch(url, {
    method: "POST", body: JSON.stringify(body),
    headers: {"Content-Type": "application/json", "X-Request-Id": "page-1", ...headers},
  });
  return {status: answer.status, id: answer.headers.get("X-Request-Id"),
          retryAfter: answer.headers.get("Retry-After"), body: await answer.json()};
};
const call = (method, id, params = {}) => ({jsonrpc: "2.0", method, params, id});
const seen = {};
try {
  seen.single = await post(call("get_data", 1));
  seen.batch = await post([call("get_data", 1), call("none", 2)]);
  seen.refused = await post(call("get_data", 9), {"X-API-Key": "wrong"});
  while (!seen.full) {
    const both = await Promise.all([1, 2].map((id) => post(call("sleep", id, {seconds: 0.2}))));
    seen.full = both.find((each) => each.status !== 200);
  }
} catch (fault) { seen.fault = String(fault); }
await fetch("/seen", {method: "POST", body: JSON.stringify(seen)});
</script>"""


@pytest.fixture
async def page() -> AsyncIterator[tuple[str, "asyncio.Queue[dict[str, Any]]"]]:
    """The URL of a page on an origin of its own, and what it has seen."""
    seen: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def take(request: web.Request) -> web.Response:
        seen.put_nowait(json.loads(await request.text()))
        return web.Response()

    application = web.Application()
    application.router.add_get("/", show)
    application.router.add_post("/seen", take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    await runner.cleanup()


@needs_chromium
async def test_a_page_of_another_origin_calls_and_reads_errors(
    page: tuple[str, "asyncio.Queue[dict[str, Any]]"], example_url: Starts
) -> None:
    origin, seen = page
    url = await example_url(calls_at_once_max=1, queued_requests_max=0)

    async with running_browser() as browser, asyncio.timeout(STARTS_WITHIN_S):
        await (await browser.new_page()).goto(f"{origin}/?url={url}")
        told = await seen.get()

    assert "fault" not in told
    assert told["single"]["body"]["result"] == ["hello", 5]
    assert told["single"]["id"] == "page-1"
    done, unknown = told["batch"]["body"]
    assert (done["result"], unknown["error"]["code"]) == (["hello", 5], -32601)
    assert (told["refused"]["status"], told["refused"]["body"]["id"]) == (401, 9)
    assert told["refused"]["body"]["error"]["data"]["type"] == "unauthenticated"
    assert (told["full"]["status"], told["full"]["retryAfter"]) == (503, "1")
