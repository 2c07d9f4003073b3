"""Orders: reserved in one transaction, then paid, then settled in another.

A book's stock is what was received, less what was sold, plus what was put back, less what pending
orders have reserved. Each order is one attempt at one payment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from domain import order_rules
from domain.books import BookRow
from domain.effects import Decision, Increase
from domain.emails import email_key
from domain.errors import found
from domain.order_requests import OrderItem
from domain.order_rules import Draft, refusal_of
from domain.orders import WAS_PAID, Order, OrderFilter, OrderPage, OrderRow, OrderStatus, Quote
from domain.paging import PageRequest
from domain.payments import Approved, Outcome
from domain.sales import SaleRow
from repository.books import BOOKS
from repository.deliveries import DELIVERIES
from repository.mongo import idempotency
from repository.mongo.changes import Change, Need, State, need, need_by, need_known
from repository.mongo.connection import Database
from repository.mongo.idempotency import REQUESTS, Answer
from repository.mongo.paging import equal, read_page, within_period
from repository.order_rows import ORDERS, PAYBACKS, known_order
from repository.sales import REFUNDS, SALES


def reserve(draft: Draft, tell: Callable[[int], None]) -> Change[OrderRow]:
    """Take the copies of all lines out of stock, or none, and add the order as pending.

    `tell` gets the order's id before anything is written. Refused with BooksUnknown, BookArchived,
    TotalChanged or InsufficientStock.
    """
    ids, isbns = _named(draft.items)

    def decide(state: State) -> Decision[OrderRow]:
        rows = [state.get(BOOKS, book_id) for book_id in ids]
        rows += [row for isbn in isbns for row in state.all_by(BOOKS, "isbn", isbn)]
        books = {row.id: row for row in rows if row is not None}
        decision = order_rules.reserve(draft, books, state.new_id(ORDERS), state.now)
        tell(decision.result.id)
        return decision

    needs = [need(BOOKS, *ids, foreseen=_foreseen(draft.items))] if ids else []
    needs += [need_by(BOOKS, "isbn", isbns)] if isbns else []
    return Change(decide, tuple(needs))


def _foreseen(items: Sequence[OrderItem]) -> Increase | None:
    """What an order of one book, named by its id, takes of it."""
    if len(items) > 1 or items[0].book_id is None:
        return None
    return Increase(BookRow, items[0].book_id, {"stock": -items[0].quantity})


def _named(items: Iterable[OrderItem]) -> tuple[list[int], list[str]]:
    """The ids and the ISBNs by which items name their books."""
    wanted = list(items)
    return (
        [item.book_id for item in wanted if item.book_id is not None],
        [item.isbn for item in wanted if item.isbn is not None],
    )


async def quote(database: Database, items: list[OrderItem]) -> Quote:
    """What an order would come to now. Raises BooksUnknown or BookArchived."""
    ids, isbns = _named(items)
    rows = list((await database.get_all(BOOKS, ids)).values())
    rows += await database.rows(BOOKS, {"isbn": {"$in": isbns}}) if isbns else []
    return order_rules.quote(items, {row.id: row for row in rows})


def settle(reserved: OrderRow, outcome: Outcome) -> Change[OrderRow]:
    """Settle an order that was reserved by the outcome of its payment, and answer its request.

    A settled order does not change, so the first to settle it decides. While it is pending only its
    worker changes.
    """
    order_id = reserved.id

    def books_and_request(state: State) -> list[Need]:
        order = state.get(ORDERS, order_id)
        if order is None or order.status != OrderStatus.PENDING:
            return []
        request = [] if order.request is None else [need(REQUESTS, order.request)]
        if isinstance(outcome, Approved):
            return request
        return [need(BOOKS, *(line.book_id for line in order.lines)), *request]

    def decide(state: State) -> Decision[OrderRow]:
        order = known_order(state, order_id)
        new_sale_ids = partial(state.new_ids, SALES)
        decision = order_rules.settle(order, outcome, new_sale_ids, state.now)
        if order.request is None or not decision.effects:
            return decision
        record = state.get(REQUESTS, order.request)
        if record is None:
            return decision
        closed = idempotency.closing(record, _answer(decision.result), state.now)
        return Decision(decision.result, (*decision.effects, closed))

    needs = (need_known(ORDERS, reserved, "status"),)
    return Change(decide, needs, further=(books_and_request,))


def _answer(order: OrderRow) -> Answer:
    refusal = refusal_of(order)
    if refusal is not None:
        return Answer(refusal=refusal)
    return Answer(result=order.shown().model_dump_json(by_alias=True).encode())


def cancel(order_id: int) -> Change[Order]:
    """Take back all copies of a paid order that were not refunded, and owe their money.

    Refused with NotFound, OrderPending, OrderNotPaid or OrderShipped.
    """

    def what_it_has(state: State) -> list[Need]:
        order = state.get(ORDERS, order_id)
        if order is None or order.shipped is not None:
            return []
        delivery = [] if order.delivery_id is None else [need(DELIVERIES, order.delivery_id)]
        return [*_what_was_sold(order), *delivery]

    def decide(state: State) -> Decision[Order]:
        order = known_order(state, order_id)
        may_call_back = order.delivery_id is not None and order.shipped is None
        return order_rules.cancel(
            order,
            [] if order.shipped is not None else _sales_of(state, order),
            state.get(DELIVERIES, order.delivery_id) if may_call_back else None,
            new_refund_ids=partial(state.new_ids, REFUNDS),
            payback_id=state.unique_id(),
            now=state.now,
        )

    return Change(decide, (need(ORDERS, order_id),), further=(what_it_has,))


def _what_was_sold(order: OrderRow) -> list[Need]:
    """The books and the sales of an order's lines, if they were paid."""
    if order.status not in WAS_PAID:
        return []
    return [
        need(BOOKS, *(line.book_id for line in order.lines)),
        need(SALES, *(line.sale_id for line in order.lines)),
    ]


def _sales_of(state: State, order: OrderRow) -> list[SaleRow]:
    if order.status not in WAS_PAID:
        return []
    sales = (state.get(SALES, line.sale_id) for line in order.lines)
    return [sale for sale in sales if sale is not None]


def return_copies(
    order_id: int, wanted: Mapping[int, int] | None, *, restock: bool
) -> Change[Order]:
    """Take back copies of a shipped order: so many of each book, or all that are left.

    Refused with NotFound, OrderPending, OrderCancelled, OrderNotPaid, OrderNotShipped, LineUnknown
    or RefundExceedsSale.
    """

    def what_was_sold(state: State) -> list[Need]:
        order = state.get(ORDERS, order_id)
        return [] if order is None else _what_was_sold(order)

    def decide(state: State) -> Decision[Order]:
        order = known_order(state, order_id)
        return order_rules.return_copies(
            order,
            wanted,
            _sales_of(state, order),
            restock=restock,
            new_refund_ids=partial(state.new_ids, REFUNDS),
            payback_id=state.unique_id(),
            now=state.now,
        )

    return Change(decide, (need(ORDERS, order_id),), further=(what_was_sold,))


def mark_paid(payback_id: str, order_id: int) -> Change[None]:
    """Note that the gateway has paid what was owed; noting it again changes nothing."""

    def decide(state: State) -> Decision[None]:
        payback, order = state.get(PAYBACKS, payback_id), state.get(ORDERS, order_id)
        if payback is None or order is None:
            return Decision(None)
        return Decision(None, order_rules.mark_paid(payback, order, state.now))

    return Change(decide, (need(PAYBACKS, payback_id), need(ORDERS, order_id)))


async def get(database: Database, order_id: int) -> Order:
    """The order with that id. Raises NotFound."""
    return found(await database.row(ORDERS, {"_id": order_id}), "order", id=order_id).shown()


async def list_page(
    database: Database, filters: OrderFilter, page: PageRequest, time_zone: str
) -> OrderPage:
    """Orders as they were placed. Raises InvalidParams for a cursor of another list."""
    key = None if filters.email is None else email_key(filters.email)
    clauses = equal(email_key=key, status=filters.status)
    clauses += within_period("placed_at", filters.period)
    rows, cursor = await read_page(database, ORDERS, clauses, page, field="placed_at")
    items = [row.shown() for row in rows]
    return OrderPage(items=items, next_cursor=cursor, time_zone=time_zone)
