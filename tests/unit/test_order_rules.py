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
    BookArchived,
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
    RefundExceedsSale,
    TotalChanged,
)
from domain.order_rules import (
    cancel,
    give_back,
    mark_paid,
    quote,
    refusal_of,
    reserve,
    return_copies,
    settle,
)
from domain.orders import DeliveryOfOrder, OrderRow, OrderStatus, PaybackRow
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
    _, effects = give_back(of, [taken], None, payback_id=f"payback of {sale_id}", now=LATER)
    rows.apply(effects)


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


def with_delivery(rows: Rows, paid: OrderRow, status: str) -> DeliveryRow:
    """A delivery of an order."""
    active = DeliveryStatus(status).is_active
    parcel = DeliveryRow(
        4, paid.id, ADDRESS.model_dump(), None, PLACED, PLACED, status, active=active
    )
    shown = [DeliveryOfOrder(parcel.id, status, None)]
    rows.apply([Add(parcel), assign(paid, deliveries=shown)])
    return parcel


def test_a_cancellation_calls_back_the_delivery_that_has_not_left() -> None:
    rows, paid = paid_order((book(), 1))
    parcel = with_delivery(rows, paid, "scheduled")

    after = cancelled(rows, rows.get(OrderRow, paid.id), parcel)

    back = rows.get(DeliveryRow, parcel.id)
    assert (back.status, back.active, back.updated_at) == (DeliveryStatus.CANCELLED, False, LATER)
    assert after.delivery_id is None
    assert after.deliveries == [DeliveryOfOrder(parcel.id, DeliveryStatus.CANCELLED, None)]


@pytest.mark.parametrize("status", ["out_for_delivery", "delivered"])
def test_what_has_left_the_shop_is_not_cancelled(status: str) -> None:
    rows, paid = paid_order((book(), 1))
    with_delivery(rows, paid, status)

    with pytest.raises(OrderShipped) as refused:
        cancelling(rows.get(OrderRow, paid.id), rows.all(SaleRow))

    assert refused.value.details == {"order_id": 7, "delivery_id": 4, "status": status}


def test_an_order_whose_delivery_failed_may_be_cancelled() -> None:
    rows, paid = paid_order((book(), 1))
    with_delivery(rows, paid, "failed")

    assert cancelled(rows, rows.get(OrderRow, paid.id)).status == OrderStatus.CANCELLED


# Refunding.


@pytest.mark.parametrize(
    ("copies", "status"),
    [
        ([(100, 1)], "partially_refunded"),
        ([(100, 2)], "partially_refunded"),
        ([(100, 1), (101, 1)], "partially_refunded"),
        ([(100, 2), (101, 1)], "refunded"),
    ],
)
@pytest.mark.parametrize("price_cents", [0, 250])
def test_the_status_follows_from_the_copies_whatever_they_cost(
    copies: list[tuple[int, int]], status: str, price_cents: int
) -> None:
    rows, paid = paid_order(
        (book(1, price_cents=price_cents), 2), (book(2, price_cents=price_cents), 1)
    )
    for sale_id, quantity in copies:
        refund(rows, sale_id, quantity, restock=False)

    after = rows.get(OrderRow, paid.id)
    assert (after.status, after.shown().payment.status) == (status, "approved")
    assert after.refunded_copies == sum(quantity for _, quantity in copies)
    assert after.refunded_cents == price_cents * after.refunded_copies


@pytest.mark.parametrize(
    ("before", "after"),
    [("scheduled", "cancelled"), ("out_for_delivery", "out_for_delivery")],
)
def test_once_all_is_refunded_a_parcel_that_has_not_left_stays(before: str, after: str) -> None:
    rows, paid = paid_order((book(), 2))
    parcel = with_delivery(rows, paid, before)

    for copies, status in ((1, before), (1, after)):
        sale = rows.get(SaleRow, 100)
        taken = take_back(sale, copies, 800 + sale.refundable, LATER, restock=True)
        of = rows.get(OrderRow, paid.id)
        _, effects = give_back(of, [taken], parcel, payback_id=f"{sale.refundable}", now=LATER)
        rows.apply(effects)
        assert rows.get(DeliveryRow, parcel.id).status == status
        assert [each.status for each in rows.get(OrderRow, paid.id).deliveries] == [status]


# Returning.


def returning(rows: Rows, of: OrderRow, wanted: dict[int, int] | None = None) -> Any:
    return return_copies(
        rows.get(OrderRow, of.id),
        wanted,
        rows.all(SaleRow),
        restock=True,
        new_refund_ids=Ids(),
        payback_id="a payback",
        now=LATER,
    )


def test_a_return_takes_back_what_is_named_and_then_all_that_is_left() -> None:
    rows, paid = paid_order((book(1, stock=3), 3), (book(2, stock=1), 1))
    with_delivery(rows, paid, "delivered")

    first = returning(rows, paid, {1: 2})
    rows.apply(first.effects)
    assert (first.result.status, first.result.payment.refunded) == ("partially_refunded", 500)
    rows = Rows(*(row for kind in (BookRow, SaleRow, OrderRow) for row in rows.all(kind)))
    rest = returning(rows, paid)
    rows.apply(rest.effects)

    assert (rest.result.status, rest.result.payment.kept) == ("refunded", 0)
    assert [each.stock for each in rows.all(BookRow)] == [3, 1]
    with pytest.raises(OrderNotPaid):
        returning(rows, paid)


def test_no_copy_comes_back_twice() -> None:
    rows, paid = paid_order((book(1), 2))
    with_delivery(rows, paid, "out_for_delivery")
    rows.apply(returning(rows, paid, {1: 1}).effects)

    with pytest.raises(RefundExceedsSale) as refused:
        returning(rows, paid, {1: 2})

    assert refused.value.details == {"sale_id": 100, "requested": 2, "refundable": 1}


def test_a_book_that_the_order_does_not_have_cannot_come_back() -> None:
    rows, paid = paid_order((book(1), 2))
    with_delivery(rows, paid, "delivered")

    with pytest.raises(LineUnknown):
        returning(rows, paid, {1: 1, 2: 1})


@pytest.mark.parametrize("status", [None, "scheduled", "failed", "cancelled"])
def test_what_has_not_left_the_shop_cannot_come_back(status: str | None) -> None:
    rows, paid = paid_order((book(1), 2))
    if status is not None:
        with_delivery(rows, paid, status)

    with pytest.raises(OrderNotShipped):
        returning(rows, paid)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("pending", OrderPending),
        ("declined", OrderNotPaid),
        ("failed", OrderNotPaid),
        ("cancelled", OrderCancelled),
    ],
)
def test_what_was_not_paid_for_cannot_come_back(status: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        returning(Rows(order(status=status)), order())


# Expecting a total, and quoting.


def test_a_total_that_rose_is_refused_and_one_that_fell_is_taken() -> None:
    books = {1: book(price_cents=250)}
    with pytest.raises(TotalChanged) as refused:
        reserve(replace(draft((1, 2)), expected_cents=499), books, 7, PLACED)
    assert refused.value.details == {"expected": 4.99, "actual": 5.0}

    for expected in (500, 501, None):
        wish = replace(draft((1, 2)), expected_cents=expected)
        assert reserve(wish, books, 7, PLACED).result.total_cents == 500


def test_a_quote_sums_the_demand_and_tells_what_is_short() -> None:
    books = {1: book(1, stock=2, isbn=ISBN), 2: book(2, stock=1, price_cents=1)}

    told = quote(draft((1, 1), (ISBN, 2), (2, 1)).items, books)

    assert [(line.book_id, line.quantity, line.total, line.available) for line in told.lines] == [
        (1, 3, 750, False),
        (2, 1, 1, True),
    ]
    assert (told.total, told.available) == (751, False)
    assert quote(draft((2, 1)).items, books).available


def test_an_archived_book_is_neither_quoted_nor_ordered() -> None:
    books = {1: book(1), 2: book(2, archived=True)}
    wish = draft((1, 1), (2, 1))

    for rule in (lambda: quote(wish.items, books), lambda: reserve(wish, books, 7, PLACED)):
        with pytest.raises(BookArchived) as refused:
            rule()
        assert refused.value.details == {"book_id": 2}


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


def test_what_is_owed_is_paid_back_once() -> None:
    rows, _ = paid_order((book(), 2))
    sale = rows.get(SaleRow, 100)
    taken = take_back(sale, 1, 900, LATER, restock=True)
    of = rows.get(OrderRow, 7)
    rows.apply(give_back(of, [taken], None, payback_id="a payback", now=PLACED)[1])
    assert rows.get(OrderRow, 7).shown().payment.refund_pending == 250

    for _ in range(2):
        payback = rows.get(PaybackRow, "a payback")
        rows.apply(mark_paid(payback, rows.get(OrderRow, 7), LATER))

    payback, after = rows.get(PaybackRow, "a payback"), rows.get(OrderRow, 7)
    assert (payback.status, payback.paid_at) == (PaybackRow.PAID, LATER)
    assert (after.refunded_cents, after.paid_back_cents) == (250, 250)
    assert after.shown().payment.refund_pending == 0
