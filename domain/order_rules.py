"""The life of an order: quoted, reserved, settled, cancelled or returned, paid back.

A pending order has copies reserved that are neither in stock nor sold. It leaves `pending` once:
the first to settle it decides.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.books import BookRow
from domain.deliveries import DeliveryRow, DeliveryStatus, move
from domain.delivery_rules import with_status
from domain.effects import Add, Decision, Effect, Increase, assign, increase
from domain.errors import (
    BooksUnknown,
    InsufficientStock,
    LineUnknown,
    OctavoError,
    OrderCancelled,
    OrderNotPaid,
    OrderNotShipped,
    OrderPending,
    OrderShipped,
    PaymentDeclined,
    PaymentFailed,
    PaymentTimedOut,
    TotalChanged,
)
from domain.money import number_from_cents
from domain.order_requests import Customer, OrderItem, demand
from domain.orders import (
    WAS_PAID,
    LineRow,
    Order,
    OrderRow,
    OrderStatus,
    PaybackRow,
    Quote,
    QuotedLine,
)
from domain.payments import Approved, Declined, Failure, NotCharged, Outcome
from domain.sales import SaleRow, TakenBack, sale_of, take_back


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
    expected_cents: int | None = None
    address: dict[str, Any] | None = None


def reserve(
    draft: Draft, books: Mapping[int, BookRow], order_id: int, now: datetime
) -> Decision[OrderRow]:
    """Take the copies of all lines out of stock, or none; the order is pending.

    `books` are the known books among the items. Raises BooksUnknown, BookArchived, TotalChanged if
    the total rose above the expected one, or InsufficientStock that names all short lines.
    """
    copies = copies_by_book(draft.items, books)
    total_cents = sum(books[book_id].price_cents * wanted for book_id, wanted in copies.items())
    if draft.expected_cents is not None and total_cents > draft.expected_cents:
        raise TotalChanged(
            expected=number_from_cents(draft.expected_cents),
            actual=number_from_cents(total_cents),
        )
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
        total_cents=total_cents,
        customer={"name": draft.customer.name, "email": draft.customer.email},
        placed_at=now,
        address=draft.address,
    )
    taken = [increase(books[line.book_id], stock=-line.quantity) for line in lines]
    return Decision(order, (*taken, Add(order)))


def quote(items: Iterable[OrderItem], books: Mapping[int, BookRow]) -> Quote:
    """What an order of known books would come to. Raises BooksUnknown or BookArchived."""
    lines = [
        QuotedLine(
            book_id=book_id,
            isbn=books[book_id].isbn,
            quantity=wanted,
            unit_price=books[book_id].price_cents,
            total=books[book_id].price_cents * wanted,
            available=books[book_id].stock >= wanted,
        )
        for book_id, wanted in copies_by_book(items, books).items()
    ]
    return Quote(
        lines=lines,
        total=sum(line.total for line in lines),
        available=all(line.available for line in lines),
    )


def copies_by_book(items: Iterable[OrderItem], books: Mapping[int, BookRow]) -> dict[int, int]:
    """Copies wanted of each book.

    Raises BooksUnknown that names every unknown book, or BookArchived.
    """
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
    copies = demand((book_id, item.quantity) for item, book_id in named if book_id is not None)
    for book_id in copies:
        books[book_id].require_listed()
    return copies


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

    `delivery` is the one under way, which is cancelled. A cancelled order does not change. Raises
    OrderPending while the payment is being taken, OrderNotPaid, or OrderShipped once a delivery is
    out or has arrived.
    """
    if order.status == OrderStatus.CANCELLED:
        return Decision(order.shown())
    _require_was_paid(order)
    shipped = order.shipped
    if shipped is not None:
        raise OrderShipped(order_id=order.id, delivery_id=shipped.id, status=shipped.status)
    left = [(sale, sale.refundable) for sale in sales if sale.refundable]
    taken = _take_back(left, new_refund_ids, now, restock=True)
    changes = {"status": OrderStatus.CANCELLED, "cancelled_at": now}
    changed, effects = give_back(
        order, taken, delivery, payback_id=payback_id, now=now, changes=changes
    )
    return Decision(changed.shown(), effects)


def return_copies(
    order: OrderRow,
    wanted: Mapping[int, int] | None,
    sales: Iterable[SaleRow],
    *,
    restock: bool,
    new_refund_ids: Callable[[int], list[int]],
    payback_id: str,
    now: datetime,
) -> Decision[Order]:
    """Take back copies of a shipped order at the price they were sold for, and owe their money.

    `wanted` are copies by book; None is all that are left. Raises OrderPending, OrderCancelled,
    OrderNotPaid when all were refunded, OrderNotShipped, LineUnknown, or RefundExceedsSale.
    """
    if order.status == OrderStatus.CANCELLED:
        raise OrderCancelled(order_id=order.id)
    _require_was_paid(order)
    if order.shipped is None:
        raise OrderNotShipped(order_id=order.id)
    by_book = {sale.book_id: sale for sale in sales}
    if wanted is None:
        if order.status == OrderStatus.REFUNDED:
            raise OrderNotPaid(order_id=order.id, status=order.status)
        wanted = {book_id: sale.refundable for book_id, sale in by_book.items() if sale.refundable}
    for book_id in wanted:
        if book_id not in by_book:
            raise LineUnknown(kind="order line", order_id=order.id, book_id=book_id)
    copies = [(by_book[book_id], quantity) for book_id, quantity in wanted.items()]
    taken = _take_back(copies, new_refund_ids, now, restock=restock)
    changed, effects = give_back(order, taken, None, payback_id=payback_id, now=now)
    return Decision(changed.shown(), effects)


def _require_was_paid(order: OrderRow) -> None:
    if order.status == OrderStatus.PENDING:
        raise OrderPending(order_id=order.id)
    if order.status not in WAS_PAID:
        raise OrderNotPaid(order_id=order.id, status=order.status)


def _take_back(
    copies: Sequence[tuple[SaleRow, int]],
    new_refund_ids: Callable[[int], list[int]],
    now: datetime,
    *,
    restock: bool,
) -> list[TakenBack]:
    ids = new_refund_ids(len(copies))
    return [
        take_back(sale, quantity, refund_id, now, restock=restock)
        for (sale, quantity), refund_id in zip(copies, ids, strict=True)
    ]


def give_back(
    order: OrderRow,
    taken: Iterable[TakenBack],
    delivery: DeliveryRow | None,
    *,
    payback_id: str,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> tuple[OrderRow, tuple[Effect, ...]]:
    """The order once copies were taken back and their money is owed, and the effects of it all.

    The status follows from the copies unless `changes` has another. `delivery` is the one under
    way: if it has not left, it does not go out once nothing is kept of the order.
    """
    refunds = [each.refund for each in taken]
    copies, cents = (sum(each.quantity for each in refunds), sum(e.amount_cents for e in refunds))
    is_all = order.refunded_copies + copies == order.copies
    status = OrderStatus.REFUNDED if is_all else OrderStatus.PARTIALLY_REFUNDED
    fields: dict[str, Any] = {"status": status, **(changes or {})}
    effects = [effect for each in taken for effect in each.effects]
    if is_all and delivery is not None and delivery.status == DeliveryStatus.SCHEDULED:
        effects += move(delivery, DeliveryStatus.CANCELLED, now).effects
        fields["deliveries"] = with_status(order, delivery.id, DeliveryStatus.CANCELLED)
    counted = {"refunded_copies": copies, "refunded_cents": cents}
    moved = {name: by for name, by in counted.items() if by}
    effects += [increase(order, **moved)] if moved else []
    effects += [Add(_payback(order, cents, payback_id, now))] if cents else []
    sums = {name: getattr(order, name) + by for name, by in moved.items()}
    return replace(order, **fields, **sums), (*effects, assign(order, **fields))


def _payback(order: OrderRow, cents: int, payback_id: str, now: datetime) -> PaybackRow:
    return PaybackRow(
        id=payback_id,
        order_id=order.id,
        attempt=order.attempt,
        amount_cents=cents,
        due_at=now,
        owed_at=now,
    )


def mark_paid(payback: PaybackRow, order: OrderRow, now: datetime) -> tuple[Effect, ...]:
    """Note that the gateway has paid; noting it again changes nothing."""
    if payback.status == PaybackRow.PAID:
        return ()
    return (
        assign(payback, status=PaybackRow.PAID, paid_at=now),
        increase(order, paid_back_cents=payback.amount_cents),
    )
