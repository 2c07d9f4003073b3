"""A crash at any step of an order is finished or undone, once, by whoever comes after."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.books import BookRow
from domain.errors import PaymentFailed, PaymentTimedOut, PaymentUndecided, StorageUnavailable
from domain.order_requests import Customer, OrderItem
from domain.order_rules import Draft
from domain.orders import OrderRow, OrderStatus
from domain.payments import Approved, GatewayError, NotCharged, Outcome
from repository import books, orders
from repository.mongo.clock import now
from repository.mongo.connection import Database, Document, connect
from repository.mongo.core import Core
from repository.mongo.idempotency import REQUESTS, RequestKey
from repository.mongo.steps import AnsweredBefore, AnswerWatch, Steps
from repository.order_rows import ORDERS
from repository.order_settlement import OrderSettlement
from repository.payment_gateway import TOKEN_ERROR, TOKEN_OK, SimulatedGateway
from tests.support.mongo_proxy import MongoProxy
from tests.support.order_agreement import disagreements, settled

COPIES = 5
DEAD_WORKER = "a process that is no more"
TIMEOUT_S = 0.2
PATIENCE_S = 5.0
"""For a gateway that answers, on a machine that is busy."""


class FaultyGateway(SimulatedGateway):
    """Charges before or after it falls silent, and can be unreachable for look-ups."""

    def __init__(self, database: Database, core: Core) -> None:
        super().__init__(database, core)
        self.charges_first = False
        self.is_unreachable = False

    async def charge(self, attempt: str, amount_cents: int, token: str) -> Outcome:
        if self.charges_first:
            await super().charge(attempt, amount_cents, token)
        await asyncio.sleep(60)
        raise AssertionError("nobody waits for that long")

    async def look_up(self, attempt: str) -> Outcome:
        if self.is_unreachable:
            raise GatewayError("unreachable")
        return await super().look_up(attempt)


class Shop:
    """One process's part in the orders of a database."""

    def __init__(
        self, database: Database, gateway: type[SimulatedGateway], timeout_s: float = PATIENCE_S
    ) -> None:
        self.database = database
        self.core = Core(database)
        self.answers = AnswerWatch(database)
        self.gateway = gateway(database, self.core)
        self.settlement = OrderSettlement(database, self.core, self.gateway, timeout_s)

    async def place(
        self, within_s: float = 10, token: str = TOKEN_OK, key: RequestKey | None = None
    ) -> Document:
        steps = Steps(self.core, self.answers, key, deadline(within_s))
        draft = draft_by(self.settlement.worker, token, steps.record_id)
        order = await self.settlement.place(steps, draft)
        return order.model_dump()

    async def reserve(self, worker: str) -> OrderRow:
        change = orders.reserve(draft_by(worker), lambda _: None)
        return await self.core.submit(change, deadline=deadline())

    async def reserve_for_a_dead_process(self) -> OrderRow:
        return await self.reserve(DEAD_WORKER)


def deadline(seconds: float = 10) -> float:
    return asyncio.get_running_loop().time() + seconds


def draft_by(worker: str, token: str = TOKEN_OK, record_id: str | None = None) -> Draft:
    items = [OrderItem(book_id=1, quantity=2)]
    return Draft(items, Customer(name="Ada"), token, uuid.uuid4().hex, worker, record_id)


def key_asked_at(moment: datetime) -> RequestKey:
    return RequestKey("till", "k", "orders.place", "same", moment)


async def statuses(database: Database) -> list[str]:
    assert not await disagreements(database)
    return [row["status"] for row in await database.find("orders", {})]


async def stock(database: Database) -> int:
    return (await books.get(database, 1)).stock


@pytest.fixture
async def shelf(database: Database) -> Database:
    book = BookRow(1, "A", ["B"], pages=9, price_cents=250, stock=COPIES)
    await Core(database).submit(books.add_missing([book]), deadline=deadline())
    return database


@pytest.fixture
async def shop(shelf: Database) -> AsyncIterator[Shop]:
    shop = Shop(shelf, SimulatedGateway)
    yield shop
    await shop.core.finish()


@pytest.fixture
async def faulty_shop(shelf: Database) -> AsyncIterator[tuple[Shop, FaultyGateway]]:
    shop = Shop(shelf, FaultyGateway, TIMEOUT_S)
    assert isinstance(shop.gateway, FaultyGateway)
    yield shop, shop.gateway
    await shop.core.finish()


async def test_a_crash_before_the_payment_is_undone(shop: Shop) -> None:
    await shop.reserve_for_a_dead_process()
    assert await stock(shop.database) == COPIES - 2

    await shop.settlement.sweep()

    assert await statuses(shop.database) == ["failed"]
    assert await stock(shop.database) == COPIES


async def test_a_charge_that_comes_after_its_order_was_undone_is_not_made(shop: Shop) -> None:
    order = await shop.reserve_for_a_dead_process()
    await shop.settlement.sweep()

    outcome = await shop.gateway.charge(order.attempt, order.total_cents, "tok_ok")

    assert outcome == NotCharged()
    assert await statuses(shop.database) == ["failed"]


async def test_a_crash_after_the_payment_is_finished(shop: Shop) -> None:
    order = await shop.reserve_for_a_dead_process()
    await shop.gateway.charge(order.attempt, order.total_cents, "tok_ok")

    await shop.settlement.sweep()

    assert await statuses(shop.database) == ["paid"]
    assert await stock(shop.database) == COPIES - 2


async def test_a_crash_after_a_decline_is_undone_as_declined(shop: Shop) -> None:
    order = await shop.reserve_for_a_dead_process()
    await shop.gateway.charge(order.attempt, order.total_cents, "tok_declined")

    await shop.settlement.sweep()

    assert await statuses(shop.database) == ["declined"]
    assert await stock(shop.database) == COPIES


async def test_two_sweeps_at_once_settle_every_order_once(shop: Shop) -> None:
    await shop.core.submit(books.restock(1, 100), deadline=deadline())
    left = [await shop.reserve_for_a_dead_process() for _ in range(20)]
    for order in left[::2]:
        await shop.gateway.charge(order.attempt, order.total_cents, "tok_ok")
    other = Shop(shop.database, SimulatedGateway)

    await asyncio.gather(shop.settlement.sweep(), other.settlement.sweep())
    await settled(shop.database)

    found = await statuses(shop.database)
    assert (found.count("paid"), found.count("failed")) == (10, 10)
    assert await stock(shop.database) == COPIES + 100 - 20


async def test_a_process_that_is_alive_keeps_its_orders(shop: Shop) -> None:
    other = Shop(shop.database, SimulatedGateway)
    async with other.settlement.running():
        await shop.reserve(other.settlement.worker)

        await shop.settlement.sweep()

        rows = await shop.database.find("orders", {})
        assert [row["status"] for row in rows] == ["pending"]
    await shop.settlement.sweep()
    assert await statuses(shop.database) == ["failed"]


async def test_a_start_finishes_what_the_process_before_left(shop: Shop) -> None:
    order = await shop.reserve_for_a_dead_process()
    await shop.gateway.charge(order.attempt, order.total_cents, "tok_ok")

    async with shop.settlement.running():
        assert await statuses(shop.database) == ["paid"]


async def test_a_time_out_before_the_charge_releases_the_copies(
    shelf: Database, faulty_shop: tuple[Shop, FaultyGateway]
) -> None:
    shop, _ = faulty_shop
    with pytest.raises(PaymentTimedOut):
        await shop.place()

    assert await statuses(shelf) == ["failed"]
    assert await stock(shelf) == COPIES


async def test_a_time_out_after_the_charge_keeps_the_order(
    shelf: Database, faulty_shop: tuple[Shop, FaultyGateway]
) -> None:
    shop, faulty = faulty_shop
    faulty.charges_first = True

    order = await shop.place()

    assert order["status"] is OrderStatus.PAID
    assert await stock(shelf) == COPIES - 2
    assert await statuses(shelf) == ["paid"]


async def test_an_unreachable_gateway_leaves_the_order_pending_until_it_is_back(
    shelf: Database, faulty_shop: tuple[Shop, FaultyGateway]
) -> None:
    shop, faulty = faulty_shop
    faulty.charges_first = faulty.is_unreachable = True
    with pytest.raises(PaymentUndecided):
        await shop.place()
    await shop.settlement.sweep()
    assert await stock(shelf) == COPIES - 2

    faulty.is_unreachable = False
    await shop.settlement.sweep()

    assert await statuses(shelf) == ["paid"]


async def test_an_order_whose_settling_failed_unforeseen_is_settled_by_the_sweep(
    shelf: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> OrderRow:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(shop.settlement, "_settle", fail)
        with pytest.raises(ZeroDivisionError):
            await shop.place()

    await shop.settlement.sweep()

    assert await statuses(shelf) == ["paid"]


async def test_an_order_that_was_reserved_unseen_is_settled_by_the_sweep(
    mongo_url: str, shelf: Database
) -> None:
    async with MongoProxy(mongo_url) as proxy, connect(proxy.url, shelf.name) as unreliable:
        shop = Shop(unreliable, SimulatedGateway)
        proxy.lose_answers_to("commitTransaction", times=1_000)
        with pytest.raises(StorageUnavailable):
            await shop.place(within_s=0.2)
        assert await stock(shelf) == COPIES - 2

        proxy.lose_answers_to("commitTransaction", times=0)
        await shop.settlement.sweep()
        await shop.core.finish()

    assert await statuses(shelf) == ["failed"]
    assert await stock(shelf) == COPIES


async def test_orders_whose_taking_over_was_not_answered_are_settled_by_the_next_sweep(
    mongo_url: str, shelf: Database, shop: Shop
) -> None:
    left = [await shop.reserve_for_a_dead_process() for _ in range(2)]
    async with MongoProxy(mongo_url) as proxy, connect(proxy.url, shelf.name) as unreliable:
        other = Shop(unreliable, SimulatedGateway)
        proxy.lose_answers_to("findAndModify", times=3)
        with pytest.raises(StorageUnavailable):
            await other.settlement.sweep()
        taken = [order["worker"] for order in await shelf.find("orders", {})]
        assert other.settlement.worker in taken

        proxy.lose_answers_to("findAndModify", times=0)
        await other.settlement.sweep()
        await other.core.finish()

    assert await statuses(shelf) == ["failed"] * len(left)


async def test_a_cancellation_that_comes_with_the_end_of_its_payment_comes_after_it(
    shop: Shop,
) -> None:
    order = await shop.reserve_for_a_dead_process()
    outcome = await shop.gateway.charge(order.attempt, order.total_cents, "tok_ok")

    _, cancelled = await asyncio.gather(
        shop.core.submit(orders.settle(order, outcome), deadline=deadline()),
        shop.core.submit(orders.cancel(order.id), deadline=deadline()),
    )
    await shop.settlement.sweep()

    assert cancelled.status is OrderStatus.CANCELLED
    assert await statuses(shop.database) == ["cancelled"]
    assert await stock(shop.database) == COPIES


async def test_an_order_that_becomes_undecided_while_a_sweep_reads_is_settled_by_the_next(
    faulty_shop: tuple[Shop, FaultyGateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, faulty = faulty_shop
    faulty.is_unreachable = True
    with pytest.raises(PaymentUndecided):
        await shop.place()
    [left] = await shop.database.rows(ORDERS, {})
    mine = {"status": "pending", "_id": {"$in": [left.id]}, "worker": shop.settlement.worker}
    read = shop.database.rows

    async def read_while_another_is_placed(*args: Any, **kwargs: Any) -> Any:
        found = await read(*args, **kwargs)
        if args == (ORDERS, mine):
            patched.undo()
            with pytest.raises(PaymentUndecided):
                await shop.place()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(shop.database, "rows", read_while_another_is_placed)
        await shop.settlement.sweep()

    faulty.is_unreachable = False
    await shop.settlement.sweep()

    assert await statuses(shop.database) == ["failed", "failed"]


async def test_a_request_that_came_in_before_its_refusal_was_there_is_no_repetition(
    shop: Shop,
) -> None:
    """The record has the time of the decision; until it is durable the request is in progress."""
    with pytest.raises(PaymentFailed):
        await shop.place(token=TOKEN_ERROR, key=key_asked_at(now()))
    between = now() - timedelta(seconds=1)
    decided = {"$set": {"answered_at": between - timedelta(seconds=1)}}
    await shop.database.collection(REQUESTS).update_one({}, decided)

    with pytest.raises(AnsweredBefore) as same:
        await shop.place(token=TOKEN_ERROR, key=key_asked_at(between))
    with pytest.raises(PaymentFailed) as another:
        await shop.place(token=TOKEN_ERROR, key=key_asked_at(now()))

    assert same.value.answer.refusal is not None
    assert same.value.answer.refusal.details == {"order_id": 1}
    assert another.value.details == {"order_id": 2}


async def test_one_order_that_cannot_be_settled_keeps_no_other_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = [await shop.reserve_for_a_dead_process() for _ in range(2)]
    settle = shop.settlement._settle  # noqa: SLF001 - the fault has to be put somewhere

    async def fail_for_the_first(order: OrderRow, outcome: Outcome) -> OrderRow:
        if order.id == first.id:
            raise ZeroDivisionError
        return await settle(order, outcome)

    with monkeypatch.context() as patched:
        patched.setattr(shop.settlement, "_settle", fail_for_the_first)
        with pytest.raises(ZeroDivisionError):
            await shop.settlement.sweep()
    rows = await shop.database.find("orders", {}, sort=[("_id", 1)])
    assert [row["status"] for row in rows] == ["pending", "failed"]

    await shop.settlement.sweep()

    assert await statuses(shop.database) == ["failed", "failed"]


async def test_a_refund_is_paid_once_however_often_it_is_asked_for(shop: Shop) -> None:
    outcome = await shop.gateway.charge("attempt", 1000, "tok_ok")
    assert isinstance(outcome, Approved)

    for key in ("first", "first", "second"):
        await shop.gateway.refund(key, "attempt", 400)
    await asyncio.gather(*(shop.gateway.refund("third", "attempt", 200) for _ in range(5)))

    charge = await shop.database.find_one("gateway_charges", {"_id": "attempt"})
    assert charge is not None
    assert charge["refunded_cents"] == 1000
    with pytest.raises(GatewayError):
        await shop.gateway.refund("fourth", "attempt", 1)
