"""A day at the bookshop: receive a box, sell, refund, order, deliver, return, cash up.

It needs nothing but Python. Start the service with `make run`, then:

    python examples/shop_day.py

The box is box.csv beside this file. The shop's day is that of Europe/London, or of the time zone in
SHOP_ZONE. OCTAVO_URL says where the service is, if it is elsewhere than on port 8000 here.
"""

import csv
import itertools
import json
import os
import sys
import urllib.request
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

URL = os.environ.get("OCTAVO_URL", "http://127.0.0.1:8000")
ZONE = os.environ.get("SHOP_ZONE", "Europe/London")
DEMO_KEY = "secret123"
BOX = Path(__file__).parent / "box.csv"
ADDRESS = {"line1": "1 Main Street", "line2": "Flat 3", "city": "Cork", "country": "IE"}
NOT_FOUND = 104

Answer = dict[str, Any]


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


class Shop:
    """Calls the service; a refusal is given as its error."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json", "X-API-Key": key}
        self._ids = itertools.count(1)

    def batch(self, calls: list[tuple[str, Answer]]) -> list[Answer]:
        """The results of calls that are sent at once, or their errors, in their order."""
        body = [
            {"jsonrpc": "2.0", "method": method, "params": params, "id": next(self._ids)}
            for method, params in calls
        ]
        request = urllib.request.Request(  # noqa: S310 - the caller says where
            f"{self._url}/rpc", json.dumps(body).encode(), self._headers
        )
        with urllib.request.urlopen(request, timeout=15) as response:  # noqa: S310 - as above
            answers: list[Answer] = json.load(response)
        return [answer.get("result") or answer["error"] for answer in answers]

    def call(self, method: str, **params: Any) -> Answer:
        """The result of one call, or its error."""
        [answer] = self.batch([(method, params)])
        return answer

    def change(self, method: str, **params: Any) -> Answer:
        """The same for a change: its key makes it safe to send again when no answer came."""
        return self.call(method, **params, idempotency_key=str(uuid.uuid4()))


def receive(shop: Shop, box: Path) -> list[Answer]:
    """Unpack a box: known books get more copies, the others are new."""
    with box.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = shop.batch([("books.get", {"isbn": row["isbn"]}) for row in rows])
    delivery = uuid.uuid4().hex
    changes: list[tuple[str, Answer]] = []
    for row, book in zip(rows, known, strict=True):
        key = {"idempotency_key": f"{delivery}-{row['isbn']}"}
        copies = int(row["quantity"])
        if book.get("code") == NOT_FOUND:
            new = {"title": row["title"], "authors": row["author"].split("/"), "isbn": row["isbn"]}
            new |= {"pages": int(row["pages"]), "price": float(row["price"]), "quantity": copies}
            changes.append(("books.create", new | key))
        else:
            changes.append(("books.restock", {"id": book["id"], "quantity": copies} | key))
    books = shop.batch(changes)
    for (method, _), book in zip(changes, books, strict=True):
        what = "is new" if method == "books.create" else "was known"
        say(f"{book['title']} {what}, {book['stock']} on hand")
    return books


def sell_and_refund(shop: Shop, book: Answer) -> dict[str, Answer]:
    """Two copies over the counter at the price on the label; one comes back."""
    sold = {"book_id": book["id"], "quantity": 2, "expected_price": book["price"]}
    sale = shop.change("sales.create", **sold)
    refund = shop.change("sales.refund", sale_id=sale["id"], quantity=1)
    say(f"Sold 2 of {book['title']} for {sale['total']:.2f}; 1 came back: {refund['amount']:.2f}")
    return {"sale": sale, "refund": refund}


def order_and_deliver(shop: Shop, books: list[Answer]) -> dict[str, Answer]:
    """A customer orders at the price of the page, and gets a parcel."""
    items = [{"isbn": book["isbn"]} for book in books]
    quote = shop.call("orders.quote", items=items)
    order = shop.change(
        "orders.place",
        items=items,
        customer={"name": "Ada Lovelace", "email": "ada@example.org"},
        payment={"token": "tok_ok"},
        expected_total=quote["total"],
        address=ADDRESS,
    )
    say(f"Order of {len(items)} books, quoted {quote['total']:.2f}: {order['status']}")
    day = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=3)
    parcel = shop.change("deliveries.schedule", order_id=order["id"], date=day.isoformat())
    for status in ("out_for_delivery", "delivered"):
        parcel = shop.change("deliveries.update_status", id=parcel["id"], status=status)
        say(f"The parcel to {parcel['address']['city']} is {parcel['status']}")
    too_late = shop.change("orders.cancel", order_id=order["id"])
    say(f"Cancelling it now is refused: {too_late['data']['type']}")
    return {"quote": quote, "order": order, "parcel": parcel, "too late": too_late}


def take_back(shop: Shop, order: Answer) -> Answer:
    """One book of the order comes back."""
    line = order["lines"][0]
    wanted = [{"book_id": line["book_id"], "quantity": 1}]
    after = shop.change("orders.return", order_id=order["id"], items=wanted)
    say(f"One book came back: the order is {after['status']}, kept {after['payment']['kept']:.2f}")
    return after


def cash_up(shop: Shop) -> dict[str, Answer]:
    """Add up the shop's own day, whatever the clock of the server shows."""
    today = datetime.now(ZoneInfo(ZONE)).date().isoformat()
    period = {"from": today, "to": today, "time_zone": ZONE}
    totals, orders, audit = shop.batch(
        [
            ("sales.totals", period),
            ("orders.list", period | {"limit": 500}),
            ("audit.run", {"scope": "bookshop"}),
        ]
    )
    say(
        f"Today in {totals['time_zone']}: {totals['copies_sold']} copies sold, "
        f"{totals['copies_refunded']} taken back; {totals['gross']:.2f} - "
        f"{totals['refunded']:.2f} = {totals['net']:.2f}; every counter explained: {audit['ok']}"
    )
    return {"totals": totals, "orders": orders, "audit": audit}


def main(url: str = URL, key: str = DEMO_KEY, box: Path = BOX) -> dict[str, Any]:
    """Go through the day; what was answered, by step."""
    shop = Shop(url, key)
    books = receive(shop, box)
    steps: dict[str, Any] = {"box": books, **sell_and_refund(shop, books[0])}
    steps |= order_and_deliver(shop, books[1:])
    steps["return"] = take_back(shop, steps["order"])
    return steps | cash_up(shop)


if __name__ == "__main__":
    main()
