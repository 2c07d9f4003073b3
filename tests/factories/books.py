"""Books to make in tests."""

from typing import Any

from tests.support.rpc_client import RpcClient


def new_book(**changes: Any) -> dict[str, Any]:
    """Parameters of books.create for a plain book; what a test is about it says itself."""
    return {
        "title": "A Wizard of Earthsea",
        "authors": ["Ursula K. Le Guin"],
        "pages": 183,
        "price": 9.99,
        "quantity": 5,
    } | changes


async def create_book(rpc: RpcClient, **changes: Any) -> dict[str, Any]:
    """A new book in the catalogue."""
    book: dict[str, Any] = await rpc("books.create", **new_book(**changes))
    return book
