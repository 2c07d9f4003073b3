"""What the changes of orders and deliveries send to the database."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.deliveries import DeliveryStatus
from domain.orders import OrderRow
from domain.payments import Approved, Declined
from repository import books, deliveries, orders
from repository.books import BOOKS
from repository.deliveries import DELIVERIES
from repository.mongo.changes import Change
from repository.mongo.connection import Database
from repository.mongo.core import Core, running_core
from repository.order_rows import PAYBACKS
from repository.payment_gateway import GATEWAY_CHARGES, TOKEN_OK, SimulatedGateway
from repository.sales import SALES
from tests.factories.orders import ADDRESS, book, draft
from tests.support.statements import Statements

PLENTY_S = 30.0
ISBN = "9780306406157"
MARKER, COMMIT = "insert commits", "commitTransaction"
"""A change that adds no row writes the marker of its commit."""
APPROVED = Approved("a transaction")


class Desk:
    """Submits changes of orders over three books, and tells what was sent for each."""

    def __init__(self, core: Core, database: Database, statements: Statements) -> None:
        self.core = core
        self.database = database
        self.statements = statements

    async def do(self, change: Change[Any]) -> Any:
        return await self.core.submit(change, deadline=asyncio.get_running_loop().time() + PLENTY_S)

    async def sent_for(self, change: Change[Any]) -> list[str]:
        with self.statements.counted() as sent:
            await self.do(change)
        return list(sent)

    async def reserved(self) -> OrderRow:
        order: OrderRow = await self.do(reservation())
        return order

    async def paid(self) -> OrderRow:
        order = await self.reserved()
        settled: OrderRow = await self.do(orders.settle(order, APPROVED))
        return settled


@pytest.fixture
async def desk(database: Database, statements: Statements) -> AsyncIterator[Desk]:
    async with running_core(database) as core:
        desk = Desk(core, database, statements)
        shelf = [book(1), book(2), book(3, isbn=ISBN)]
        await desk.do(books.add_missing(shelf))
        yield desk


def reservation(*more: tuple[int | str, int]) -> Change[OrderRow]:
    return orders.reserve(draft((1, 2), (2, 1), *more), lambda _: None)


async def test_a_reservation_reads_and_writes_all_its_books_at_once(desk: Desk) -> None:
    sent = await desk.sent_for(reservation())

    assert sent == ["find books", "update books", "insert orders", COMMIT]


async def test_a_reservation_by_isbn_as_well_reads_once_more(desk: Desk) -> None:
    sent = await desk.sent_for(reservation((ISBN, 1)))

    assert sent == ["find books", "find books", "update books", "insert orders", COMMIT]


async def test_a_reservation_of_one_book_by_its_id_takes_its_copies_as_it_reads_it(
    desk: Desk,
) -> None:
    sent = await desk.sent_for(orders.reserve(draft((1, 2)), lambda _: None))

    assert sent == ["findAndModify books", "insert orders", COMMIT]
    assert (await desk.database.rows(BOOKS, {"_id": 1}))[0].stock == book(1).stock - 2


async def test_reservations_of_one_book_share_its_statement(desk: Desk) -> None:
    with desk.statements.counted() as sent:
        await asyncio.gather(
            *(desk.do(orders.reserve(draft((1, 1)), lambda _: None)) for _ in range(3))
        )

    assert sent == ["findAndModify books", "insert orders", COMMIT]


async def test_a_charge_alone_is_one_statement(desk: Desk) -> None:
    gateway = SimulatedGateway(desk.database, desk.core)
    with desk.statements.counted() as sent:
        await gateway.charge("attempt", 100, TOKEN_OK)

    assert sent == ["insert gateway_charges"]


async def test_charges_at_once_share_a_statement(desk: Desk) -> None:
    gateway = SimulatedGateway(desk.database, desk.core)
    with desk.statements.counted() as sent:
        outcomes = await asyncio.gather(
            *(gateway.charge(f"attempt {number}", 100, TOKEN_OK) for number in range(3))
        )

    assert sent == ["insert gateway_charges", COMMIT]
    stored = await desk.database.rows(GATEWAY_CHARGES, {}, sort=[("_id", 1)])
    assert [Approved(row.transaction_id or "") for row in stored] == outcomes


@pytest.mark.parametrize("together", [False, True])
async def test_the_first_outcome_of_an_attempt_decides_it(desk: Desk, *, together: bool) -> None:
    gateway = SimulatedGateway(desk.database, desk.core)
    first = await gateway.charge("attempt", 100, TOKEN_OK)

    calls = [gateway.charge("attempt", 100, TOKEN_OK), gateway.look_up("attempt")]
    if together:
        calls.append(gateway.charge("other attempt", 100, TOKEN_OK))
        again = await asyncio.gather(*calls)
    else:
        again = [await call for call in calls]

    assert again[:2] == [first, first]
    stored = await desk.database.rows(GATEWAY_CHARGES, {})
    assert len(stored) == 1 + together


async def test_a_payment_that_was_approved_reads_nothing(desk: Desk) -> None:
    order = await desk.reserved()

    sent = await desk.sent_for(orders.settle(order, APPROVED))

    assert sent == ["findAndModify orders", "insert sales", COMMIT]


@pytest.mark.parametrize("others", [0, 2])
async def test_an_order_that_another_has_settled_is_read_and_stays_as_it_is(
    desk: Desk, others: int
) -> None:
    of_one = orders.reserve(draft((1, 1)), lambda _: None)
    reserved = [await desk.do(of_one) for _ in range(1 + others)]
    declined: OrderRow = await desk.do(orders.settle(reserved[0], Declined("no")))
    stock = [row.stock for row in await desk.database.rows(BOOKS, {}, sort=[("_id", 1)])]

    again, *settled = await asyncio.gather(
        *(desk.do(orders.settle(order, APPROVED)) for order in reserved)
    )

    assert again == declined
    assert [order.status for order in settled] == ["paid"] * others
    rows = await desk.database.rows(SALES, {})
    assert {row.order_id for row in rows} == {order.id for order in settled}
    assert [row.stock for row in await desk.database.rows(BOOKS, {}, sort=[("_id", 1)])] == stock


async def test_a_payment_that_was_declined_puts_all_books_back_at_once(desk: Desk) -> None:
    order = await desk.reserved()

    sent = await desk.sent_for(orders.settle(order, Declined("no")))

    assert sent == [
        "find books",
        "update books",
        MARKER,
        "findAndModify orders",
        COMMIT,
    ]


async def test_a_cancellation_reads_and_writes_each_collection_once(desk: Desk) -> None:
    order = await desk.paid()
    await desk.do(deliveries.schedule(order.id, ADDRESS, None))

    sent = await desk.sent_for(orders.cancel(order.id))

    reads = ["find orders", "find books", "find sales", "find deliveries"]
    assert sorted(sent[:4]) == sorted(reads)
    assert sorted(sent[4:]) == sorted(
        [
            "update books",
            "update sales",
            "insert refunds",
            "insert paybacks",
            "findAndModify orders",
            "findAndModify deliveries",
            COMMIT,
        ]
    )


async def test_a_delivery_is_written_with_its_order_at_each_step(
    desk: Desk,
) -> None:
    order = await desk.paid()

    scheduled = await desk.sent_for(deliveries.schedule(order.id, ADDRESS, None))
    [delivery] = await desk.database.rows(DELIVERIES, {})
    out = deliveries.update_status(delivery.id, DeliveryStatus.OUT_FOR_DELIVERY)
    moved = await desk.sent_for(out)
    delivered = deliveries.update_status(delivery.id, DeliveryStatus.DELIVERED)
    ended = await desk.sent_for(delivered)

    assert scheduled == ["find orders", "insert deliveries", "findAndModify orders", COMMIT]
    assert (
        moved
        == ended
        == [
            "find deliveries",
            "find orders",
            MARKER,
            "findAndModify deliveries",
            "findAndModify orders",
            COMMIT,
        ]
    )


async def test_a_payback_is_noted_once(desk: Desk) -> None:
    order = await desk.paid()
    await desk.do(orders.cancel(order.id))
    [payback] = await desk.database.rows(PAYBACKS, {})

    noted = await desk.sent_for(orders.mark_paid(payback.id, order.id))
    again = await desk.sent_for(orders.mark_paid(payback.id, order.id))

    reads = ["find paybacks", "find orders"]
    assert noted == [*reads, MARKER, "findAndModify orders", "findAndModify paybacks", COMMIT]
    assert again == [*reads, COMMIT]
