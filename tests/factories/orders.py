"""Rows of orders and what they are about, to make in tests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domain.books import BookRow
from domain.deliveries import Address
from domain.order_requests import Customer, OrderItem
from domain.order_rules import Draft, reserve
from domain.orders import OrderRow

PLACED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 17, tzinfo=UTC)


ADDRESS = Address(line1="12 Mill Lane", city="Cambridge", postcode="CB2 1RX", country="GB")


def book(book_id: int = 1, stock: int = 5, price_cents: int = 250, **fields: Any) -> BookRow:
    """A book with copies on hand."""
    return BookRow(
        book_id, f"Book {book_id}", ["N. N."], 90 + book_id, price_cents, stock, **fields
    )


def draft(*items: tuple[int | str, int], record_id: str | None = None) -> Draft:
    """A wish for so many copies of each book, named by its id or by its ISBN."""
    wanted = [
        OrderItem(isbn=name, quantity=copies)
        if isinstance(name, str)
        else OrderItem(book_id=name, quantity=copies)
        for name, copies in items
    ]
    customer = Customer(name="Ada Lovelace", email="Ada@Example.org")
    return Draft(wanted, customer, "tok_ok", "an attempt", "a process", record_id)


def pending(*copies: tuple[BookRow, int]) -> OrderRow:
    """A pending order of so many copies of each book."""
    wish = draft(*((each.id, quantity) for each, quantity in copies))
    return reserve(wish, {each.id: each for each, _ in copies}, 7, PLACED).result


def order(**fields: Any) -> OrderRow:
    """An order of two copies for 2.50 each, paid unless the fields say else."""
    changes: dict[str, Any] = {"status": "paid", "paid_at": PLACED} | fields
    return replace(pending((book(), 2)), **changes)
