"""The scripts that a person may run do what they say."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from examples import library_day, marketplace_day, shop_day
from examples.order_a_book import main
from repository.mongo.connection import Database
from rpc.settings import Settings
from tests.support.library_service import KEY, library_service


async def test_a_book_is_ordered_from_its_isbn_to_its_delivery(
    service_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = await asyncio.to_thread(main, service_url)
    capsys.readouterr()  # the client shows what it sends, its token too

    assert steps["without a key"]["error"]["code"] == -32001
    assert steps["book"]["result"]["isbn"] == "9780132350884"
    assert steps["unknown book"]["error"]["code"] == 104
    order = steps["order"]["result"]
    assert (order["status"], order["total"]) == ("paid", 79.98)
    assert steps["retry"]["result"] == order
    assert steps["order fetched"]["result"] == order
    assert steps["delivery"]["result"]["order_id"] == order["id"]


@pytest.mark.parametrize(("fine_per_day", "fine"), [("0", 0.0), ("0.50", 1.5)])
async def test_a_day_at_the_library_goes_from_joining_to_leaving(
    settings: Settings, database: Database, fine_per_day: str, fine: float
) -> None:
    fines = {"fine_per_day": Decimal(fine_per_day)}
    async with library_service(settings, database, **fines) as library:
        library.time.now = datetime.now(UTC).replace(microsecond=0)
        url = library.rpc.url.removesuffix("/rpc")
        steps = await asyncio.to_thread(library_day.main, url, KEY)

    members, copies = steps["members"], steps["copies"]
    assert [steps[f"{name} comes"]["outcome"] for name in members] == ["loaned"] * 2 + [
        "reserved"
    ] * 2
    first, second = steps["queue"]["items"]
    assert first["estimated_ready_at"] == steps["Ben comes"]["loan"]["due_at"]
    assert (second["estimated_ready_at"], second["estimate_reason"]) == (None, "overdue")
    assert steps["Ada wants another"]["code"] == 2013
    assert (steps["Ada returns"]["handed_to"], steps["Ada returns"]["fine"]) == (
        members["Cleo"],
        fine,
    )
    assert [item["member_name"] for item in steps["holds shelf"]] == ["Cleo Visitor"]
    assert steps.get("Ada pays", {"balance": 0.0})["balance"] == 0.0
    assert ("Ada pays" in steps) == (fine > 0)
    assert steps["first in the queue"]["member_id"] == members["Dora"]
    assert steps["Cleo may not renew"]["code"] == 2011
    assert steps["Cleo renews"]["loan"]["renewals"] == 1
    assert steps["Ben leaves"]["archived"]
    assert (copies["total_copies"], copies["available_copies"]) == (1, 1)
    numbers = [event["number"] for event in steps["log"]]
    assert all(after == before + 1 for before, after in pairwise(numbers))


async def test_a_day_at_the_shop_goes_from_the_box_to_the_cash_up(service_url: str) -> None:
    first = await asyncio.to_thread(shop_day.main, service_url)
    second = await asyncio.to_thread(shop_day.main, service_url)

    assert [(book["title"], book["stock"]) for book in first["box"]] == [
        ("Clean Code", 3),
        ("A Wizard of Earthsea", 5),
        ("Pride and Prejudice", 4),
    ]
    assert [book["id"] for book in second["box"]] == [book["id"] for book in first["box"]]
    assert [book["stock"] for book in second["box"]] == [3 - 1 + 3, 5 - 1 + 1 + 5, 4 - 1 + 4]
    assert first["order"]["total"] == first["quote"]["total"] == 17.49
    assert first["parcel"]["address"] == shop_day.ADDRESS
    assert first["too late"]["code"] == 1112
    assert (first["return"]["status"], first["return"]["payment"]["kept"]) == (
        "partially_refunded",
        7.5,
    )
    assert first["return"]["deliveries"][0]["status"] == "delivered"
    assert first["audit"]["ok"]
    assert second["audit"]["ok"]
    totals = second["totals"]
    assert (totals["gross"], totals["refunded"]) == (2 * 97.47, 2 * 49.98)
    assert (totals["copies_sold"], totals["copies_refunded"]) == (8, 4)
    assert totals["time_zone"] == "Europe/London"
    assert len(second["orders"]["items"]) == 2


async def test_a_day_at_the_marketplace_goes_from_an_open_door_to_the_day_s_totals(
    service_url: str,
) -> None:
    steps = await asyncio.to_thread(marketplace_day.main, service_url)

    assert (steps["store"]["hours_per_week"], steps["store"]["time_zone"]) == (49, "Europe/Lisbon")
    assert steps["holiday"]["is_open"] is False
    assert steps["short"]["code"] == 3001
    assert steps["second"]["user_cash"] == 7.6
    assert steps["refund"]["refunded_at"] is not None
    assert steps["user"]["cash"] == 0
    assert (steps["totals"]["value"], steps["totals"]["refunded"]) == (22.4, 12.5)
    assert steps["audit"]["ok"]
