"""Rows for a load: books over the wire, documents in their collections."""

from collections.abc import Sequence
from typing import Any, Final

from bench.http_client import Client

INSERTED_AT_ONCE: Final = 1_000


async def new_books(client: Client, count: int, stock: int) -> list[int]:
    """The ids of so many new books with so many copies each."""
    books = [
        {
            "title": f"Title {number} of {stock}",
            "authors": ["A. Author"],
            "pages": 300,
            "price": 12.5,
            "quantity": stock,
        }
        for number in range(count)
    ]
    return [book["id"] for book in await client.batch("books.create", books)]


def insert(collection: Any, documents: Sequence[dict[str, Any]]) -> None:
    """Insert documents into a collection of the driver's, some at a time."""
    for first in range(0, len(documents), INSERTED_AT_ONCE):
        part = documents[first : first + INSERTED_AT_ONCE]
        collection.insert_many(part, ordered=False)
