"""The console in a browser: it shows what the methods answer, as far as the key may ask."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Visit, needs_chromium
from tests.support.rpc_client import RpcClient

pytestmark = needs_chromium

ORDER: dict[str, Any] = {
    "items": [{"book_id": 3, "quantity": 1}],
    "customer": {"name": "Ada Lovelace", "email": "ada@example.org"},
    "payment": {"token": "tok_ok"},
}


@pytest.fixture
async def late_loan(rpc: RpcClient) -> str:
    """The name of a member whose loan was due two days ago."""
    member = (await rpc("members.create", name="Mary Somerville"))["id"]
    await rpc("library.set_copies", book_id=9, copies=1)
    await rpc("library.checkout", member_id=member, book_id=9)
    due_at = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    await rpc("library.set_due_date", member_id=member, book_id=9, due_at=due_at)
    return "Mary Somerville"


async def shown(page: Page) -> None:
    """Wait until all panels have their answers."""
    await expect(page.locator("#asked")).to_contain_text("As of")
    await expect(page.locator("#health .facts")).to_be_visible()


async def with_key(visitor: Visit, key: str) -> Page:
    page = await visitor.go("/console")
    await page.fill("#key", key)
    await page.press("#key", "Enter")
    return page


async def test_it_is_readable_at_any_width_by_day_and_by_night(
    visitor: Visit, late_loan: str
) -> None:
    page = await visitor.go("/console")
    await shown(page)
    await expect(page.locator("#overdue")).to_contain_text(late_loan)

    assert await visitor.faults() == []
    assert visitor.complaints == []


async def test_it_shows_sales_refunds_orders_and_what_ran_out(
    visitor: Visit, rpc: RpcClient
) -> None:
    sale = await rpc("sales.create", book_id=1)
    other = await rpc("sales.create", book_id=2)
    await rpc("sales.refund", sale_id=other["id"])
    order = await rpc("orders.place", **ORDER)

    page = await visitor.go("/console")
    await shown(page)

    net = sale["total"] + order["total"]
    await expect(page.locator("#figures")).to_contain_text(f"Sales today{net:.2f}")
    bars = page.locator("#sales .chart g")
    await expect(bars).to_have_count(14)
    gross, refunded = net + other["total"], other["total"]
    await expect(bars.last.locator("title")).to_contain_text(
        f"{gross:.2f} sold, {refunded:.2f} refunded"
    )
    up, down = (bars.last.locator(kind) for kind in (".sales", ".refunds"))
    heights = [float(await each.get_attribute("height") or 0) for each in (up, down)]
    assert heights[0] / heights[1] == pytest.approx(gross / refunded, rel=0.01)
    await expect(page.locator("#orders tbody tr").first).to_contain_text("Ada Lovelace")
    await expect(page.locator("#orders .facts")).to_contain_text("paid1")
    await expect(page.locator("#ran-out")).to_contain_text("The Lord of the Rings")
    await expect(page.locator("#stock")).not_to_contain_text("The Lord of the Rings")


async def test_stock_is_found_by_title_and_days_are_chosen(visitor: Visit) -> None:
    page = await visitor.go("/console")
    await shown(page)

    await page.fill("#title", "mother tongue")
    await page.press("#title", "Enter")
    await page.select_option("#days", "30")

    await expect(page.locator("#stock tbody tr")).to_have_count(1)
    await expect(page.locator("#sales .chart g")).to_have_count(30)


async def test_it_shows_queues_the_holds_shelf_and_open_stores(
    visitor: Visit, rpc: RpcClient
) -> None:
    page = await visitor.go("/console")
    await shown(page)

    for status, panel in (("waiting", "#queues"), ("ready", "#shelf")):
        for row in (await rpc("library.reservations", status=status))["items"]:
            await expect(page.locator(panel)).to_contain_text(row["title"])
            await expect(page.locator(panel)).to_contain_text(row["member_name"])
    now = datetime.now(UTC).isoformat()
    stores = (await rpc("stores.list", open_at=now, limit=100))["items"]
    await expect(page.locator("#stores tbody tr")).to_have_count(len(stores))


async def test_the_audit_runs_when_it_is_asked_for(visitor: Visit, rpc: RpcClient) -> None:
    page = await visitor.go("/console")
    await shown(page)
    await page.click("#run-audit")

    await expect(page.locator("#audit")).to_contain_text("Every counter and balance is explained")
    checked = (await rpc("audit.run"))["checked"]
    await expect(page.locator("#audit .facts div")).to_have_count(len(checked))


async def test_a_readers_key_sees_all_but_the_audit(visitor: Visit, rpc: RpcClient) -> None:
    key = (await rpc("keys.create", name="desk", role="reader"))["key"]
    page = await with_key(visitor, key)

    await expect(page.locator("#role")).to_have_text("role reader")
    await expect(page.locator("#audit")).to_contain_text("Needs a key of role admin")
    assert await page.is_disabled("#run-audit")
    await expect(page.locator("#sales .chart")).to_be_visible()
    await expect(page.locator("main .refused")).to_have_count(1)
    assert visitor.complaints == []


async def test_a_public_key_sees_stock_and_stores_and_the_rest_says_why_not(
    visitor: Visit, rpc: RpcClient
) -> None:
    key = (await rpc("keys.create", name="web page", role="public"))["key"]
    page = await with_key(visitor, key)

    await expect(page.locator("#role")).to_have_text("role public")
    for panel in ("#sales", "#orders", "#queues", "#shelf", "#overdue", "#popular"):
        await expect(page.locator(panel)).to_have_text(
            "Needs a key of role reader; this one's role is public."
        )
    await expect(page.locator("#stock table")).to_be_visible()


async def test_the_key_is_kept_for_the_session_and_an_unknown_one_is_told(visitor: Visit) -> None:
    page = await with_key(visitor, "no such key")
    await expect(page.locator("#role")).to_have_text("no valid key")
    await expect(page.locator("#sales")).to_contain_text("missing, unknown or revoked")

    await page.reload()

    assert await page.input_value("#key") == "no such key"
    assert await page.evaluate("localStorage.length + document.cookie.length") == 0


async def test_it_shows_the_health_of_the_last_seconds(visitor: Visit, rpc: RpcClient) -> None:
    await visitor.page.clock.install()
    page = await visitor.go("/console")
    await expect(page.locator("#health .facts")).to_be_visible()
    await rpc("sales.create", book_id=1)

    await page.clock.run_for(5_000)

    await expect(page.locator("#health")).to_contain_text(re.compile(r"Of the last \d+ seconds"))
    facts = page.locator("#health .facts div")
    rate = await facts.filter(has_text="Calls per second").locator("dd").inner_text()
    assert float(rate) > 0
    assert await facts.filter(has_text="mean").locator("dd").inner_text() == "1"
    await expect(facts.filter(has_text="Time of a call, p99").locator("dd")).to_contain_text("s")
