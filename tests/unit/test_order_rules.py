"""How an order is reserved, settled and cancelled, and what it owes back."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count, islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.books import BookRow
from domain.deliveries import DeliveryRow, DeliveryStatus
from domain.effects import Add, assign, increase
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
from domain.order_rules import cancel, mark_paid, owe, refusal_of, reserve, settle
from domain.orders import OrderRow, OrderStatus, PaybackRow
from domain.payments import Approved, Declined, Failure, NotCharged, Outcome
from domain.sales import RefundRow, SaleRow, take_back
from tests.factories.orders import ADDRESS, LATER, PLACED, book, draft, order, pending
from tests.support.rows import Rows

APPROVED = Approved("a transaction")
ISBN = "9780306406157"


class Ids:
    """Rising ids, as many at once as are asked for."""

    def __init__(self) -> None:
        self._numbers = count(100)

    def __call__(self, how_many: int) -> list[int]:
        return list(islice(self._numbers, how_many))


def by_id(*books: BookRow) -> dict[int, BookRow]:
    return {each.id: each for each in books}


def settled(rows: Rows, before: OrderRow, outcome: Outcome = APPROVED) -> OrderRow:
    """The order after its payment, whose effects the rows show."""
    decision = settle(before, outcome, Ids(), LATER)
    rows.apply(decision.effects)
    assert rows.get(OrderRow, before.id) == decision.result
    return decision.result


def cancelled(rows: Rows, paid: OrderRow, delivery: DeliveryRow | None = None) -> OrderRow:
    """The order after its cancellation, whose effects the rows show."""
    decision = cancel(
        paid,
        rows.all(SaleRow),
        delivery,
        new_refund_ids=Ids(),
        payback_id="a payback",
        now=LATER,
    )
    rows.apply(decision.effects)
    after = rows.get(OrderRow, paid.id)
    assert decision.result == after.shown()
    return after


# Reserving.


def test_an_order_takes_its_copies_at_the_price_of_the_moment() -> None:
    books = by_id(book(1, stock=5, price_cents=250, isbn=ISBN), book(2, stock=1, price_cents=999))

    decision = reserve(draft((ISBN, 3), (2, 1), record_id="a record"), books, 7, PLACED)

    placed = decision.result
    assert decision.effects == (
        increase(books[1], stock=-3),
        increase(books[2], stock=-1),
        Add(placed),
    )
    assert [(each.book_id, each.isbn, each.total_cents) for each in placed.lines] == [
        (1, ISBN, 750),
        (2, None, 999),
    ]
    assert (placed.status, placed.total_cents, placed.placed_at) == ("pending", 1749, PLACED)
    assert (placed.attempt, placed.worker, placed.request) == (
        "an attempt",
        "a process",
        "a record",
    )


def test_a_book_named_twice_is_one_line_whichever_way_it_is_named() -> None:
    decision = reserve(draft((1, 2), (ISBN, 1), (1, 1)), by_id(book(isbn=ISBN)), 7, PLACED)

    assert [(line.book_id, line.quantity) for line in decision.result.lines] == [(1, 4)]


def test_all_unknown_books_are_named_as_they_were_asked_for() -> None:
    with pytest.raises(BooksUnknown) as refused:
        reserve(draft((8, 1), (1, 99), (ISBN, 1)), by_id(book(1)), 7, PLACED)

    assert refused.value.details["missing"] == [{"book_id": 8}, {"isbn": ISBN}]


def test_all_short_lines_are_named_with_all_copies_that_were_asked_for() -> None:
    books = by_id(book(1, stock=1), book(2, stock=9), book(3, stock=0))

    with pytest.raises(InsufficientStock) as refused:
        reserve(draft((3, 1), (1, 1), (2, 9), (1, 1)), books, 7, PLACED)

    assert refused.value.details["lines"] == [
        {"book_id": 3, "requested": 1, "available": 0},
        {"book_id": 1, "requested": 2, "available": 1},
    ]


COPIES = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), min_size=1, max_size=8)
STOCKS = st.lists(st.integers(0, 9), min_size=4, max_size=4)


@given(items=COPIES, stocks=STOCKS)
def test_an_order_is_refused_exactly_when_a_book_is_short_and_names_each_that_is(
    items: list[tuple[int, int]], stocks: list[int]
) -> None:
    books = [book(number, stock) for number, stock in enumerate(stocks, 1)]
    wanted = {each.id: sum(copies for of, copies in items if of == each.id) for each in books}
    short = {each.id for each in books if each.stock < wanted[each.id]}
    rows = Rows(*books)

    if short:
        with pytest.raises(InsufficientStock) as refused:
            reserve(draft(*items), by_id(*books), 7, PLACED)
        assert {line["book_id"] for line in refused.value.details["lines"]} == short
        return
    rows.apply(reserve(draft(*items), by_id(*books), 7, PLACED).effects)

    for each in books:
        assert rows.get(BookRow, each.id).stock == each.stock - wanted[each.id]


# Settling.


def test_an_approved_payment_makes_each_line_a_sale() -> None:
    cheap, dear = book(1, price_cents=100), book(2, price_cents=900)
    before = pending((cheap, 2), (dear, 1))
    rows = Rows(before, replace(cheap, price_cents=101, pages=1), dear)

    after = settled(rows, before)

    assert (after.status, after.paid_at) == (OrderStatus.PAID, LATER)
    assert after.payment["transaction_id"] == "a transaction"
    assert rows.all(SaleRow) == [
        SaleRow(100, 1, 2, 100, 200, cheap.pages, 2, LATER, order_id=before.id),
        SaleRow(101, 2, 1, 900, 900, dear.pages, 1, LATER, order_id=before.id),
    ]
    assert [line.sale_id for line in after.lines] == [100, 101]


@pytest.mark.parametrize(
    ("outcome", "status", "refusal"),
    [
        (Declined("card_declined"), "declined", PaymentDeclined),
        (NotCharged(Failure.GATEWAY_ERROR), "failed", PaymentFailed),
        (NotCharged(Failure.INTERRUPTED), "failed", PaymentFailed),
        (NotCharged(Failure.TIMED_OUT), "failed", PaymentTimedOut),
    ],
)
def test_a_payment_that_comes_to_nothing_puts_the_copies_back(
    outcome: Outcome, status: str, refusal: type[OctavoError]
) -> None:
    shelf = book(1, stock=3)
    before = pending((shelf, 2))
    rows = Rows(before, replace(shelf, stock=1))

    after = settled(rows, before, outcome)

    assert after.status == status
    assert rows.get(BookRow, 1).stock == 3
    assert rows.all(SaleRow) == []
    told = refusal_of(after)
    assert type(told) is refusal
    assert told.details["order_id"] == before.id


@pytest.mark.parametrize("first", [APPROVED, Declined("no"), NotCharged()])
@pytest.mark.parametrize("second", [Approved("another"), Declined("never"), NotCharged()])
def test_who_settles_first_decides(first: Outcome, second: Outcome) -> None:
    after = settle(order(status="pending"), first, Ids(), LATER).result

    decision = settle(after, second, Ids(), LATER)

    assert decision.result == after
    assert decision.effects == ()


@pytest.mark.parametrize("status", ["pending", "paid", "cancelled"])
def test_an_order_that_may_still_be_paid_or_was_is_no_refusal(status: str) -> None:
    assert refusal_of(order(status=status)) is None


# Cancelling.


def paid_order(*copies: tuple[BookRow, int]) -> tuple[Rows, OrderRow]:
    """A paid order with its books and sales."""
    before = pending(*copies)
    left = (replace(each, stock=each.stock - quantity) for each, quantity in copies)
    rows = Rows(before, *left)
    return rows, settled(rows, before)


def refund(rows: Rows, sale_id: int, copies: int, *, restock: bool) -> None:
    """Take copies back as sales.refund does."""
    sale = rows.get(SaleRow, sale_id)
    taken = take_back(sale, copies, 900 + sale_id, LATER, restock=restock)
    of = rows.get(OrderRow, sale.order_id)
    owed = owe(of, taken.refund.amount_cents, f"payback of {sale_id}", LATER)
    rows.apply((*taken.effects, *owed))


def test_a_cancellation_takes_back_exactly_what_is_left() -> None:
    rows, paid = paid_order((book(1, stock=3), 3), (book(2, stock=1), 1))
    refund(rows, 100, 1, restock=True)
    refund(rows, 101, 1, restock=False)

    after = cancelled(rows, rows.get(OrderRow, paid.id))

    assert (after.status, after.cancelled_at) == (OrderStatus.CANCELLED, LATER)
    assert after.refunded_cents == after.total_cents == 1000
    assert [each.stock for each in rows.all(BookRow)] == [3, 0]
    assert [each.refundable for each in rows.all(SaleRow)] == [0, 0]
    [last] = [row for row in rows.all(RefundRow) if row.id < 900]
    assert (last.sale_id, last.quantity, last.amount_cents, last.restocked) == (100, 2, 500, True)
    assert last.order_id == paid.id
    owed = rows.get(PaybackRow, "a payback")
    assert (owed.amount_cents, owed.attempt, owed.status) == (500, paid.attempt, PaybackRow.OWED)


def test_a_cancellation_of_what_was_all_refunded_owes_nothing_more() -> None:
    rows, paid = paid_order((book(), 2))
    refund(rows, 100, 2, restock=True)

    after = cancelled(rows, rows.get(OrderRow, paid.id))

    assert after.status == OrderStatus.CANCELLED
    assert [row.id for row in rows.all(PaybackRow)] == ["payback of 100"]
    assert len(rows.all(RefundRow)) == 1


def test_a_cancellation_calls_the_delivery_back() -> None:
    rows, paid = paid_order((book(), 1))
    out = DeliveryRow(4, paid.id, ADDRESS.model_dump(), None, PLACED, PLACED, "out_for_delivery")
    rows.apply([Add(out), assign(paid, delivery_id=out.id)])

    after = cancelled(rows, rows.get(OrderRow, paid.id), out)

    back = rows.get(DeliveryRow, out.id)
    assert (back.status, back.active, back.updated_at) == (DeliveryStatus.CANCELLED, False, LATER)
    assert after.delivery_id is None


def cancelling(before: OrderRow, sales: Iterable[SaleRow] = ()) -> Any:
    return cancel(before, sales, None, new_refund_ids=Ids(), payback_id="a payback", now=LATER)


def test_a_cancelled_order_stays_as_it_is() -> None:
    rows, paid = paid_order((book(), 2))
    after = cancelled(rows, paid)

    decision = cancelling(after, rows.all(SaleRow))

    assert decision.result == after.shown()
    assert decision.effects == ()


def test_an_order_whose_payment_is_being_taken_cannot_be_cancelled() -> None:
    with pytest.raises(OrderPending):
        cancelling(order(status="pending"))


@pytest.mark.parametrize("status", ["declined", "failed"])
def test_an_order_that_was_never_paid_cannot_be_cancelled(status: str) -> None:
    with pytest.raises(OrderNotPaid) as refused:
        cancelling(order(status=status))

    assert refused.value.details == {"order_id": 7, "status": status}


# Owing.


def test_free_copies_owe_nothing() -> None:
    assert owe(order(), 0, "a payback", LATER) == ()


def test_what_is_owed_is_paid_back_once() -> None:
    rows = Rows(order())
    rows.apply(owe(rows.get(OrderRow, 7), 250, "a payback", PLACED))
    assert rows.get(OrderRow, 7).shown().payment.refund_pending == 250

    for _ in range(2):
        payback = rows.get(PaybackRow, "a payback")
        rows.apply(mark_paid(payback, rows.get(OrderRow, 7), LATER))

    payback, after = rows.get(PaybackRow, "a payback"), rows.get(OrderRow, 7)
    assert (payback.status, payback.paid_at) == (PaybackRow.PAID, LATER)
    assert (after.refunded_cents, after.paid_back_cents) == (250, 250)
    assert after.shown().payment.refund_pending == 0
