"""A day at the marketplace: open a store, list, deposit, buy, refund, see who buys most.

It needs nothing but Python. Start the service with `make run`, then:

    python examples/marketplace_day.py

OCTAVO_URL says where the service is, if it is elsewhere than on port 8000 here.
"""

import itertools
import json
import os
import sys
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

URL = os.environ.get("OCTAVO_URL", "http://127.0.0.1:8000")
DEMO_KEY = "secret123"
ZONE = "Europe/Lisbon"
HOURS = "Mo-Fr 10:00-19:00; Sa 10:00-14:00; PH off"

Answer = dict[str, Any]
NUMBERS = itertools.count(1)


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


class Marketplace:
    """Calls the service; a refusal is given as its error."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json", "X-API-Key": key}

    def ask(self, method: str, **params: Any) -> Answer:
        """The result of a call, or its error."""
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": next(NUMBERS)}
        request = urllib.request.Request(  # noqa: S310 - the caller says where
            f"{self._url}/rpc", json.dumps(body).encode(), self._headers
        )
        with urllib.request.urlopen(request, timeout=15) as response:  # noqa: S310 - as above
            answer: Answer = json.load(response)
        return answer.get("result") or answer["error"]

    def change(self, method: str, **params: Any) -> Answer:
        """The same for a change: its key makes it safe to send again when no answer came."""
        return self.ask(method, **params, idempotency_key=str(uuid.uuid4()))


def open_store(market: Marketplace) -> dict[str, Answer]:
    """A store opens, with the hours of its door and a holiday."""
    store = market.change("stores.create", name="Livraria Nova", hours=HOURS, time_zone=ZONE)
    say(f"{store['name']} is open {store['hours_per_week']} hours a week; {store['notes'][0]}")
    holiday = (datetime.now(ZoneInfo(ZONE)) + timedelta(days=7)).date().isoformat()
    market.change("stores.set_special_day", id=store["id"], date=holiday, closed=True)
    then = market.ask("stores.get", id=store["id"], open_at=f"{holiday}T11:00")
    say(f"On {holiday} it is {'open' if then['is_open'] else 'closed'}, until {then['opens_at']}")
    return {"store": store, "holiday": then}


def put_on_the_shelf(market: Marketplace, store: Answer) -> list[Answer]:
    """The store lists two books; anybody can find them at once."""
    listings = [
        market.change("listings.create", store_id=store["id"], name=name, price=price)
        for name, price in (("The Book of Disquiet", 12.5), ("Blindness", 9.9))
    ]
    hit = market.ask("search.find", query="book of disquiet", kinds=["listing"])["items"][0]
    say(f"A search finds {hit['name']} at {hit['store_name']} for {hit['price']:.2f}")
    return listings


def buy_and_refund(market: Marketplace, listings: list[Answer]) -> dict[str, Answer]:
    """A new user pays in, buys at the price of the page, and gives one book back."""
    user = market.change("users.create", name="Ricarda Reis")
    short = market.change("purchases.create", user_id=user["id"], listing_id=listings[0]["id"])
    say(f"Without cash nothing is bought: {short['data']['type']}")
    user = market.change("users.deposit", id=user["id"], amount=30)
    first, second = (
        market.change(
            "purchases.create",
            user_id=user["id"],
            listing_id=listing["id"],
            expected_price=listing["price"],
        )
        for listing in listings
    )
    say(f"{user['name']} bought two books and has {second['user_cash']:.2f} left")
    refund = market.change("purchases.refund", id=first["id"])
    say(f"{first['book_name']} went back; she has {refund['user_cash']:.2f}")
    left = market.change("users.withdraw", id=user["id"], amount=refund["user_cash"])
    return {"short": short, "first": first, "second": second, "refund": refund, "user": left}


def look_at_the_day(market: Marketplace) -> dict[str, Answer]:
    """What was bought and paid back today, who buys most, and whether every cent is explained."""
    today = datetime.now(UTC).date().isoformat()
    totals = market.ask("purchases.totals", **{"from": today, "to": today})
    top = market.ask("users.top", limit=3)
    audit = market.ask("audit.run", scope="marketplace")
    say(f"Today: {totals['value']:.2f} bought, {totals['refunded']:.2f} paid back")
    say(f"Who buys most: {', '.join(user['name'] for user in top['items'])}")
    say(f"Every cent is explained: {audit['ok']}")
    return {"totals": totals, "top": top, "audit": audit}


def main(url: str = URL, key: str = DEMO_KEY) -> dict[str, Any]:
    """Go through the day; what was answered, by step."""
    market = Marketplace(url, key)
    steps: dict[str, Any] = dict(open_store(market))
    steps["listings"] = put_on_the_shelf(market, steps["store"])
    steps |= buy_and_refund(market, steps["listings"])
    return steps | look_at_the_day(market)


if __name__ == "__main__":
    main()
