"""Orders: reserved in one transaction, then paid, then settled in another.

A pending order holds copies that are neither in stock nor sold, so a book's stock is what came in,
less what was sold, plus what was put back, less what pending orders hold. Each order is one attempt
at one payment.
"""

import uuid
from dataclasses import dataclass
from typing import Any, Final

import orjson

from domain.emails import email_key
from domain.errors import OctavoError, found
from domain.orders import (
    Customer,
    InsufficientStock,
    Order,
    OrderCustomer,
    OrderItem,
    OrderLine,
    OrderNotPaid,
    OrderPage,
    OrderPayment,
    OrderPending,
    OrderStatus,
    demand,
    payment_refusal,
    unknown_books,
)
from domain.payments import Approved, Declined, Failure, NotCharged, Outcome
from repository import deliveries, idempotency, paybacks
from repository.books import BOOKS
from repository.idempotency import Answer
from repository.instants import now
from repository.keyset import read_page
from repository.mongo_connection import Document, Documents
from repository.paybacks import ORDERS, hold_order
from repository.sales import SALES, sale_document, take_back
from repository.transactions import Transaction

ORDER_LANE: Final = "orders"
"""For whatever moves stock: two orders of a process never fight over a book that both want."""

PAID_LANE: Final = "orders paid"
"""For what touches orders but no stock, and so has no need to wait for that."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as it was asked for.

    `record_id` is its idempotency record, if it has one; `worker` the process that works on it.
    """

    items: list[OrderItem]
    customer: Customer
    token: str
    record_id: str | None
    worker: str


async def reserve(transaction: Transaction, draft: Draft) -> Document:
    """Take the copies of all lines out of stock, or none, and write the order as pending.

    Raises NotFound that names all unknown books, or InsufficientStock that names all short lines.
    """
    copies = await _copies_by_book(transaction, draft.items)
    books = [await transaction.hold(BOOKS, book_id) or {} for book_id in copies]
    short = [
        {"book_id": book["_id"], "requested": copies[book["_id"]], "available": book["stock"]}
        for book in books
        if book["stock"] < copies[book["_id"]]
    ]
    if short:
        raise InsufficientStock.of(short)
    order_id = await transaction.database.ids.next(ORDERS)
    for book in books:
        transaction.change(BOOKS, book, add={"stock": -copies[book["_id"]]})
    order = _new_order(order_id, draft, [_line(book, copies[book["_id"]]) for book in books])
    transaction.append(ORDERS, order)
    return order


async def _copies_by_book(transaction: Transaction, items: list[OrderItem]) -> dict[int, int]:
    """Copies wanted of each book, all of them held. Raises NotFound."""
    isbns = [item.isbn for item in items if item.isbn is not None]
    found = await transaction.find(BOOKS, {"isbn": {"$in": isbns}}) if isbns else []
    ids: dict[str | None, int] = {book["isbn"]: book["_id"] for book in found}
    named = [(item, ids.get(item.isbn) if item.book_id is None else item.book_id) for item in items]
    known = {book_id for _, book_id in named if book_id is not None}
    held = await transaction.hold_all(BOOKS, sorted(known))
    missing: list[dict[str, Any]] = [
        {"isbn": item.isbn} if item.book_id is None else {"book_id": item.book_id}
        for item, book_id in named
        if book_id not in held
    ]
    if missing:
        raise unknown_books(missing)
    return demand((book_id, item.quantity) for item, book_id in named if book_id is not None)


def _line(book: Document, quantity: int) -> Document:
    return {
        "book_id": book["_id"],
        "isbn": book.get("isbn"),
        "quantity": quantity,
        "unit_price_cents": book["price_cents"],
        "total_cents": book["price_cents"] * quantity,
        "pages": book["pages"],
        "sale_id": None,
    }


def _new_order(order_id: int, draft: Draft, lines: list[Document]) -> Document:
    email = draft.customer.email
    moment = now()
    return {
        "_id": order_id,
        "status": OrderStatus.PENDING,
        "attempt": uuid.uuid4().hex,
        "worker": draft.worker,
        "request": draft.record_id,
        "lines": lines,
        "total_cents": sum(line["total_cents"] for line in lines),
        "customer": {"name": draft.customer.name, "email": email},
        **({} if email is None else {"email_key": email_key(email)}),
        "payment": {"transaction_id": None, "decline_code": None, "failure": None},
        "refunded_cents": 0,
        "paid_back_cents": 0,
        "delivery_id": None,
        "placed_at": moment,
        "paid_at": None,
        "cancelled_at": None,
    }


async def settle(transaction: Transaction, order_id: int, outcome: Outcome) -> Document:
    """Bring a pending order to its end, as its payment ended, and answer its request with that.

    An order that is settled already is left as it is, so whoever comes first decides.
    """
    order = await hold_order(transaction, order_id)
    if order["status"] != OrderStatus.PENDING:
        return order
    match outcome:
        case Approved(transaction_id):
            changes: Document = {
                "status": OrderStatus.PAID,
                "paid_at": now(),
                "lines": await _write_sales(transaction, order),
            }
            ended = {"transaction_id": transaction_id}
        case Declined(decline_code):
            await _release(transaction, order)
            changes = {"status": OrderStatus.DECLINED}
            ended = {"decline_code": decline_code}
        case NotCharged(failure):
            await _release(transaction, order)
            changes = {"status": OrderStatus.FAILED}
            ended = {"failure": failure}
    changes |= {"payment": order["payment"] | ended}
    transaction.change(ORDERS, order, assign=changes)
    if order["request"] is not None:
        await idempotency.close(transaction, order["request"], _answer(order))
    return order


async def _write_sales(transaction: Transaction, order: Document) -> list[Document]:
    """The lines, each with the sale that it became."""
    lines = []
    for line in order["lines"]:
        sale_id = await transaction.database.ids.next(SALES)
        book = line | {"_id": line["book_id"], "price_cents": line["unit_price_cents"]}
        sale = sale_document(sale_id, book, line["quantity"])
        transaction.append(SALES, sale | {"order_id": order["_id"]})
        lines.append(line | {"sale_id": sale_id})
    return lines


async def _release(transaction: Transaction, order: Document) -> None:
    """Put back what the order reserved."""
    await transaction.hold_all(BOOKS, sorted(line["book_id"] for line in order["lines"]))
    for line in order["lines"]:
        book = await transaction.hold(BOOKS, line["book_id"])
        if book is not None:
            transaction.change(BOOKS, book, add={"stock": line["quantity"]})


def _answer(order: Document) -> Answer:
    refusal = refusal_of(order)
    if refusal is not None:
        return Answer(refusal=refusal)
    return Answer(result=as_order(order).model_dump_json(by_alias=True).encode())


def refusal_of(order: Document) -> OctavoError | None:
    """Why a settled order came to nothing, or None if it was paid."""
    if order["status"] not in {OrderStatus.DECLINED, OrderStatus.FAILED}:
        return None
    payment = order["payment"]
    failure = None if payment["failure"] is None else Failure(payment["failure"])
    return payment_refusal(order["_id"], payment["decline_code"], failure)


async def cancel(transaction: Transaction, order_id: int) -> Order:
    """Take back all copies of a paid order that were not refunded yet, and owe their money.

    A delivery under way is called back. A cancelled order is left as it is. Raises NotFound,
    OrderPending while the payment is being taken, or OrderNotPaid.
    """
    order = await hold_order(transaction, order_id)
    match OrderStatus(order["status"]):
        case OrderStatus.PENDING:
            raise OrderPending.of(order_id)
        case OrderStatus.DECLINED | OrderStatus.FAILED:
            raise OrderNotPaid.of(order_id, order["status"])
        case OrderStatus.CANCELLED:
            return as_order(order)
        case OrderStatus.PAID:
            pass
    await paybacks.owe(transaction, order_id, await _take_back_all(transaction, order))
    await deliveries.call_back(transaction, order["delivery_id"])
    changes = {
        "status": OrderStatus.CANCELLED,
        "cancelled_at": now(),
        "delivery_id": None,
    }
    transaction.change(ORDERS, order, assign=changes)
    return as_order(order)


async def _take_back_all(transaction: Transaction, order: Document) -> int:
    """Refund and restock what is left of an order's sales; the cents that it comes to."""
    lines = order["lines"]
    await transaction.hold_all(BOOKS, sorted(line["book_id"] for line in lines))
    await transaction.hold_all(SALES, sorted(line["sale_id"] for line in lines))
    cents = 0
    for line in lines:
        sale = await transaction.hold(SALES, line["sale_id"])
        book = await transaction.hold(BOOKS, line["book_id"])
        if sale is not None and book is not None and sale["refundable"]:
            row = await take_back(transaction, sale, book, sale["refundable"], restock=True)
            cents += row["amount_cents"]
    return cents


def as_order(document: Document) -> Order:
    """A kept order as the outside sees it."""
    return Order(
        id=document["_id"],
        status=document["status"],
        lines=[
            OrderLine(
                book_id=line["book_id"],
                isbn=line["isbn"],
                quantity=line["quantity"],
                unit_price=line["unit_price_cents"],
                total=line["total_cents"],
                sale_id=line["sale_id"],
            )
            for line in document["lines"]
        ],
        total=document["total_cents"],
        customer=OrderCustomer(**document["customer"]),
        payment=_as_payment(document),
        placed_at=document["placed_at"],
        paid_at=document["paid_at"],
        cancelled_at=document["cancelled_at"],
        delivery_id=document["delivery_id"],
    )


_PAYMENT_STATUS: Final = {
    OrderStatus.PENDING: "pending",
    OrderStatus.PAID: "approved",
    OrderStatus.CANCELLED: "approved",
    OrderStatus.DECLINED: "declined",
    OrderStatus.FAILED: "failed",
}


def _as_payment(document: Document) -> OrderPayment:
    status = _PAYMENT_STATUS[document["status"]]
    charged = document["total_cents"] if status == "approved" else 0
    return OrderPayment(
        status=status,
        transaction_id=document["payment"]["transaction_id"],
        decline_code=document["payment"]["decline_code"],
        charged=charged,
        refunded=document["refunded_cents"],
        kept=charged - document["refunded_cents"],
        refund_pending=document["refunded_cents"] - document["paid_back_cents"],
    )


async def get(documents: Documents, order_id: int) -> Order:
    """The order with that id. Raises NotFound."""
    document = found(await documents.find_one(ORDERS, {"_id": order_id}), "order", id=order_id)
    return as_order(document)


async def list_page(
    documents: Documents,
    *,
    status: OrderStatus | None,
    email: str | None,
    limit: int,
    cursor: str | None,
) -> OrderPage:
    """Orders by id. Raises InvalidParams for a cursor of another list."""
    query: Document = {} if status is None else {"status": status}
    query |= {} if email is None else {"email_key": email_key(email)}
    listing = orjson.dumps([ORDERS, query]).decode()
    rows, next_cursor = await read_page(
        documents, ORDERS, query, listing=listing, limit=limit, cursor=cursor
    )
    return OrderPage(items=[as_order(row) for row in rows], next_cursor=next_cursor)
