"""The life of an order: reserved, settled, cancelled, paid back.

A pending order has copies reserved that are neither in stock nor sold. It leaves `pending` once:
the first to settle it decides.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.books import BookRow
from domain.deliveries import DeliveryRow, DeliveryStatus, move
from domain.effects import Add, Decision, Effect, Increase, assign, increase
from domain.errors import (
    BooksUnknown,
    InsufficientStock,
    OctavoError,
    OrderNotPaid,
    OrderPending,
    PaymentDeclined,
    PaymentFailed,
    PaymentTimedOut,
)
from domain.orders import (
    Customer,
    LineRow,
    Order,
    OrderItem,
    OrderRow,
    OrderStatus,
    PaybackRow,
    demand,
)
from domain.payments import Approved, Declined, Failure, NotCharged, Outcome
from domain.sales import SaleRow, sale_of, take_back


@dataclass(frozen=True, slots=True)
class Draft:
    """A request for an order.

    `record_id` is its idempotency record, if any; `worker` is the process that works on it;
    `attempt` is the id of its payment.
    """

    items: list[OrderItem]
    customer: Customer
    token: str
    attempt: str
    worker: str
    record_id: str | None = None


def reserve(
    draft: Draft, books: Mapping[int, BookRow], order_id: int, now: datetime
) -> Decision[OrderRow]:
    """Take the copies of all lines out of stock, or none; the order is pending.

    `books` are the known books among the items. Raises BooksUnknown, BookArchived, or
    InsufficientStock that names all short lines.
    """
    copies = _copies_by_book(draft.items, books)
    for book_id in copies:
        books[book_id].require_listed()
    short = [
        {"book_id": book_id, "requested": wanted, "available": books[book_id].stock}
        for book_id, wanted in copies.items()
        if books[book_id].stock < wanted
    ]
    if short:
        raise InsufficientStock(lines=short)
    lines = [_line(books[book_id], wanted) for book_id, wanted in copies.items()]
    order = OrderRow(
        id=order_id,
        status=OrderStatus.PENDING,
        attempt=draft.attempt,
        worker=draft.worker,
        request=draft.record_id,
        lines=lines,
        total_cents=sum(line.total_cents for line in lines),
        customer={"name": draft.customer.name, "email": draft.customer.email},
        placed_at=now,
    )
    taken = [increase(books[line.book_id], stock=-line.quantity) for line in lines]
    return Decision(order, (*taken, Add(order)))


def _copies_by_book(items: Iterable[OrderItem], books: Mapping[int, BookRow]) -> dict[int, int]:
    """Copies wanted of each book. Raises BooksUnknown that names every unknown book."""
    ids = {book.isbn: book.id for book in books.values() if book.isbn is not None}
    named = [
        (item, ids.get(str(item.isbn)) if item.book_id is None else item.book_id) for item in items
    ]
    missing: list[dict[str, Any]] = [
        {"isbn": item.isbn} if item.book_id is None else {"book_id": item.book_id}
        for item, book_id in named
        if book_id not in books
    ]
    if missing:
        raise BooksUnknown(kind="book", **missing[0], missing=missing)
    return demand((book_id, item.quantity) for item, book_id in named if book_id is not None)


def _line(book: BookRow, quantity: int) -> LineRow:
    return LineRow(
        book_id=book.id,
        isbn=book.isbn,
        quantity=quantity,
        unit_price_cents=book.price_cents,
        total_cents=book.price_cents * quantity,
        pages=book.pages,
    )


def settle(
    order: OrderRow, outcome: Outcome, new_sale_ids: Callable[[int], list[int]], now: datetime
) -> Decision[OrderRow]:
    """Settle a pending order by the outcome of its payment; a settled one does not change."""
    if order.status != OrderStatus.PENDING:
        return Decision(order)
    effects: list[Effect]
    match outcome:
        case Approved(transaction_id):
            sales = _sales(order, new_sale_ids(len(order.lines)), now)
            lines = [
                replace(line, sale_id=sale.id)
                for line, sale in zip(order.lines, sales, strict=True)
            ]
            changes: dict[str, Any] = {
                "status": OrderStatus.PAID,
                "paid_at": now,
                "lines": lines,
                "payment": order.payment | {"transaction_id": transaction_id},
            }
            effects = [Add(sale) for sale in sales]
        case Declined(decline_code):
            payment = order.payment | {"decline_code": decline_code}
            changes = {"status": OrderStatus.DECLINED, "payment": payment}
            effects = _released(order)
        case NotCharged(failure):
            payment = order.payment | {"failure": str(failure)}
            changes = {"status": OrderStatus.FAILED, "payment": payment}
            effects = _released(order)
    return Decision(replace(order, **changes), (*effects, assign(order, **changes)))


def _sales(order: OrderRow, sale_ids: Sequence[int], now: datetime) -> list[SaleRow]:
    """Turn the lines into sales."""
    sales = []
    for line, sale_id in zip(order.lines, sale_ids, strict=True):
        book = BookRow(line.book_id, "", [], line.pages, line.unit_price_cents, 0)
        sales.append(sale_of(sale_id, book, line.quantity, now, order_id=order.id))
    return sales


def _released(order: OrderRow) -> list[Effect]:
    """Put the copies that the order reserved back into stock."""
    return [Increase(BookRow, line.book_id, {"stock": line.quantity}) for line in order.lines]


def refusal_of(order: OrderRow) -> OctavoError | None:
    """Why a settled order was not paid, or None if it was.

    A decline is final; after any other failure the request may be repeated.
    """
    if order.status not in {OrderStatus.DECLINED, OrderStatus.FAILED}:
        return None
    decline_code, failure = order.payment["decline_code"], order.payment["failure"]
    if decline_code is not None:
        return PaymentDeclined(order_id=order.id, decline_code=decline_code)
    if failure == Failure.TIMED_OUT:
        return PaymentTimedOut(order_id=order.id)
    return PaymentFailed(order_id=order.id)


def cancel(
    order: OrderRow,
    sales: Iterable[SaleRow],
    delivery: DeliveryRow | None,
    *,
    new_refund_ids: Callable[[int], list[int]],
    payback_id: str,
    now: datetime,
) -> Decision[Order]:
    """Take back all copies of a paid order that were not refunded, and owe their money.

    A delivery under way is cancelled. A cancelled order does not change. Raises OrderPending while
    the payment is being taken, or OrderNotPaid.
    """
    match OrderStatus(order.status):
        case OrderStatus.PENDING:
            raise OrderPending(order_id=order.id)
        case OrderStatus.DECLINED | OrderStatus.FAILED:
            raise OrderNotPaid(order_id=order.id, status=order.status)
        case OrderStatus.CANCELLED:
            return Decision(order.shown())
        case OrderStatus.PAID:
            pass
    left = [sale for sale in sales if sale.refundable]
    ids = new_refund_ids(len(left))
    taken = [
        take_back(sale, sale.refundable, refund_id, now, restock=True)
        for sale, refund_id in zip(left, ids, strict=True)
    ]
    cents = sum(each.refund.amount_cents for each in taken)
    changes: dict[str, Any] = {
        "status": OrderStatus.CANCELLED,
        "cancelled_at": now,
        "delivery_id": None,
    }
    cancelled = replace(order, **changes, refunded_cents=order.refunded_cents + cents)
    called_back = () if delivery is None else move(delivery, DeliveryStatus.CANCELLED, now).effects
    effects = [effect for each in taken for effect in each.effects]
    owed = owe(order, cents, payback_id, now)
    return Decision(cancelled.shown(), (*effects, *owed, *called_back, assign(order, **changes)))


def owe(order: OrderRow, cents: int, payback_id: str, now: datetime) -> tuple[Effect, ...]:
    """Owe an amount of an order's money to its customer. Free copies owe nothing."""
    if not cents:
        return ()
    payback = PaybackRow(
        id=payback_id,
        order_id=order.id,
        attempt=order.attempt,
        amount_cents=cents,
        due_at=now,
        owed_at=now,
    )
    return (increase(order, refunded_cents=cents), Add(payback))


def mark_paid(payback: PaybackRow, order: OrderRow, now: datetime) -> tuple[Effect, ...]:
    """Note that the gateway has paid; noting it again changes nothing."""
    if payback.status == PaybackRow.PAID:
        return ()
    return (
        assign(payback, status=PaybackRow.PAID, paid_at=now),
        increase(order, paid_back_cents=payback.amount_cents),
    )
