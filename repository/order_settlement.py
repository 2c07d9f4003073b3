"""Settlement of orders: take payments, pay paybacks, and finish what dead processes left.

A sweep takes over the orders of dead processes and asks the gateway what became of them. A process
may be thought dead wrongly; that is safe, because the gateway decides an attempt that was looked up
for good and pays a refund once for its key, and because an order leaves `pending` once.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from typing import Any, Final

import structlog

from domain.errors import OctavoError, PaymentUndecided, StorageUnavailable
from domain.order_rules import Draft, refusal_of
from domain.orders import Order, OrderRow, OrderStatus, PaybackRow
from domain.payments import (
    Approved,
    Failure,
    GatewayError,
    NotCharged,
    Outcome,
    PaymentGateway,
)
from repository.mongo.connection import AnyCollection, Database, Document, Filter
from repository.mongo.core import Core, deadline_in
from repository.mongo.heartbeats import OWN_BEATS_S, Heartbeat
from repository.mongo.steps import Steps
from repository.order_rows import ORDERS, PAYBACKS
from repository.orders import mark_paid, reserve, settle

SWEEP_S: Final = 1.0
SWEEP_SIZE_MAX: Final = 200
SETTLE_DEADLINE_S: Final = 10.0
"""For the transaction after a payment, which must happen: longer than the caller's deadline."""
RECOVERY_S: Final = OWN_BEATS_S + 1
"""How long a start waits for orders of dead processes; a sweep may finish them later."""
PAYBACK_LEASE: Final = timedelta(seconds=3)
"""How long a payback is left to the process that has taken it over."""

FREE: Final = Approved(None)
"""The outcome where there is nothing to pay: no gateway is asked."""

log = structlog.get_logger("octavo.settlement")


class OrderSettlement:
    """Takes payments, pays paybacks, and finishes what dead processes left.

    `payment_timeout_s` is how long the gateway may take for one answer.
    """

    def __init__(
        self,
        database: Database,
        core: Core,
        gateway: PaymentGateway,
        payment_timeout_s: float,
    ) -> None:
        self._database = database
        self._core = core
        self._gateway = gateway
        self._payment_timeout_s = payment_timeout_s
        self._woken = asyncio.Event()
        self.heartbeat = Heartbeat(database)
        """The heartbeats of this process."""
        self._undecided: set[int] = set()

    @property
    def worker(self) -> str:
        """The id of this process as a worker on orders."""
        return self.heartbeat.id

    async def place(self, steps: Steps, draft: Draft) -> Order:
        """Reserve, take the payment, and settle.

        Raises the errors of `reserve`, a payment's refusal, and PaymentUndecided when the gateway
        does not answer: then the order stays pending until a sweep gets an answer.
        """
        order = await self._reserve(steps, draft)
        try:
            outcome = await self._take_payment(order, draft.token)
            settled = await self._settle(order, outcome)
        except Exception as silence:
            self._undecided.add(order.id)
            if not isinstance(silence, TimeoutError | GatewayError | OctavoError):
                raise
            raise PaymentUndecided(order_id=order.id) from silence
        refused = refusal_of(settled)
        if refused is not None:
            steps.note_refusal()
            raise refused
        return settled.shown()

    async def _reserve(self, steps: Steps, draft: Draft) -> OrderRow:
        """Open the call with its order. If that may have happened unseen, the sweep finishes it."""
        tried: list[int] = []
        try:
            return await steps.open(reserve(draft, tried.append))
        except StorageUnavailable:
            self._undecided.update(tried)
            raise

    async def _take_payment(self, order: OrderRow, token: str) -> Outcome:
        """Take the payment; its outcome. After a time-out, look the payment up."""
        if not order.total_cents:
            return FREE
        attempt, amount = order.attempt, order.total_cents
        try:
            async with asyncio.timeout(self._payment_timeout_s):
                return await self._gateway.charge(attempt, amount, token)
        except TimeoutError:
            failure = Failure.TIMED_OUT
        except (GatewayError, StorageUnavailable):
            failure = Failure.GATEWAY_ERROR
        return await self._look_up(order, failure)

    async def _look_up(self, order: OrderRow, failure: Failure) -> Outcome:
        """The final outcome of an order's payment; `failure` says why nothing was charged."""
        if not order.total_cents:
            return FREE
        async with asyncio.timeout(self._payment_timeout_s):
            outcome = await self._gateway.look_up(order.attempt)
        return NotCharged(failure) if isinstance(outcome, NotCharged) else outcome

    async def _settle(self, order: OrderRow, outcome: Outcome) -> OrderRow:
        deadline = deadline_in(SETTLE_DEADLINE_S)
        return await self._core.submit(settle(order, outcome), deadline=deadline)

    def nudge(self) -> None:
        """Sweep at once: a payback has become due."""
        self._woken.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Finish what dead processes left, then sweep every second during the block.

        At the end of the block, finish all changes under way.
        """
        await self.heartbeat.beat()
        beating = asyncio.create_task(self.heartbeat.keep_beating())
        await self._recover()
        sweeping = asyncio.create_task(self._keep_sweeping())
        try:
            yield
        finally:
            sweeping.cancel()
            # The changes of a cancelled sweep are finished like all others.
            await asyncio.gather(sweeping, return_exceptions=True)
            await self._core.finish()
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await self.heartbeat.stop()

    async def _recover(self) -> None:
        """Sweep until only orders of live processes are pending, of those that are pending now."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + RECOVERY_S
        left = {"status": OrderStatus.PENDING, "placed_at": {"$lte": self._database.clock()}}
        while loop.time() < deadline:
            await self._sweep_safely()
            if await self._database.find_one(ORDERS, left) is None:
                return
            await asyncio.sleep(SWEEP_S / 4)

    async def _keep_sweeping(self) -> None:
        while True:
            self._woken.clear()
            await self._sweep_safely()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), SWEEP_S)

    async def _sweep_safely(self) -> None:
        try:
            await self.sweep()
        except StorageUnavailable:
            log.warning("the database cannot be reached; orders are settled when it can")
        except Exception:
            log.exception("a sweep failed; the next one tries again")

    async def sweep(self) -> None:
        """Settle the orders that no live process works on, and pay the paybacks that are due."""
        work: list[Coroutine[Any, Any, None]] = []
        work += [self._finish(order) for order in await self._abandoned()]
        work += [self._pay_back(payback) for payback in await self._due_paybacks()]
        # A failure must not leave the others half done.
        for failure in await asyncio.gather(*work, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _abandoned(self) -> list[OrderRow]:
        """Take over the pending orders that this process or a dead one has left."""
        pending = {"status": OrderStatus.PENDING}
        alive = [self.worker, *await self.heartbeat.others_alive()]
        left = {**pending, "worker": {"$nin": alive}}
        found = await self._database.rows(ORDERS, left, limit=SWEEP_SIZE_MAX)
        asked = list(self._undecided)
        mine: Filter = {**pending, "_id": {"$in": asked}, "worker": self.worker}
        undecided = await self._database.rows(ORDERS, mine) if asked else []
        # More may become undecided meanwhile. An order whose takeover got no answer, or whose
        # settlement failed, is still this process's.
        self._undecided.difference_update(asked)
        self._undecided.update(order.id for order in [*undecided, *found])
        take = {"$set": {"worker": self.worker}}
        guards = [{**pending, "_id": order.id, "worker": order.worker} for order in found]
        claimed = await self._claim(ORDERS, guards, take)
        return undecided + [ORDERS.row_of(document) for document in claimed]

    async def _due_paybacks(self) -> list[PaybackRow]:
        """Take over the paybacks that are owed and that no process has taken over lately."""
        now = self._database.clock()
        due = {"status": PaybackRow.OWED, "due_at": {"$lte": now}}
        found = await self._database.rows(PAYBACKS, due, limit=SWEEP_SIZE_MAX)
        take = {"$set": {"due_at": now + PAYBACK_LEASE}}
        guards = [{**due, "_id": payback.id} for payback in found]
        claimed = await self._claim(PAYBACKS, guards, take)
        return [PAYBACKS.row_of(document) for document in claimed]

    async def _claim(
        self, collection: AnyCollection, guards: list[Document], take: Filter
    ) -> list[Document]:
        """The documents that no other process has taken over first."""
        update = self._database.guarded_update
        claimed = await asyncio.gather(*(update(collection, guard, take) for guard in guards))
        return [document for document in claimed if document is not None]

    async def _finish(self, order: OrderRow) -> None:
        """Settle an order that was left pending."""
        try:
            outcome = await self._look_up(order, Failure.INTERRUPTED)
            settled = await self._settle(order, outcome)
        except (TimeoutError, GatewayError, OctavoError) as failure:
            self._undecided.add(order.id)
            log.warning("an order stays pending", order_id=order.id, reason=str(failure))
            return
        log.info("an order was recovered", order_id=order.id, status=settled.status)

    async def _pay_back(self, payback: PaybackRow) -> None:
        deadline = deadline_in(SETTLE_DEADLINE_S)
        try:
            async with asyncio.timeout(self._payment_timeout_s):
                await self._gateway.refund(payback.id, payback.attempt, payback.amount_cents)
            paid = mark_paid(payback.id, payback.order_id)
            await self._core.submit(paid, deadline=deadline)
        except (TimeoutError, GatewayError, OctavoError) as failure:
            reason = str(failure)
            log.warning("a refund is still owed", order_id=payback.order_id, reason=reason)
