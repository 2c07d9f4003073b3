"""A page of another origin in a browser: it calls, batches, and sees errors as our own pages do."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page

from tests.support.browser import needs_chromium, running_browser

pytestmark = needs_chromium

CALL = """async ([url, key, body]) => {
  const headers = { "Content-Type": "application/json", ...(key && { "X-API-Key": key }) };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  return { status: response.status, answer, requestId: response.headers.get("X-Request-Id") };
}"""


@pytest.fixture
async def stranger() -> AsyncIterator[Page]:
    """An empty page of an origin of its own."""

    async def empty(_: web.Request) -> web.Response:
        return web.Response(text="<title>elsewhere</title>", content_type="text/html")

    application = web.Application()
    application.router.add_get("/", empty)
    async with TestServer(application) as server, running_browser() as browser:
        page = await browser.new_page()
        await page.goto(str(server.make_url("/")))
        yield page


async def test_it_calls_batches_and_sees_errors(stranger: Page, service_url: str) -> None:
    one = {"jsonrpc": "2.0", "method": "books.get", "params": {"id": 1}, "id": 1}
    missing = one | {"params": {"id": 999_999}, "id": 2}

    async def call(body: Any, key: str | None = "secret123") -> Any:
        return await stranger.evaluate(CALL, [f"{service_url}/rpc", key, body])

    single, batch, refused = await call(one), await call([one, missing]), await call(one, None)

    assert single["answer"]["result"]["id"] == 1
    assert single["requestId"]
    assert [each.get("error", {}).get("code") for each in batch["answer"]] == [None, 104]
    assert refused["status"] == 401
    assert refused["answer"]["error"]["data"]["type"] == "unauthenticated"
    assert refused["answer"]["id"] == 1
