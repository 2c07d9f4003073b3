"""Order a book, from its ISBN to its delivery, as a client would: needs nothing but Python.

Start the service with `make run`, then:

    python examples/order_a_book.py

OCTAVO_URL says where the service is, if it is elsewhere than on port 8000 here.
"""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

URL = os.environ.get("OCTAVO_URL", "http://127.0.0.1:8000")
DEMO_KEY = "secret123"
KNOWN_ISBN = "978-0-13-235088-4"
BOOK = {
    "title": "Clean Code",
    "authors": ["Robert C. Martin"],
    "pages": 464,
    "price": 39.99,
    "isbn": KNOWN_ISBN,
    "quantity": 1_000,
}
UNKNOWN_ISBN = "978-0-306-40615-7"


def call(url: str, method: str, params: dict[str, Any], key: str | None = DEMO_KEY) -> Any:
    """The whole answer to one call, shown on the way."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Content-Type": "application/json"} | ({} if key is None else {"X-API-Key": key})
    request = urllib.request.Request(  # noqa: S310 - the caller says where
        f"{url}/rpc", json.dumps(body).encode(), headers
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as response:  # noqa: S310 - as above
            status, answer = response.status, json.load(response)
    except urllib.error.HTTPError as refusal:
        with refusal:
            status, answer = refusal.code, json.load(refusal)
    sys.stdout.write(f">> {method} {json.dumps(params)}\n")
    sys.stdout.write(f"<< {status} {json.dumps(answer.get('result', answer.get('error')))}\n\n")
    return answer


def main(url: str = URL) -> dict[str, Any]:
    """Go through the whole scenario; what was answered, by step."""
    steps: dict[str, Any] = {}
    steps["without a key"] = call(url, "books.get", {"isbn": KNOWN_ISBN}, key=None)
    call(url, "books.create", BOOK)  # a conflict when the shop has it already
    steps["book"] = call(url, "books.get", {"isbn": KNOWN_ISBN})
    steps["unknown book"] = call(url, "books.get", {"isbn": UNKNOWN_ISBN})
    order = {
        "items": [{"isbn": KNOWN_ISBN, "quantity": 2}],
        "customer": {"name": "Ada Lovelace", "email": "ada@example.org"},
        "payment": {"token": "tok_ok"},
        # The same key on a retry gives the same order again, and never a second one.
        "idempotency_key": str(uuid.uuid4()),
    }
    steps["order"] = call(url, "orders.place", order)
    steps["retry"] = call(url, "orders.place", order)
    order_id = steps["order"]["result"]["id"]
    steps["order fetched"] = call(url, "orders.get", {"id": order_id})
    address = {
        "line1": "12 Mill Lane",
        "city": "Cambridge",
        "postcode": "CB2 1RX",
        "country": "GB",
    }
    next_week = datetime.now(UTC).date() + timedelta(days=7)
    delivery = {"order_id": order_id, "address": address, "date": next_week.isoformat()}
    steps["delivery"] = call(url, "deliveries.schedule", delivery)
    return steps


if __name__ == "__main__":
    main()
