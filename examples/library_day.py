"""A day at the library: `python examples/library_day.py` against a running `make run`.

Twelve members come for a book with three copies, wait in line, bring copies back, fetch held ones,
step aside and give up. At the end the copies still add up, and the log tells the whole day.
OCTAVO_URL says where the service is, if it is elsewhere than on port 8000 here.
"""

import asyncio
import itertools
import os
import sys
from typing import Any

import aiohttp

URL = os.environ.get("OCTAVO_URL", "http://127.0.0.1:8000")
DEMO_KEY = "secret123"
COPIES = 3
MEMBERS = 12
_ids = itertools.count(1)


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


class Library:
    """Calls the service; a refusal is given as its error."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a call, or its error."""
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": next(_ids)}
        headers = {"X-API-Key": DEMO_KEY}
        async with self._http.post(f"{URL}/rpc", json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
        return answer.get("result") or answer["error"]


async def day(library: Library) -> None:
    """Open, lend, take back, hand on, and count."""
    title = {"title": "A Day at the Library", "authors": ["Nobody"], "pages": 1, "price": 1}
    book = (await library.call("books.create", **title))["id"]
    await library.call("library.set_copies", book_id=book, copies=COPIES)
    members = [
        (await library.call("members.create", name=f"Visitor {each}"))["id"]
        for each in range(1, MEMBERS + 1)
    ]

    say(f"{MEMBERS} members want book {book}, which has {COPIES} copies")
    answers = await asyncio.gather(
        *(library.call("library.checkout", member_id=each, book_id=book) for each in members)
    )
    readers = []
    for member, answer in zip(members, answers, strict=True):
        if answer["outcome"] == "loaned":
            readers.append(member)
            say(f"  member {member} has it until {answer['loan']['due_at'][:10]}")
        else:
            place = answer["reservation"]
            when = place["estimated_ready_at"][:10]
            say(f"  member {member} waits at position {place['position']}, until about {when}")

    while readers:
        reader = readers.pop(0)
        returned = await library.call("library.return", member_id=reader, book_id=book)
        next_one = returned["handed_to"]
        say(f"member {reader} brings it back" + (f"; held for {next_one}" if next_one else ""))
        if next_one is not None:
            await library.call("library.fulfill", member_id=next_one, book_id=book)
            readers.append(next_one)

    copies = await library.call("library.availability", book_id=book)
    log = await library.call("library.events", book_id=book, limit=500)
    say(f"in the evening: {copies}")
    say(f"the log has {len(log['items'])} events")


async def main() -> None:
    """Spend the day."""
    async with aiohttp.ClientSession() as http:
        await day(Library(http))


if __name__ == "__main__":
    asyncio.run(main())
