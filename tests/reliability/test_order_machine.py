"""Any sequence of orders, refunds, cancellations and deliveries leaves stock and money right.

OCTAVO_TEST_EXAMPLES says how many sequences are tried (default 5).
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest
from aiohttp import web
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.deliveries import MOVES, SHIPPED, DeliveryStatus
from repository.mongo.connection import Database
from rpc.application import STORAGE, make_application
from rpc.settings import Settings
from tests.support.order_agreement import disagreements, settled
from tests.support.rpc_client import RpcClient, RpcError

EXAMPLES = int(os.environ.get("OCTAVO_TEST_EXAMPLES", "3"))
STEPS = 20
BOOKS = (1, 2, 3)
COPIES = 6
ADDRESS = {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}
TOKENS = {
    "tok_ok": None,
    "tok_declined": "payment_declined",
    "tok_insufficient_funds": "payment_declined",
    "tok_error": "payment_failed",
}


@dataclass
class ExpectedOrder:
    """What an order has to look like; `left` are the copies kept of each book."""

    id: int
    sales: dict[int, int]
    prices: dict[int, int]
    left: dict[int, int]
    charged: int
    is_cancelled: bool = False
    delivery: int | None = None
    deliveries: list[int] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The status that follows from what was refunded."""
        if self.is_cancelled:
            return "cancelled"
        if not any(self.left.values()):
            return "refunded"
        return "paid" if self.kept == self.charged else "partially_refunded"

    @property
    def kept(self) -> int:
        return sum(self.prices[book] * copies for book, copies in self.left.items())


@dataclass
class World:
    """A running service and the loop that it runs in."""

    run: Callable[[Coroutine[Any, Any, Any]], Any]
    rpc: RpcClient
    database: Database

    def call(self, method: str, **params: Any) -> Any:
        return self.run(self.rpc(method, **params))

    def refusal(self, method: str, **params: Any) -> str:
        with pytest.raises(RpcError) as refused:
            self.call(method, **params)
        return refused.value.type


@dataclass
class Expected:
    stock: dict[int, int] = field(default_factory=lambda: dict.fromkeys(BOOKS, COPIES))
    orders: list[ExpectedOrder] = field(default_factory=list)
    deliveries: dict[int, DeliveryStatus] = field(default_factory=dict)


class Shop(RuleBasedStateMachine):
    """The model beside the service; `world` is set by the test."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.expected = Expected()
        for book_id in BOOKS:
            stock = self.world.call("books.get", id=book_id)["stock"]
            self.world.call("books.set_stock", id=book_id, quantity=COPIES, expected_quantity=stock)

    @rule(
        items=st.lists(
            st.tuples(st.sampled_from(BOOKS), st.integers(1, 3)), min_size=1, max_size=4
        ),
        token=st.sampled_from([*["tok_ok"] * 4, *TOKENS]),
    )
    def place(self, items: list[tuple[int, int]], token: str) -> None:
        order = {
            "items": [{"book_id": book, "quantity": copies} for book, copies in items],
            "customer": {"name": "Ada Lovelace"},
            "payment": {"token": token},
        }
        wanted = {book: sum(n for each, n in items if each == book) for book, _ in items}
        stock = self.expected.stock
        if any(stock[book] < copies for book, copies in wanted.items()):
            assert self.world.refusal("orders.place", **order) == "insufficient_stock"
        elif TOKENS[token] is not None:
            assert self.world.refusal("orders.place", **order) == TOKENS[token]
        else:
            self._note(self.world.call("orders.place", **order), wanted)

    def _note(self, order: dict[str, Any], wanted: dict[int, int]) -> None:
        for book, copies in wanted.items():
            self.expected.stock[book] -= copies
        lines = order["lines"]
        assert {line["book_id"]: line["quantity"] for line in lines} == wanted
        self.expected.orders.append(
            ExpectedOrder(
                id=order["id"],
                sales={line["book_id"]: line["sale_id"] for line in lines},
                prices={line["book_id"]: cents(line["unit_price"]) for line in lines},
                left=wanted,
                charged=cents(order["total"]),
            )
        )

    def an_order(self, data: st.DataObject) -> ExpectedOrder:
        return data.draw(st.sampled_from(self.expected.orders), label="order")

    @precondition(lambda self: self.expected.orders)
    @rule(data=st.data(), copies=st.integers(1, 3), restock=st.booleans())
    def refund(self, data: st.DataObject, copies: int, restock: bool) -> None:  # noqa: FBT001 - drawn by name
        order = self.an_order(data)
        book = data.draw(st.sampled_from(sorted(order.left)), label="book")
        wanted = {"sale_id": order.sales[book], "quantity": copies, "restock": restock}
        if copies > order.left[book]:
            assert self.world.refusal("sales.refund", **wanted) == "refund_exceeds_sale"
            return
        self.world.call("sales.refund", **wanted)
        order.left[book] -= copies
        self.expected.stock[book] += copies if restock else 0
        self.call_back(order)

    @precondition(lambda self: self.expected.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order = self.an_order(data)
        if not order.is_cancelled and self.has_left(order):
            assert self.world.refusal("orders.cancel", order_id=order.id) == "order_shipped"
            return
        answer = self.world.call("orders.cancel", order_id=order.id)
        assert answer["status"] == "cancelled"
        for book, copies in order.left.items():
            self.expected.stock[book] += copies
        order.left = dict.fromkeys(order.left, 0)
        order.is_cancelled = True
        self.call_back(order)

    def has_left(self, order: ExpectedOrder) -> bool:
        """Whether a delivery is out or has arrived."""
        return any(self.expected.deliveries[each] in SHIPPED for each in order.deliveries)

    def call_back(self, order: ExpectedOrder) -> None:
        """A parcel of which no copy is kept does not go out."""
        scheduled = self.expected.deliveries.get(order.delivery or 0) == DeliveryStatus.SCHEDULED
        if order.delivery is not None and scheduled and not any(order.left.values()):
            self.expected.deliveries[order.delivery] = DeliveryStatus.CANCELLED
            order.delivery = None

    @precondition(lambda self: self.expected.orders)
    @rule(data=st.data(), restock=st.booleans())
    def give_back(self, data: st.DataObject, restock: bool) -> None:  # noqa: FBT001 - drawn by name
        order = self.an_order(data)
        refusal = (
            "order_cancelled"
            if order.is_cancelled
            else "order_not_shipped"
            if not self.has_left(order)
            else "order_not_paid"
            if not any(order.left.values())
            else None
        )
        wanted = {"order_id": order.id, "restock": restock}
        if refusal is not None:
            assert self.world.refusal("orders.return", **wanted) == refusal
            return
        assert self.world.call("orders.return", **wanted)["status"] == "refunded"
        for book, copies in order.left.items():
            self.expected.stock[book] += copies if restock else 0
        order.left = dict.fromkeys(order.left, 0)

    @precondition(lambda self: self.expected.orders)
    @rule(data=st.data())
    def schedule(self, data: st.DataObject) -> None:
        order = self.an_order(data)
        wanted = {"order_id": order.id, "address": ADDRESS}
        refusal = (
            "order_cancelled"
            if order.is_cancelled
            else "order_not_paid"
            if not order.kept
            else "delivery_exists"
            if order.delivery is not None or self.has_left(order)
            else None
        )
        if refusal is not None:
            assert self.world.refusal("deliveries.schedule", **wanted) == refusal
            return
        order.delivery = self.world.call("deliveries.schedule", **wanted)["id"]
        order.deliveries.append(order.delivery)
        self.expected.deliveries[order.delivery] = DeliveryStatus.SCHEDULED

    @precondition(lambda self: self.expected.deliveries)
    @rule(data=st.data(), status=st.sampled_from(DeliveryStatus))
    def move(self, data: st.DataObject, status: DeliveryStatus) -> None:
        delivery = data.draw(st.sampled_from(sorted(self.expected.deliveries)), label="delivery")
        wanted = {"id": delivery, "status": str(status)}
        if status not in MOVES[self.expected.deliveries[delivery]]:
            assert self.world.refusal("deliveries.update_status", **wanted) == "invalid_transition"
            return
        self.world.call("deliveries.update_status", **wanted)
        self.expected.deliveries[delivery] = status
        for order in self.expected.orders:
            if order.delivery == delivery and not status.is_active:
                order.delivery = None

    @invariant()
    def stock_is_as_expected(self) -> None:
        books = [self.world.call("books.get", id=book) for book in BOOKS]
        assert {book["id"]: book["stock"] for book in books} == self.expected.stock

    @invariant()
    def money_adds_up(self) -> None:
        for expected in self.expected.orders:
            order = self.world.call("orders.get", id=expected.id)
            payment = order["payment"]
            assert order["status"] == expected.status
            assert [(each["id"], each["status"]) for each in order["deliveries"]] == [
                (each, self.expected.deliveries[each]) for each in expected.deliveries
            ]
            assert order["delivery_id"] == expected.delivery
            assert cents(payment["charged"]) == expected.charged
            assert cents(payment["kept"]) == expected.kept
            assert cents(payment["refunded"]) == expected.charged - expected.kept

    @invariant()
    def all_rows_agree(self) -> None:
        self.world.run(settled(self.world.database))
        assert not self.world.run(disagreements(self.world.database))
        assert self.world.call("audit.run")["ok"]


def cents(amount: float) -> int:
    return round(amount * 100)


@contextlib.contextmanager
def running_service(settings: Settings) -> Iterator[World]:
    """A service in a loop that runs only while a step of the machine waits for it."""
    loop = asyncio.new_event_loop()
    application = make_application(settings)
    runner = web.AppRunner(application, access_log=None)
    loop.run_until_complete(runner.setup())
    try:
        loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
        host, port = runner.addresses[0][:2]
        rpc = loop.run_until_complete(RpcClient(f"http://{host}:{port}").__aenter__())
        yield World(loop.run_until_complete, rpc, application[STORAGE].database)
        loop.run_until_complete(rpc.__aexit__())
    finally:
        loop.run_until_complete(runner.cleanup())
        loop.close()


def test_no_sequence_of_orders_loses_stock_or_money(settings: Settings) -> None:
    limits = hypothesis.settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with running_service(settings) as Shop.world:
        run_state_machine_as_test(Shop, settings=limits)
