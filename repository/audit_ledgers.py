"""The ledgers: each counter with the rows that explain it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from domain.audit import Scope
from domain.authors import author_id
from domain.orders import WAS_PAID, OrderStatus
from repository.accounts import ACCOUNTS
from repository.authors import AUTHORS
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.fines import FINES
from repository.listings import LISTINGS
from repository.members import MEMBERS
from repository.mongo.collections import Collection, Document
from repository.order_rows import ORDERS, PAYBACKS
from repository.purchases import PURCHASE_REFUNDS, PURCHASES
from repository.sales import REFUNDS, SALES
from repository.store_directory import STORES
from repository.users import CASH_MOVEMENTS

Entry = tuple[Any, int]
"""The owner of a counter, and what a row adds to it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that explain a counter: what `entries` makes of each, from its `fields`."""

    collection: Collection[Any]
    fields: tuple[str, ...]
    entries: Callable[[Document], Iterable[Entry]]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A counter of a collection's documents; it must equal `opening` plus the sum of the rows.

    `counter` and `opening` work it out from the `fields`.
    """

    scope: Scope
    kind: str
    collection: Collection[Any]
    fields: tuple[str, ...]
    counter: Callable[[Document], Any]
    rows: tuple[Rows, ...]
    opening: Callable[[Document], int] = lambda _: 0


def amount(row: Document, name: str) -> int:
    """The number in a field; 0 if it is missing or no number."""
    value = row.get(name)
    return value if isinstance(value, int | float) else 0  # type: ignore[return-value] # of a broken row


def rows(
    collection: Collection[Any],
    owner: str,
    name: str,
    *,
    sign: int = 1,
    side: str | None = None,
    given: tuple[str, Any] | None = None,
) -> Rows:
    """Rows that add the number in the field `name`, or take it off, to the owner in a field.

    With `side` the owner is that user's or store's account; with `given` only rows with that value
    in that field count.
    """
    known, value = given or (owner, None)

    def entries(row: Document) -> list[Entry]:
        if given is not None and row.get(known) != value:
            return []
        whose = row.get(owner)
        return [(whose if side is None else f"{side}:{whose}", sign * amount(row, name))]

    return Rows(collection, (owner, name, known), entries)


def counted(name: str) -> dict[str, Any]:
    """A counter that is stored in a field."""
    return {"fields": (name,), "counter": lambda row: row.get(name)}


def _reserved(order: Document) -> list[Entry]:
    if order.get("status") != OrderStatus.PENDING:
        return []
    return [(line["book_id"], -amount(line, "quantity")) for line in order["lines"]]


def _authors(book: Document) -> list[Entry]:
    return [] if book.get("archived") else [(author_id(name), 1) for name in set(book["authors"])]


def rows_of_orders(collection: Collection[Any], name: str) -> Rows:
    """Rows with the number in a field for their order, if they have one."""

    def entries(row: Document) -> list[Entry]:
        order_id = row.get("order_id")
        return [] if order_id is None else [(order_id, amount(row, name))]

    return Rows(collection, ("order_id", name), entries)


def _charge(order: Document) -> int:
    return amount(order, "total_cents") if order.get("status") in WAS_PAID else 0


MADE_HERE: Final = ("history_key", None)
"""Purchases that were loaded are history: the loaded cash is what was left after them."""

LEDGERS: Final = (
    Ledger(
        "bookshop",
        "stock",
        BOOKS,
        **counted("stock"),
        rows=(
            rows(STOCK_MOVEMENTS, "book_id", "quantity"),
            rows(SALES, "book_id", "quantity", sign=-1),
            rows(REFUNDS, "book_id", "quantity", given=("restocked", True)),
            Rows(ORDERS, ("status", "lines"), _reserved),
        ),
    ),
    Ledger(
        "bookshop",
        "author_books",
        AUTHORS,
        **counted("books"),
        rows=(Rows(BOOKS, ("archived", "authors"), _authors),),
    ),
    Ledger(
        "bookshop",
        "refundable",
        SALES,
        ("refundable", "quantity"),
        lambda sale: sale.get("refundable"),
        rows=(rows(REFUNDS, "sale_id", "quantity", sign=-1),),
        opening=lambda sale: amount(sale, "quantity"),
    ),
    Ledger(
        "bookshop",
        "order_charge",
        ORDERS,
        ("status", "total_cents"),
        _charge,
        rows=(rows_of_orders(SALES, "total_cents"),),
    ),
    Ledger(
        "bookshop",
        "order_refund",
        ORDERS,
        **counted("refunded_cents"),
        rows=(rows_of_orders(REFUNDS, "amount_cents"),),
    ),
    Ledger(
        "bookshop",
        "order_copies",
        ORDERS,
        **counted("refunded_copies"),
        rows=(rows_of_orders(REFUNDS, "quantity"),),
    ),
    Ledger(
        "bookshop",
        "order_payback",
        ORDERS,
        **counted("paid_back_cents"),
        rows=(rows(PAYBACKS, "order_id", "amount_cents", given=("status", "paid")),),
    ),
    Ledger(
        "library",
        "fines",
        MEMBERS,
        **counted("fines_cents"),
        rows=(rows(FINES, "member_id", "amount_cents"),),
    ),
    Ledger(
        "marketplace",
        "cash",
        ACCOUNTS,
        ("cents", "opening_cents"),
        lambda account: account.get("cents"),
        rows=(
            rows(PURCHASES, "user_id", "amount_cents", sign=-1, side="user", given=MADE_HERE),
            rows(PURCHASES, "store_id", "amount_cents", side="store", given=MADE_HERE),
            rows(PURCHASE_REFUNDS, "user_id", "amount_cents", side="user"),
            rows(PURCHASE_REFUNDS, "store_id", "amount_cents", sign=-1, side="store"),
            rows(CASH_MOVEMENTS, "user_id", "amount_cents", side="user"),
        ),
        opening=lambda account: amount(account, "opening_cents"),
    ),
    Ledger(
        "marketplace",
        "listings_count",
        STORES,
        **counted("listings_count"),
        rows=(Rows(LISTINGS, ("store_id",), lambda listing: ((listing.get("store_id"), 1),)),),
    ),
)
