"""The docs page in a browser: forms, errors at their fields, batches, snippets, search, links."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import Visit, needs_chromium, running_browser, visit

pytestmark = needs_chromium

BEYOND_EXACT = 9_007_199_254_740_993


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as started:
        yield started


@pytest.fixture
async def visitor(browser: Browser, service_url: str) -> AsyncIterator[Visit]:
    async with visit(browser, service_url) as opened:
        yield opened


async def sent_by(page: Page) -> Any:
    """What the page sends when Send is pressed."""
    async with page.expect_request("**/rpc") as request:
        await page.get_by_role("button", name="Send", exact=True).click()
    return json.loads((await request.value).post_data or "")


@pytest.mark.parametrize("place", ["", "#orders.place", "#batch", "#library"])
async def test_it_is_readable_at_any_width_by_day_and_by_night(visitor: Visit, place: str) -> None:
    page = await visitor.go(f"/docs{place}")
    await expect(page.locator("h1")).to_be_visible()

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


@pytest.mark.parametrize("desk", ["bookshop", "library", "marketplace"])
async def test_a_desk_goes_through_its_day(visitor: Visit, desk: str) -> None:
    page = await visitor.go(f"/docs#{desk}")
    run = page.get_by_role("button", name="Run the day")
    await run.click()
    await expect(run).to_be_enabled()

    steps = page.locator(".steps > li")
    for step in await steps.all():
        about = await step.locator("p").inner_text()
        is_refusal = any(words in about for words in ("refused", "nothing is", "may not"))
        expected = "bad" if is_refusal else "good"
        await expect(step.locator(f"pre.{expected}"), about).to_have_count(1)
