"""Any sequence of decisions about orders leaves stock and money right, without a database."""

from collections.abc import Callable
from itertools import count, islice
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import delivery_rules, order_rules
from domain.books import BookRow
from domain.deliveries import DeliveryRow, DeliveryStatus
from domain.effects import Decision
from domain.errors import OctavoError
from domain.orders import WAS_PAID, OrderRow, OrderStatus, PaybackRow
from domain.payments import Approved, Declined, Failure, NotCharged
from domain.sales import RefundRow, SaleRow, take_back
from tests.factories.orders import ADDRESS, LATER, PLACED, book, draft
from tests.support.rows import Rows

COPIES: Final = 12
PRICES: Final = (0, 250, 999)
ORDERS_MAX: Final = 3
"""Few, so that most sequences take one from its beginning to its end."""
APPROVED: Final = Approved("a transaction")
OUTCOMES: Final = [*[APPROVED] * 5, Declined("no"), *map(NotCharged, Failure)]
ITEMS = st.lists(st.tuples(st.integers(1, len(PRICES)), st.integers(1, 4)), min_size=1, max_size=4)


class Orders(RuleBasedStateMachine):
    """Orders of three books, one of them free, under all rules in any sequence."""

    def __init__(self) -> None:
        super().__init__()
        books = (book(number, COPIES, cents) for number, cents in enumerate(PRICES, 1))
        self.rows = Rows(*books)
        self.numbers = count(1)

    def ids(self, how_many: int) -> list[int]:
        return list(islice(self.numbers, how_many))

    def one(self, kind: type[Any], data: st.DataObject) -> Any:
        return data.draw(st.sampled_from(self.rows.all(kind)))

    def decide(self, rule_: Callable[[], Decision[Any]]) -> None:
        """Let a decision's effects happen; a refusal has none."""
        try:
            decision = rule_()
        except OctavoError:
            return
        self.rows.apply(decision.effects)

    @initialize(items=ITEMS)
    def begin(self, items: list[tuple[int, int]]) -> None:
        self.place(items)

    @precondition(lambda self: len(self.rows.all(OrderRow)) < ORDERS_MAX)
    @rule(items=ITEMS)
    def place(self, items: list[tuple[int, int]]) -> None:
        books = {each.id: each for each in self.rows.all(BookRow)}
        [order_id] = self.ids(1)
        self.decide(lambda: order_rules.reserve(draft(*items), books, order_id, PLACED))

    @precondition(lambda self: self.rows.all(OrderRow))
    @rule(data=st.data(), outcome=st.sampled_from(OUTCOMES))
    def settle(self, data: st.DataObject, outcome: Any) -> None:
        order = self.one(OrderRow, data)
        self.decide(lambda: order_rules.settle(order, outcome, self.ids, LATER))

    @precondition(lambda self: self.rows.all(SaleRow))
    @rule(data=st.data(), copies=st.integers(1, 4), restock=st.booleans())
    def refund(self, data: st.DataObject, copies: int, *, restock: bool) -> None:
        sale = self.one(SaleRow, data)
        order = self.rows.get(OrderRow, sale.order_id)

        def refund() -> Decision[None]:
            refund_id, payback_id = self.ids(2)
            taken = take_back(sale, copies, refund_id, LATER, restock=restock)
            _, effects = order_rules.give_back(
                order, [taken], self.delivery_of(order), payback_id=f"{payback_id}", now=LATER
            )
            return Decision(None, effects)

        self.decide(refund)

    def delivery_of(self, order: OrderRow) -> DeliveryRow | None:
        """The delivery under way."""
        if order.delivery_id is None:
            return None
        delivery: DeliveryRow = self.rows.get(DeliveryRow, order.delivery_id)
        return delivery

    def sales_of(self, order: OrderRow) -> list[SaleRow]:
        return [each for each in self.rows.all(SaleRow) if each.order_id == order.id]

    @precondition(lambda self: self.rows.all(OrderRow))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order = self.one(OrderRow, data)
        [payback_id] = self.ids(1)
        self.decide(
            lambda: order_rules.cancel(
                order,
                self.sales_of(order),
                self.delivery_of(order),
                new_refund_ids=self.ids,
                payback_id=f"{payback_id}",
                now=LATER,
            )
        )

    @precondition(lambda self: self.rows.all(OrderRow))
    @rule(
        data=st.data(),
        wanted=st.none() | st.dictionaries(st.integers(1, 3), st.integers(1, 3), min_size=1),
        restock=st.booleans(),
    )
    def give_back(
        self, data: st.DataObject, wanted: dict[int, int] | None, *, restock: bool
    ) -> None:
        order = self.one(OrderRow, data)
        [payback_id] = self.ids(1)
        self.decide(
            lambda: order_rules.return_copies(
                order,
                wanted,
                self.sales_of(order),
                restock=restock,
                new_refund_ids=self.ids,
                payback_id=f"{payback_id}",
                now=LATER,
            )
        )

    @precondition(lambda self: self.rows.all(PaybackRow))
    @rule(data=st.data())
    def pay_back(self, data: st.DataObject) -> None:
        payback = self.one(PaybackRow, data)
        order = self.rows.get(OrderRow, payback.order_id)
        self.rows.apply(order_rules.mark_paid(payback, order, LATER))

    @precondition(lambda self: self.rows.all(OrderRow))
    @rule(data=st.data())
    def schedule(self, data: st.DataObject) -> None:
        order = self.one(OrderRow, data)
        [delivery_id] = self.ids(1)
        self.decide(lambda: delivery_rules.schedule(order, ADDRESS, None, delivery_id, LATER))

    @precondition(lambda self: self.rows.all(DeliveryRow))
    @rule(data=st.data(), status=st.sampled_from(DeliveryStatus))
    def deliver(self, data: st.DataObject, status: DeliveryStatus) -> None:
        delivery = self.one(DeliveryRow, data)
        order = self.rows.get(OrderRow, delivery.order_id)
        self.decide(lambda: delivery_rules.update_status(delivery, order, status, LATER))

    @invariant()
    def every_copy_is_somewhere(self) -> None:
        """On hand, held by a pending order, or sold; a refund with restock undoes a sale."""
        pending = [each for each in self.rows.all(OrderRow) if each.status == OrderStatus.PENDING]
        for each in self.rows.all(BookRow):
            lines = [line for order in pending for line in order.lines]
            held = sum(line.quantity for line in lines if line.book_id == each.id)
            sold = sum(row.quantity for row in self.rows.all(SaleRow) if row.book_id == each.id)
            refunds = [row for row in self.rows.all(RefundRow) if row.restocked]
            restocked = sum(row.quantity for row in refunds if row.book_id == each.id)
            assert each.stock + held + sold - restocked == COPIES

    @invariant()
    def every_order_has_its_sales_once_it_was_charged(self) -> None:
        for order in self.rows.all(OrderRow):
            sales = [row for row in self.rows.all(SaleRow) if row.order_id == order.id]
            is_charged = order.status in WAS_PAID
            written = [(row.id, row.book_id, row.quantity, row.total_cents) for row in sales]
            wanted = [
                (line.sale_id, line.book_id, line.quantity, line.total_cents)
                for line in order.lines
            ]
            assert written == (wanted if is_charged else [])
            if order.status == OrderStatus.CANCELLED:
                assert not any(row.refundable for row in sales)

    @invariant()
    def every_cent_is_kept_or_owed_and_paid_back_once(self) -> None:
        for sale in self.rows.all(SaleRow):
            refunds = [row for row in self.rows.all(RefundRow) if row.sale_id == sale.id]
            assert sale.quantity - sale.refundable == sum(row.quantity for row in refunds)
            assert all(row.quantity > 0 for row in refunds)
        for order in self.rows.all(OrderRow):
            refunds = [row for row in self.rows.all(RefundRow) if row.order_id == order.id]
            owed = [row for row in self.rows.all(PaybackRow) if row.order_id == order.id]
            paid = [row for row in owed if row.status == PaybackRow.PAID]
            assert order.refunded_cents == sum(row.amount_cents for row in refunds)
            assert order.refunded_cents == sum(row.amount_cents for row in owed)
            assert order.paid_back_cents == sum(row.amount_cents for row in paid)
            assert order.refunded_cents <= order.total_cents
            assert order.refunded_copies == sum(row.quantity for row in refunds)
            if order.status in WAS_PAID - {OrderStatus.CANCELLED}:
                assert order.status == (
                    OrderStatus.PAID
                    if not order.refunded_copies
                    else OrderStatus.REFUNDED
                    if order.refunded_copies == order.copies
                    else OrderStatus.PARTIALLY_REFUNDED
                )
            if order.status == OrderStatus.CANCELLED:
                assert order.refunded_cents == order.total_cents
            money = order.shown().payment
            assert money.kept == money.charged - money.refunded >= 0

    @invariant()
    def an_order_shows_its_deliveries_and_the_one_that_is_under_way(self) -> None:
        for order in self.rows.all(OrderRow):
            of_order = [row for row in self.rows.all(DeliveryRow) if row.order_id == order.id]
            assert [(row.id, row.status) for row in of_order] == [
                (each.id, each.status) for each in order.deliveries
            ]
            active = [row for row in of_order if row.active]
            arrived = [row for row in of_order if row.status == DeliveryStatus.DELIVERED]
            assert [row.id for row in active] == (
                [] if order.delivery_id is None else [order.delivery_id]
            )
            assert len(active) + len(arrived) <= 1
            # What has left the shop was paid for; what is all refunded does not leave it.
            if order.status in {OrderStatus.REFUNDED, OrderStatus.CANCELLED}:
                assert all(row.status == DeliveryStatus.OUT_FOR_DELIVERY for row in active)
            if order.status == OrderStatus.CANCELLED:
                assert not active
                assert not arrived


TestOrders = Orders.TestCase
TestOrders.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
