"""The scripts that a person may run do what they say."""

import asyncio

from examples.order_a_book import main


async def test_a_book_is_ordered_from_its_isbn_to_its_delivery(service_url: str) -> None:
    steps = await asyncio.to_thread(main, service_url)

    assert steps["without a key"]["error"]["code"] == -32001
    assert steps["book"]["result"]["isbn"] == "9780132350884"
    assert steps["unknown book"]["error"]["code"] == 104
    order = steps["order"]["result"]
    assert (order["status"], order["total"]) == ("paid", 79.98)
    assert steps["retry"]["result"] == order
    assert steps["order fetched"]["result"] == order
    assert steps["delivery"]["result"]["order_id"] == order["id"]
