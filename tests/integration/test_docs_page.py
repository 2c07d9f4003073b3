"""The docs page in a browser: forms, errors at their fields, batches, snippets, search, links."""

import asyncio
import io
import json
import re
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from playwright.async_api import Page, Route, expect

from examples import library_day, marketplace_day, shop_day
from rpc.application import make_application
from rpc.settings import Settings
from tests.support.browser import TIMEOUT_MS, Visit, needs_chromium
from tests.support.rpc_client import RpcClient
from tests.support.served import served

pytestmark = needs_chromium

DAY_TIMEOUT_MS = 3 * TIMEOUT_MS
BEYOND_EXACT = 9_007_199_254_740_993


async def sent_by(page: Page) -> Any:
    """What the page sends when Send is pressed."""
    async with page.expect_request("**/rpc") as request:
        await page.get_by_role("button", name="Send", exact=True).click()
    return json.loads((await request.value).post_data or "")


@pytest.mark.parametrize("place", ["", "#orders.place", "#stores.create", "#batch", "#library"])
async def test_it_is_readable_at_any_width_by_day_and_by_night(visitor: Visit, place: str) -> None:
    page = await visitor.go(f"/docs{place}")
    await expect(page.locator("h1")).to_be_visible()
    if place == "#stores.create":
        await page.get_by_label("as a list").check()

    assert await visitor.faults() == []
    assert visitor.complaints == []


async def test_an_order_is_placed_by_filling_in_fields(visitor: Visit) -> None:
    page = await visitor.go("/docs#orders.place")
    await page.get_by_label("book_id").fill("3")
    await page.get_by_role("button", name="Add to items").click()
    await page.get_by_label("book_id").nth(1).fill("4")
    customer = page.get_by_role("group", name="customer")
    await customer.get_by_label("name").fill("Ada Lovelace")
    await page.get_by_label("token").fill("tok_ok")

    sent = await sent_by(page)

    assert sent["params"] == {
        "items": [{"book_id": 3}, {"book_id": 4}],
        "customer": {"name": "Ada Lovelace"},
        "payment": {"token": "tok_ok"},
    }
    await expect(page.locator("pre.good")).to_contain_text('"status": "paid"')


async def test_errors_are_shown_at_the_fields_within(visitor: Visit) -> None:
    page = await visitor.go("/docs#orders.place")
    await page.get_by_label("book_id").fill("3")
    await page.get_by_label("quantity").fill("0")
    customer = page.get_by_role("group", name="customer")
    await customer.get_by_label("email").fill("nobody")
    await customer.get_by_label("name").fill("Ada")
    await page.get_by_label("token").fill("tok_ok")

    await sent_by(page)

    for name, problem in (("quantity", "must be at least 1"), ("email", "must be an e-mail")):
        field = page.locator(".field[data-problem]", has=page.get_by_label(name)).last
        await expect(field.locator(".problem")).to_contain_text(problem)
    await expect(page.locator(".problem")).to_have_count(2)


async def test_fields_show_their_enums_and_limits(visitor: Visit) -> None:
    page = await visitor.go("/docs#stores.list")
    week = page.get_by_role("group", name="hours_per_week")
    await expect(week.get_by_label("more_than")).to_be_visible()
    which = page.get_by_role("group", name="hours_per_day").get_by_label("which")
    await expect(which.locator("option")).to_have_text([re.compile("."), "any", "every", "average"])
    await page.goto(f"{visitor.url}/docs#books.create")
    await expect(page.locator('[id="books.create/title"]')).to_contain_text("up to 500 characters")


async def test_opening_hours_are_given_as_text_or_as_a_list_with_fields(visitor: Visit) -> None:
    page = await visitor.go("/docs#stores.create")
    await page.get_by_label("name", exact=False).first.fill("Corner Shop")
    hours = page.get_by_role("group", name="hours", exact=False).first
    await hours.get_by_label("text", exact=False).last.fill("Mon 9-17")
    assert (await sent_by(page))["params"] == {"name": "Corner Shop", "hours": "Mon 9-17"}

    await hours.get_by_label("as a list").check()
    await hours.get_by_label("day").fill("tue")
    await hours.get_by_label("open").fill("9 am")
    await hours.get_by_label("close").fill("noonish")
    sent = await sent_by(page)

    assert sent["params"]["hours"] == [{"day": "tue", "open": "9 am", "close": "noonish"}]
    problem = hours.locator(".field[data-problem]", has=page.get_by_label("close")).last
    await expect(problem.locator(".problem")).to_contain_text("is not understood")
    await hours.get_by_label("close").fill("1 pm")
    await sent_by(page)
    await expect(page.locator("pre.good")).to_contain_text('"close": "13:00"')


async def test_a_box_says_that_a_field_is_to_be_cleared(visitor: Visit, rpc: RpcClient) -> None:
    member = await rpc("members.create", name="Ada", email="ada@example.org")
    page = await visitor.go("/docs#members.update")
    await page.get_by_label("id", exact=False).first.fill(str(member["id"]))
    email = page.locator('[id="members.update/email"]')
    await email.get_by_label("null: clear it").check()
    await expect(email.get_by_role("textbox")).to_be_disabled()

    assert (await sent_by(page))["params"] == {"id": member["id"], "email": None}

    await expect(page.locator("pre.good")).to_contain_text('"email": null')
    await page.get_by_role("button", name="Clear", exact=True).click()
    await expect(email.get_by_role("textbox")).to_be_enabled()
    assert (await sent_by(page))["params"] == {}


async def test_a_call_is_made_by_keyboard_alone(visitor: Visit) -> None:
    page = await visitor.go("/docs")
    await expect(page.locator("h1")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("zebra crossing")
    await expect(page.locator("#methods")).to_contain_text("None fits.")
    await page.keyboard.press("Escape")
    await expect(page.locator("#filter")).to_be_focused()
    await expect(page.locator("#methods")).to_contain_text("place")
    await page.keyboard.type("books.get")
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("Tab")
    while not await page.evaluate("document.activeElement.matches('form input')"):
        await page.keyboard.press("Tab")
    await page.keyboard.type("1")
    await page.keyboard.press("Control+Enter")

    await expect(page.locator("pre.good")).to_contain_text("The Lord of the Rings")


async def test_an_id_beyond_what_javascript_counts_goes_out_as_it_was_typed(visitor: Visit) -> None:
    page = await visitor.go("/docs#books.get")
    await page.get_by_label("id", exact=False).first.fill(str(BEYOND_EXACT))

    assert (await sent_by(page))["params"] == {"id": BEYOND_EXACT}

    await page.goto(f"{visitor.url}/docs#batch")
    body = {"jsonrpc": "2.0", "method": "books.get", "params": {"id": 1}, "id": BEYOND_EXACT}
    await page.fill("#editor", json.dumps(body))
    assert await sent_by(page) == body
    await expect(page.locator("pre.good")).to_contain_text(str(BEYOND_EXACT))


async def test_a_batch_is_built_and_sent(visitor: Visit) -> None:
    page = await visitor.go("/docs#books.get")
    await (
        page.get_by_role("button", name="Example 1")
        .or_(page.get_by_role("button", name="Fill in the example"))
        .first.click()
    )
    await page.get_by_role("button", name="Add to the batch").click()
    await page.goto(f"{visitor.url}/docs#batch")
    await page.select_option("#batch-method", "search.find")
    await page.get_by_role("button", name="Add its example").click()

    sent = await sent_by(page)

    assert [call["method"] for call in sent] == ["books.get", "search.find"]
    await expect(page.locator("pre.good")).to_contain_text("The Lord of the Rings")
    await page.get_by_role("button", name="Remove call 1").click()
    assert [call["method"] for call in await sent_by(page)] == ["search.find"]


async def test_the_editor_sends_whatever_is_written(visitor: Visit) -> None:
    page = await visitor.go("/docs#batch")
    await page.fill("#editor", "[1,")
    await page.get_by_role("button", name="Send", exact=True).click()

    await expect(page.locator("pre.bad")).to_contain_text("parse_error")


async def test_the_snippets_run_as_they_are(visitor: Visit) -> None:
    page = await visitor.go("/docs#books.get")
    await page.get_by_label("isbn").fill("978-0-13-235088-4")
    snippet = page.locator(".snippet")
    commands = {"curl": ["bash", "-c"], "Python": [sys.executable, "-c"]}
    for language, command in commands.items():
        await page.get_by_role("button", name=language).click()
        text = await snippet.inner_text()
        assert "secret123" in text
        assert await answer_of([*command, text]) == "not_found"
    await page.get_by_role("button", name="JavaScript").click()
    script = (await snippet.inner_text()).replace("console.log(await response.text())", "")
    answered = await page.evaluate(f"(async () => {{ {script}; return response.json() }})()")
    assert answered["error"]["data"]["type"] == "not_found"


async def answer_of(command: list[str]) -> str:
    """The type of the error that a command prints."""
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    kind: str = json.loads(output)["error"]["data"]["type"]
    return kind


async def test_a_key_of_ones_own_is_kept_and_not_put_into_snippets(visitor: Visit) -> None:
    page = await visitor.go("/docs#books.get")
    assert await page.input_value("#key") == "secret123"
    await page.fill("#key", "a key of one's own")
    await page.reload()

    assert await page.input_value("#key") == "a key of one's own"
    await expect(page.locator(".snippet")).to_contain_text("YOUR-KEY")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("cancel order", "orders.cancel"),
        ("order cancel", "orders.cancel"),
        ("out_of_stock", "sales.create"),
        ("postcode", "orders.place"),
        ("loan overdue", "library.loans"),
    ],
)
async def test_methods_are_found_by_words_parameters_and_errors(
    visitor: Visit, words: str, first: str
) -> None:
    page = await visitor.go("/docs")
    await expect(page.locator("h1")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type(words)
    await expect(page.locator("#methods a").first).to_contain_text(first)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")

    await expect(page.locator("h1")).to_have_text(first)


async def test_links_lead_to_a_place_on_a_page_and_the_skip_link_past_the_methods(
    visitor: Visit,
) -> None:
    page = await visitor.go("/docs#orders.place/insufficient_stock")
    row = page.locator('[id="orders.place/insufficient_stock"]')
    await expect(row).to_be_in_viewport()
    await page.goto(f"{visitor.url}/docs#orders.place/address")
    await expect(page.get_by_role("group", name="address").first).to_be_in_viewport()

    await page.goto(f"{visitor.url}/docs#orders.get")
    await page.reload()
    await expect(page.locator("h1")).to_have_text("orders.get")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    assert await page.evaluate("document.activeElement.id") == "main"


ID = re.compile(r"(\w+_)?id")
PRESENT = re.compile(r"20\d\d-\d\d-\d\d")
DAYS = {"bookshop": shop_day.main, "library": library_day.main, "marketplace": marketplace_day.main}


class Called:
    """Calls in their order, with the kind of error that each was refused with.

    Ids are counted, so that those of another demo are alike; keys and the present are left out.
    """

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self._ids: dict[Any, list[int]] = {}

    def note(self, sent: Any, answered: Any) -> None:
        """Take a call, or a batch of calls, and what was answered."""
        if not isinstance(sent, list):
            sent, answered = [sent], [answered]
        for call, answer in zip(sent, answered, strict=True):
            topic = call["method"].partition(".")[0]
            params = {
                name: self._comparable(topic, name, value)
                for name, value in call["params"].items()
                if name != "idempotency_key"
            }
            refusal = answer.get("error", {}).get("data", {}).get("type")
            self.calls.append((call["method"], params, refusal))

    def _comparable(self, topic: str, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._comparable(topic, name, each) for each in value]
        if isinstance(value, dict):
            return {each: self._comparable(topic, each, value[each]) for each in value}
        if isinstance(value, int) and ID.fullmatch(name):
            seen = self._ids.setdefault((topic, name), [])
            if value not in seen:
                seen.append(value)
            return f"the {name} number {seen.index(value) + 1}"
        return "the present" if isinstance(value, str) and PRESENT.match(value) else value


def calls_of_example(desk: str, url: str) -> list[Any]:
    """What the program of examples/ calls in the desk's day."""
    called = Called()
    really_open = urllib.request.urlopen

    def noted(request: urllib.request.Request, timeout: float) -> io.BytesIO:
        with really_open(request, timeout=timeout) as response:
            answer: bytes = response.read()
        called.note(json.loads(cast("bytes", request.data)), json.loads(answer))
        return io.BytesIO(answer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(urllib.request, "urlopen", noted)
        DAYS[desk](url, "secret123")
    return called.calls


@pytest.fixture(scope="module")
async def another_demo(
    mongo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """The URL of a demo of this module's own, on which the programs of examples/ run."""
    settings = Settings(
        port=0,
        mongo_url=mongo_url,
        mongo_database=f"octavo_test_{uuid.uuid4().hex[:12]}",
        data_dir=tmp_path_factory.mktemp("octavo"),
        demo=True,
    )
    async with served(make_application(settings)) as url:
        yield url


@pytest.mark.parametrize("desk", DAYS)
async def test_a_desk_s_day_is_that_of_the_program_in_examples_and_may_be_repeated(
    visitor: Visit, another_demo: str, desk: str
) -> None:
    called: list[Called] = []

    async def note(route: Route) -> None:
        response = await route.fetch()
        called[-1].note(route.request.post_data_json, await response.json())
        await route.fulfill(response=response)

    page = await visitor.go(f"/docs#{desk}")
    await page.route("**/rpc", note)
    run = page.get_by_role("button", name="Run the day")
    for _ in range(2):
        called.append(Called())
        await run.click()
        await expect(run).to_be_enabled(timeout=DAY_TIMEOUT_MS)
        expected = await asyncio.to_thread(calls_of_example, desk, another_demo)
        assert called[-1].calls == expected
    steps = page.locator(".steps > li")
    refused = sum(refusal is not None for *_, refusal in called[-1].calls)
    await expect(steps.locator("pre.bad")).to_have_count(refused)
    await expect(steps.locator("pre.good")).to_have_count(len(called[-1].calls) - refused)
