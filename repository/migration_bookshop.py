"""Steps of the bookshop: books that may be archived, authors that count, orders that tell all."""

from typing import Final

from domain.authors import AuthorRow, names_of
from domain.orders import OrderStatus
from repository.authors import AUTHORS
from repository.books import BOOKS
from repository.deliveries import DELIVERIES
from repository.migration_tools import (
    PAGE_SIZE,
    drop_indexes,
    give_missing,
    pages,
    write_missing,
)
from repository.mongo.collections import Document
from repository.mongo.connection import Database
from repository.order_rows import ORDERS
from repository.sales import REFUNDS

_OLD_INDEXES: Final = ("author_words", "title_words", "title", "price")
"""Indexes of books that do not tell archived ones apart."""
_OLD_INDEXES_OF_ORDERS: Final = ("status", "email")
"""Indexes of orders by id."""


async def bookshop_step(database: Database) -> None:
    """Bring the books into the form that can be archived, and count them for their authors."""
    await drop_indexes(database, BOOKS, _OLD_INDEXES)
    await _count_authors(database)
    await give_missing(database, BOOKS, "archived", lambda _: {"archived": False})


async def _count_authors(database: Database) -> None:
    """Add the authors that are missing; a process that counts later adds nothing."""
    authors: dict[str, AuthorRow] = {}
    async for page in pages(database, BOOKS, {}):
        for document in page:
            book = BOOKS.row_of(document)
            for name in names_of(book):
                counted = authors.get(name)
                authors[name] = AuthorRow.of(name, 1 if counted is None else counted.books + 1)
    rows = [AUTHORS.document_of(author) for author in authors.values()]
    for start in range(0, len(rows), PAGE_SIZE):
        await database.add_missing(AUTHORS, rows[start : start + PAGE_SIZE])


async def orders_step(database: Database) -> None:
    """Count the refunded copies of orders, and show all deliveries of an order in its row."""
    await drop_indexes(database, ORDERS, _OLD_INDEXES_OF_ORDERS)
    async for page in pages(database, ORDERS, {"refunded_copies": {"$exists": False}}):
        ids = [row["_id"] for row in page]
        refunded = await _refunded_copies(database, page)
        deliveries: dict[int, list[Document]] = {order_id: [] for order_id in ids}
        for row in await database.find(
            DELIVERIES, {"order_id": {"$in": ids}}, sort=[("order_id", 1), ("_id", 1)]
        ):
            shown = {"id": row["_id"], "status": row["status"], "date": row["date"]}
            deliveries[row["order_id"]].append(shown)
        changes = {
            row["_id"]: {
                "$set": {
                    "status": _status(row, refunded[row["_id"]]),
                    "refunded_copies": refunded[row["_id"]],
                    "deliveries": deliveries[row["_id"]],
                    "address": None,
                },
                "$unset": {"delivery_id": ""},
            }
            for row in page
        }
        await write_missing(database, ORDERS, "refunded_copies", changes)


async def _refunded_copies(database: Database, orders: list[Document]) -> dict[int, int]:
    """How many copies of each order were refunded."""
    of_sale = {
        line["sale_id"]: order["_id"]
        for order in orders
        for line in order["lines"]
        if line["sale_id"] is not None
    }
    copies = {order["_id"]: 0 for order in orders}
    for row in await database.find(REFUNDS, {"sale_id": {"$in": list(of_sale)}}):
        copies[of_sale[row["sale_id"]]] += row["quantity"]
    return copies


def _status(order: Document, refunded: int) -> str:
    if order["status"] != OrderStatus.PAID or not refunded:
        return str(order["status"])
    is_all = refunded == sum(line["quantity"] for line in order["lines"])
    return OrderStatus.REFUNDED if is_all else OrderStatus.PARTIALLY_REFUNDED
