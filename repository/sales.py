"""Sales and refunds. A sale's `refundable` counts its copies not refunded; refunds explain it."""

from typing import Any, Final

import orjson

from domain.errors import found
from domain.sales import (
    AveragePages,
    NewSale,
    OutOfStock,
    Refund,
    RefundExceedsSale,
    Sale,
    SalePage,
    SalesTotals,
)
from domain.time_ranges import TimeRange
from repository import paybacks
from repository.books import BOOKS, hold_book
from repository.instants import now
from repository.keyset import read_page
from repository.mongo_connection import Database, Document, Documents
from repository.transactions import Transaction

SALES: Final = "sales"
REFUNDS: Final = "refunds"


async def create(transaction: Transaction, book_id: int, quantity: int) -> NewSale:
    """Sell copies at the present price. Raises NotFound, or OutOfStock if there are too few."""
    book = await hold_book(transaction, book_id)
    if book["stock"] < quantity:
        raise OutOfStock.of(book_id=book_id, requested=quantity, available=book["stock"])
    transaction.change(BOOKS, book, add={"stock": -quantity})
    sale = sale_document(await transaction.database.ids.next(SALES), book, quantity)
    transaction.append(SALES, sale)
    return NewSale(**_sale_fields(sale), stock_left=book["stock"])


def sale_document(sale_id: int, book: Document, quantity: int) -> Document:
    """A sale as it is kept: price and pages as they are now, whatever becomes of the book."""
    return {
        "_id": sale_id,
        "book_id": book["_id"],
        "quantity": quantity,
        "unit_price_cents": book["price_cents"],
        "total_cents": book["price_cents"] * quantity,
        "pages": book["pages"],
        "refundable": quantity,
        "sold_at": now(),
    }


def _sale_fields(document: Document) -> dict[str, Any]:
    return {
        "id": document["_id"],
        "book_id": document["book_id"],
        "quantity": document["quantity"],
        "unit_price": document["unit_price_cents"],
        "total": document["total_cents"],
        "sold_at": document["sold_at"],
        "refunded_quantity": document["quantity"] - document["refundable"],
        "order_id": document.get("order_id"),
    }


async def refund(
    transaction: Transaction, sale_id: int, quantity: int | None, *, restock: bool
) -> Refund:
    """Take copies of a sale back, all that are left unless `quantity` says how many.

    The money of an order's sale is owed back to its customer. Raises NotFound, or RefundExceedsSale
    if fewer are left.
    """
    sale = found(await transaction.hold(SALES, sale_id), "sale", id=sale_id)
    copies = quantity or max(sale["refundable"], 1)
    if sale["refundable"] < copies:
        raise RefundExceedsSale.of(sale_id=sale_id, requested=copies, refundable=sale["refundable"])
    book = await hold_book(transaction, sale["book_id"])
    row = await take_back(transaction, sale, book, copies, restock=restock)
    if "order_id" in sale:
        await paybacks.owe(transaction, sale["order_id"], row["amount_cents"])
    return Refund(
        id=row["_id"],
        sale_id=sale_id,
        book_id=row["book_id"],
        quantity=copies,
        amount=row["amount_cents"],
        restocked=restock,
        refunded_at=row["refunded_at"],
        refundable_quantity=sale["refundable"],
        stock=book["stock"],
    )


async def take_back(
    transaction: Transaction, sale: Document, book: Document, copies: int, *, restock: bool
) -> Document:
    """The new refund of copies of a held sale, which has to have as many left."""
    transaction.change(SALES, sale, add={"refundable": -copies})
    if restock:
        transaction.change(BOOKS, book, add={"stock": copies})
    row = {
        "_id": await transaction.database.ids.next(REFUNDS),
        "sale_id": sale["_id"],
        "book_id": sale["book_id"],
        "quantity": copies,
        "amount_cents": sale["unit_price_cents"] * copies,
        "restocked": restock,
        "refunded_at": now(),
        **({"order_id": sale["order_id"]} if "order_id" in sale else {}),
    }
    transaction.append(REFUNDS, row)
    return row


async def get_sale(database: Database, sale_id: int) -> Sale:
    """The sale with that id. Raises NotFound."""
    document = found(await database.get(SALES, sale_id), "sale", id=sale_id)
    return Sale(**_sale_fields(document))


async def list_page(
    documents: Documents,
    *,
    book_id: int | None,
    period: TimeRange,
    limit: int,
    cursor: str | None,
) -> SalePage:
    """Sales by id. Raises InvalidParams for a cursor of another list."""
    query = _within("sold_at", period) | ({} if book_id is None else {"book_id": book_id})
    listing = orjson.dumps(["sales", query]).decode()
    rows, next_cursor = await read_page(
        documents, SALES, query, listing=listing, limit=limit, cursor=cursor
    )
    items = [Sale(**_sale_fields(row)) for row in rows]
    return SalePage(items=items, next_cursor=next_cursor)


def _within(field: str, period: TimeRange) -> dict[str, Any]:
    bounds = {"$gte": period.start, "$lt": period.end}
    given = {name: instant for name, instant in bounds.items() if instant is not None}
    return {field: given} if given else {}


def totals_pipeline(period: TimeRange) -> list[dict[str, Any]]:
    """One row `sold` from the sales, one row `refunded` from the refunds of a period."""
    return [
        {"$match": _within("sold_at", period)},
        _sum_as("sold", "$total_cents"),
        {
            "$unionWith": {
                "coll": REFUNDS,
                "pipeline": [
                    {"$match": _within("refunded_at", period)},
                    _sum_as("refunded", "$amount_cents"),
                ],
            }
        },
    ]


def _sum_as(name: str, cents: str) -> dict[str, Any]:
    return {
        "$group": {
            "_id": name,
            "cents": {"$sum": cents},
            "copies": {"$sum": "$quantity"},
            "count": {"$sum": 1},
        }
    }


async def totals(documents: Documents, period: TimeRange, time_zone: str) -> SalesTotals:
    """What was sold and what was refunded in a period; zeros when nothing was."""
    nothing = {"cents": 0, "copies": 0, "count": 0}
    rows = {row["_id"]: row for row in await documents.aggregate(SALES, totals_pipeline(period))}
    sold, refunded = rows.get("sold", nothing), rows.get("refunded", nothing)
    return SalesTotals(
        from_=period.start,
        to=period.end,
        time_zone=time_zone,
        gross=sold["cents"],
        refunded=refunded["cents"],
        net=sold["cents"] - refunded["cents"],
        copies_sold=sold["copies"],
        copies_refunded=refunded["copies"],
        sales_count=sold["count"],
    )


def average_pages_pipeline(period: TimeRange) -> list[dict[str, Any]]:
    """Pages and copies of what was sold in a period, less the copies refunded since."""
    return [
        {"$match": {**_within("sold_at", period), "refundable": {"$gt": 0}}},
        {
            "$group": {
                "_id": None,
                "pages": {"$sum": {"$multiply": ["$pages", "$refundable"]}},
                "copies": {"$sum": "$refundable"},
            }
        },
    ]


async def average_pages(documents: Documents, period: TimeRange, time_zone: str) -> AveragePages:
    """Average pages of the copies sold in a period and kept; null when there are none."""
    rows = await documents.aggregate(SALES, average_pages_pipeline(period))
    pages, copies = (rows[0]["pages"], rows[0]["copies"]) if rows else (0, 0)
    return AveragePages(
        from_=period.start,
        to=period.end,
        time_zone=time_zone,
        average_pages=pages / copies if copies else None,
        copies=copies,
    )
