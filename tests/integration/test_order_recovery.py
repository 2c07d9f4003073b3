"""A crash at any step of an order is finished or undone, once, by whoever comes after."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from domain.errors import StorageUnavailable
from domain.orders import Customer, OrderItem, OrderStatus
from domain.payments import (
    Approved,
    GatewayError,
    NotCharged,
    Outcome,
    PaymentTimedOut,
    PaymentUndecided,
)
from repository import books, orders, transactions
from repository.group_commit import GroupCommit
from repository.mongo_connection import Database, Document, connect
from repository.order_settlement import OrderSettlement
from repository.payment_gateway import SimulatedGateway
from repository.steps import AnswerWatch, Steps
from tests.mongo_proxy import MongoProxy
from tests.order_agreement import disagreements, settled

COPIES = 5
DEAD_WORKER = "a process that is no more"
TIMEOUT_S = 0.2


class FaultyGateway(SimulatedGateway):
    """Charges before or after it falls silent, and can be unreachable for look-ups."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
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

    def __init__(self, database: Database, gateway: SimulatedGateway) -> None:
        self.database = database
        self.changes = GroupCommit(database)
        self.gateway = gateway
        self.settlement = OrderSettlement(database, self.changes, gateway, TIMEOUT_S)

    async def place(self, within_s: float = 10) -> Document:
        draft = draft_by(self.settlement.worker)
        steps = Steps(self.changes, AnswerWatch(self.database), None, deadline(within_s))
        order = await self.settlement.place(steps, draft)
        return order.model_dump()


def deadline(seconds: float = 10) -> float:
    return asyncio.get_running_loop().time() + seconds


def draft_by(worker: str) -> orders.Draft:
    items = [OrderItem(book_id=1, quantity=2)]
    return orders.Draft(items, Customer(name="Ada"), "tok_ok", None, worker)


async def reserved_by_a_dead_process(database: Database) -> Document:
    work = partial(orders.reserve, draft=draft_by(DEAD_WORKER))
    return await transactions.run(database, work, deadline=deadline())


async def statuses(database: Database) -> list[str]:
    assert not await disagreements(database)
    return [row["status"] for row in await database.find("orders", {})]


async def stock(database: Database) -> int:
    return (await books.get(database, 1)).stock


@pytest.fixture
async def shelf(database: Database) -> Database:
    book = books.book_document(
        1, title="A", authors=["B"], pages=9, price_cents=250, isbn=None, stock=COPIES
    )
    await transactions.run(
        database, lambda each: books.add_missing(each, [book]), deadline=deadline()
    )
    return database


@pytest.fixture
async def shop(shelf: Database) -> AsyncIterator[Shop]:
    shop = Shop(shelf, SimulatedGateway(shelf))
    yield shop
    await shop.changes.finish()


@pytest.fixture
async def faulty(shelf: Database) -> FaultyGateway:
    return FaultyGateway(shelf)


async def test_a_crash_before_the_payment_is_undone(shop: Shop) -> None:
    await reserved_by_a_dead_process(shop.database)
    assert await stock(shop.database) == COPIES - 2

    await shop.settlement.sweep()

    assert await statuses(shop.database) == ["failed"]
    assert await stock(shop.database) == COPIES


async def test_a_charge_that_comes_after_its_order_was_undone_is_not_made(shop: Shop) -> None:
    order = await reserved_by_a_dead_process(shop.database)
    await shop.settlement.sweep()

    outcome = await shop.gateway.charge(order["attempt"], order["total_cents"], "tok_ok")

    assert outcome == NotCharged()
    assert await statuses(shop.database) == ["failed"]


async def test_a_crash_after_the_payment_is_finished(shop: Shop) -> None:
    order = await reserved_by_a_dead_process(shop.database)
    await shop.gateway.charge(order["attempt"], order["total_cents"], "tok_ok")

    await shop.settlement.sweep()

    assert await statuses(shop.database) == ["paid"]
    assert await stock(shop.database) == COPIES - 2


async def test_a_crash_after_a_decline_is_undone_as_declined(shop: Shop) -> None:
    order = await reserved_by_a_dead_process(shop.database)
    await shop.gateway.charge(order["attempt"], order["total_cents"], "tok_declined")

    await shop.settlement.sweep()

    assert await statuses(shop.database) == ["declined"]
    assert await stock(shop.database) == COPIES


async def test_two_sweeps_at_once_settle_every_order_once(shop: Shop) -> None:
    await transactions.run(
        shop.database, lambda each: books.restock(each, 1, 100), deadline=deadline()
    )
    left = [await reserved_by_a_dead_process(shop.database) for _ in range(20)]
    for order in left[::2]:
        await shop.gateway.charge(order["attempt"], order["total_cents"], "tok_ok")
    other = Shop(shop.database, SimulatedGateway(shop.database))

    await asyncio.gather(shop.settlement.sweep(), other.settlement.sweep())
    await settled(shop.database)

    found = await statuses(shop.database)
    assert (found.count("paid"), found.count("failed")) == (10, 10)
    assert await stock(shop.database) == COPIES + 100 - 20


async def test_a_process_that_is_alive_keeps_its_orders(shop: Shop) -> None:
    other = Shop(shop.database, SimulatedGateway(shop.database))
    async with other.settlement.running():
        work = partial(orders.reserve, draft=draft_by(other.settlement.worker))
        await transactions.run(shop.database, work, deadline=deadline())

        await shop.settlement.sweep()

        rows = await shop.database.find("orders", {})
        assert [row["status"] for row in rows] == ["pending"]
    await shop.settlement.sweep()
    assert await statuses(shop.database) == ["failed"]


async def test_a_start_finishes_what_the_process_before_left(shop: Shop) -> None:
    order = await reserved_by_a_dead_process(shop.database)
    await shop.gateway.charge(order["attempt"], order["total_cents"], "tok_ok")

    async with shop.settlement.running():
        assert await statuses(shop.database) == ["paid"]


async def test_a_time_out_before_the_charge_releases_the_copies(
    shelf: Database, faulty: FaultyGateway
) -> None:
    with pytest.raises(PaymentTimedOut):
        await Shop(shelf, faulty).place()

    assert await statuses(shelf) == ["failed"]
    assert await stock(shelf) == COPIES


async def test_a_time_out_after_the_charge_keeps_the_order(
    shelf: Database, faulty: FaultyGateway
) -> None:
    faulty.charges_first = True

    order = await Shop(shelf, faulty).place()

    assert order["status"] is OrderStatus.PAID
    assert await stock(shelf) == COPIES - 2
    assert await statuses(shelf) == ["paid"]


async def test_an_unreachable_gateway_leaves_the_order_pending_until_it_is_back(
    shelf: Database, faulty: FaultyGateway
) -> None:
    shop = Shop(shelf, faulty)
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
    async def fail(*_: object) -> Document:
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
        shop = Shop(unreliable, SimulatedGateway(unreliable))
        proxy.lose_answers_to("commitTransaction", times=1_000)
        with pytest.raises(StorageUnavailable):
            await shop.place(within_s=0.2)
        assert await stock(shelf) == COPIES - 2

        proxy.lose_answers_to("commitTransaction", times=0)
        await shop.settlement.sweep()
        await shop.changes.finish()

    assert await statuses(shelf) == ["failed"]
    assert await stock(shelf) == COPIES


async def test_orders_whose_taking_over_was_not_answered_are_settled_by_the_next_sweep(
    mongo_url: str, shelf: Database
) -> None:
    left = [await reserved_by_a_dead_process(shelf) for _ in range(2)]
    async with MongoProxy(mongo_url) as proxy, connect(proxy.url, shelf.name) as unreliable:
        shop = Shop(unreliable, SimulatedGateway(unreliable))
        proxy.lose_answers_to("findAndModify", times=3)
        with pytest.raises(StorageUnavailable):
            await shop.settlement.sweep()
        taken = [order["worker"] for order in await shelf.find("orders", {})]
        assert shop.settlement.worker in taken

        proxy.lose_answers_to("findAndModify", times=0)
        await shop.settlement.sweep()
        await shop.changes.finish()

    assert await statuses(shelf) == ["failed"] * len(left)


async def test_one_order_that_cannot_be_settled_keeps_no_other_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = [await reserved_by_a_dead_process(shop.database) for _ in range(2)]
    settle = shop.settlement._settle  # noqa: SLF001 - the fault has to be put somewhere

    async def fail_for_the_first(order_id: int, outcome: Outcome) -> Document:
        if order_id == first["_id"]:
            raise ZeroDivisionError
        return await settle(order_id, outcome)

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
