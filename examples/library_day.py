"""A day at the library's desk: join, lend, queue, holds shelf, lost copy, fine, renew.

It needs nothing but Python. Start the service with `make run`, then:

    python examples/library_day.py

A late return costs something if the service was started with OCTAVO_FINE_PER_DAY=0.50. OCTAVO_URL
says where the service is, if it is elsewhere than on port 8000 here.
"""

import itertools
import json
import os
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

URL = os.environ.get("OCTAVO_URL", "http://127.0.0.1:8000")
DEMO_KEY = "secret123"
COPIES = 2
DAYS_LATE = 2.5


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


class Library:
    """Calls the service; a refusal is given as its error."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json", "X-API-Key": key}
        self._ids = itertools.count(1)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a call, or its error."""
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": next(self._ids)}
        request = urllib.request.Request(  # noqa: S310 - the caller says where
            f"{self._url}/rpc", json.dumps(body).encode(), self._headers
        )
        with urllib.request.urlopen(request, timeout=15) as response:  # noqa: S310 - as above
            answer: dict[str, Any] = json.load(response)
        return answer.get("result") or answer["error"]


def add_book(library: Library, title: str) -> int:
    """A new book with copies for loan."""
    book = library.call("books.create", title=title, authors=["Nobody"], pages=1, price=1)["id"]
    library.call("library.set_copies", book_id=book, copies=COPIES)
    return int(book)


def morning(library: Library) -> tuple[int, dict[str, int]]:
    """A book gets its copies and four people join; the book's id, and theirs by name."""
    book = add_book(library, "A Day at the Library")
    names = ("Ada", "Ben", "Cleo", "Dora")
    members = {name: library.call("members.create", name=f"{name} Visitor")["id"] for name in names}
    found = library.call("members.list", query="visit cle", limit=500)["items"]
    say(f"{', '.join(names)} join; `visit cle` finds {found[-1]['name']}")
    return book, members


def lend(library: Library, book: int, members: dict[str, int]) -> dict[str, Any]:
    """Four people want two copies."""
    steps: dict[str, Any] = {}
    for name, member in members.items():
        answer = library.call("library.checkout", member_id=member, book_id=book)
        steps[f"{name} comes"] = answer
        if answer["outcome"] == "loaned":
            say(f"{name} has it until {answer['loan']['due_at'][:10]}")
        else:
            place = answer["reservation"]
            when = place["estimated_ready_at"][:10]
            say(f"{name} waits at position {place['position']}, until about {when}")
    return steps


def late(library: Library, book: int, members: dict[str, int]) -> dict[str, Any]:
    """Ada is late: no new loan for her, no date from her copy; she brings it back, and pays."""
    ada, steps = {"member_id": members["Ada"]}, dict[str, Any]()
    due_at = datetime.now(UTC) - timedelta(days=DAYS_LATE)
    library.call("library.set_due_date", **ada, book_id=book, due_at=due_at.isoformat())
    steps["queue"] = library.call("library.queue", book_id=book)
    for item in steps["queue"]["items"]:
        when = item["estimated_ready_at"] or f"nobody knows when ({item['estimate_reason']})"
        say(f"  {item['member_name']} at position {item['position']}: {when}")
    another = add_book(library, "A Night at the Library")
    steps["Ada wants another"] = library.call("library.checkout", **ada, book_id=another)
    say(f"Ada wants another book: {steps['Ada wants another']['message']}")
    steps["Ada returns"] = library.call("library.return", **ada, book_id=book)
    say(f"she brings it back; it costs {steps['Ada returns']['fine']:.2f}")
    shelf = library.call("library.reservations", book_id=book, status="ready")["items"]
    steps["holds shelf"] = shelf
    say(f"on the holds shelf for {shelf[0]['member_name']} until {shelf[0]['fetch_by'][:10]}")
    balance = library.call("library.fines", **ada)["balance"]
    if balance:
        steps["Ada pays"] = library.call("library.pay_fine", **ada, amount=balance)
        say(f"Ada pays; she owes {steps['Ada pays']['balance']:.2f} now")
    return steps


def lost(library: Library, book: int, members: dict[str, int]) -> dict[str, Any]:
    """Cleo fetches her copy, Ben has lost his; nobody loses a place."""
    steps: dict[str, Any] = {}
    cleo, dora = ({"member_id": members[name], "book_id": book} for name in ("Cleo", "Dora"))
    steps["Cleo fetches"] = library.call("library.fulfill", **cleo)
    steps["Ben loses it"] = library.call(
        "library.withdraw_copy", book_id=book, reason="lost", member_id=members["Ben"]
    )
    say(f"Ben has lost his copy; {steps['Ben loses it']['total_copies']} is left")
    [first] = library.call("library.queue", book_id=book)["items"]
    steps["first in the queue"] = first
    say(f"{first['member_name']} is at position {first['position']} still")
    steps["Cleo may not renew"] = library.call("library.renew", **cleo)
    say(f"Cleo wants to renew: {steps['Cleo may not renew']['message']}")
    library.call("library.cancel_reservation", **dora)
    steps["Cleo renews"] = library.call("library.renew", **cleo)
    say(f"Dora gives up; Cleo has it until {steps['Cleo renews']['loan']['due_at'][:10]}")
    return steps


def evening(library: Library, book: int, members: dict[str, int]) -> dict[str, Any]:
    """Cleo brings the book, Ben leaves the library, and the copies add up."""
    library.call("library.return", member_id=members["Cleo"], book_id=book)
    left = library.call("members.archive", id=members["Ben"])
    copies = library.call("library.availability", book_id=book)
    log = library.call("library.events", book_id=book, limit=500)["items"]
    say(f"in the evening: {copies}")
    say(f"the log of the book: {', '.join(event['kind'] for event in log)}")
    return {"Ben leaves": left, "copies": copies, "log": log}


def main(url: str = URL, key: str = DEMO_KEY) -> dict[str, Any]:
    """Spend the day; what was answered, by step."""
    library = Library(url, key)
    book, members = morning(library)
    steps: dict[str, Any] = {"book": book, "members": members}
    for part in (lend, late, lost, evening):
        steps |= part(library, book, members)
    return steps


if __name__ == "__main__":
    main()
