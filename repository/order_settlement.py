"""Settling: from a pending order to its end, and from a refund that is owed to one that is paid.

Whatever a process leaves undone, another one does: a sweep looks for what is due, takes it over by
its lease and asks the gateway what became of it. The lease only saves needless work. What makes it
safe are the gateway's promises (an attempt that was looked up is decided for good, a refund is paid
once for its key) and the order's status, which leaves `pending` once.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from domain.errors import OctavoError, StorageUnavailable
from domain.orders import Order, OrderStatus
from domain.payments import (
    Failure,
    GatewayError,
    NotCharged,
    Outcome,
    PaymentGateway,
    PaymentUndecided,
)
from repository import paybacks
from repository.group_commit import GroupCommit
from repository.mongo_connection import Database, Document, Filter, present
from repository.orders import LEASE, ORDER_LANE, Draft, as_order, refusal_of, reserve, settle
from repository.paybacks import ORDERS, OWED, PAYBACKS
from repository.steps import Steps

SWEEP_S: Final = 1.0
SWEEP_SIZE_MAX: Final = 200
RENEW_S: Final = 1.0
SETTLE_DEADLINE_S: Final = 10.0
"""For the transaction after a payment, which has to happen: more than the caller's own deadline."""
RECOVERY_MARGIN: Final = timedelta(seconds=1)

log = structlog.get_logger("octavo.settlement")


class OrderSettlement:
    """Takes payments, pays refunds back, and finishes what was left undone.

    `payment_timeout_s` is how long the gateway may take for one answer.
    """

    def __init__(
        self,
        database: Database,
        changes: GroupCommit,
        gateway: PaymentGateway,
        payment_timeout_s: float,
    ) -> None:
        self._database = database
        self._changes = changes
        self._gateway = gateway
        self._payment_timeout_s = payment_timeout_s
        self._woken = asyncio.Event()

    async def place(self, steps: Steps, draft: Draft) -> Order:
        """Reserve, take the payment, and settle.

        Raises what `reserve` does, a payment's refusal, and PaymentUndecided when the gateway gives
        no answer at all: then the order stays pending until the sweep gets one.
        """
        order = await steps.open(partial(reserve, draft=draft), lane=ORDER_LANE)
        outcome = await self._take_payment(order, draft.token)
        try:
            settled = await self._settle(order["_id"], outcome)
        except OctavoError as refusal:
            raise PaymentUndecided.of(order_id=order["_id"]) from refusal
        refused = refusal_of(settled)
        if refused is not None:
            raise refused
        return as_order(settled)

    async def _take_payment(self, order: Document, token: str) -> Outcome:
        """What came of the payment; a time-out is looked up before anything is concluded."""
        attempt, amount = order["attempt"], order["total_cents"]
        try:
            async with self._leased(order["_id"]), asyncio.timeout(self._payment_timeout_s):
                return await self._gateway.charge(attempt, amount, token)
        except TimeoutError:
            failure = Failure.TIMED_OUT
        except (GatewayError, StorageUnavailable):
            failure = Failure.GATEWAY_ERROR
        try:
            return await self._look_up(order, failure)
        except (TimeoutError, GatewayError, StorageUnavailable) as silence:
            raise PaymentUndecided.of(order_id=order["_id"]) from silence

    async def _look_up(self, order: Document, failure: Failure) -> Outcome:
        """What became of an order's payment, for good; `failure` is why, if nothing did."""
        async with asyncio.timeout(self._payment_timeout_s):
            outcome = await self._gateway.look_up(order["attempt"])
        return NotCharged(failure) if isinstance(outcome, NotCharged) else outcome

    async def _settle(self, order_id: int, outcome: Outcome) -> Document:
        work = partial(settle, order_id=order_id, outcome=outcome)
        deadline = asyncio.get_running_loop().time() + SETTLE_DEADLINE_S
        return await self._changes.run(work, deadline=deadline, lane=ORDER_LANE)

    @contextlib.asynccontextmanager
    async def _leased(self, order_id: int) -> AsyncIterator[None]:
        """Keep the sweep's hands off an order while its payment takes its time."""
        renewal = asyncio.create_task(self._renew(order_id))
        try:
            yield
        finally:
            renewal.cancel()

    async def _renew(self, order_id: int) -> None:
        with contextlib.suppress(StorageUnavailable):
            while True:
                await asyncio.sleep(RENEW_S)
                guard = {"_id": order_id, "status": OrderStatus.PENDING}
                await self._database.guarded_update(
                    ORDERS, guard, {"$set": {"due_at": present() + LEASE}}
                )

    def nudge(self) -> None:
        """Sweep at once: something has become due."""
        self._woken.set()

    async def recover(self) -> None:
        """Finish what stands undone now: what a process left behind that is no more.

        Orders on which another process still works renew their lease and are left to it.
        """
        deadline = present() + LEASE + RECOVERY_MARGIN
        left = {"status": OrderStatus.PENDING, "placed_at": {"$lte": present()}}
        while present() < deadline:
            await self._sweep_safely()
            if await self._database.find_one(ORDERS, left) is None:
                return
            await asyncio.sleep(SWEEP_S / 4)

    async def keep_sweeping(self) -> None:
        """Sweep every second and whenever nudged, until cancelled."""
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
        """Settle the pending orders and pay the paybacks that are due."""
        orders = await self._due(ORDERS, OrderStatus.PENDING)
        owed = await self._due(PAYBACKS, OWED)
        work: list[Coroutine[Any, Any, None]] = [self._finish(order) for order in orders]
        work += [self._pay_back(payback) for payback in owed]
        await asyncio.gather(*work)

    async def _due(self, collection: str, status: str) -> list[Document]:
        """What is due, leased to this process from now on."""
        query: Filter = {"status": status, "due_at": {"$lte": present()}}
        found = await self._database.find(collection, query, limit=SWEEP_SIZE_MAX)
        lease = {"$set": {"due_at": present() + LEASE}}
        claims = (
            self._database.guarded_update(collection, {**query, "_id": row["_id"]}, lease)
            for row in found
        )
        return [row for row in await asyncio.gather(*claims) if row is not None]

    async def _finish(self, order: Document) -> None:
        """Bring an order that was left pending to its end."""
        try:
            outcome = await self._look_up(order, Failure.INTERRUPTED)
            settled = await self._settle(order["_id"], outcome)
        except (TimeoutError, GatewayError, OctavoError) as failure:
            log.warning("an order stays pending", order_id=order["_id"], reason=str(failure))
            return
        log.info("an order was recovered", order_id=order["_id"], status=settled["status"])

    async def _pay_back(self, payback: Document) -> None:
        key, attempt = payback["_id"], payback["attempt"]
        deadline = asyncio.get_running_loop().time() + SETTLE_DEADLINE_S
        try:
            async with asyncio.timeout(self._payment_timeout_s):
                await self._gateway.refund(key, attempt, payback["amount_cents"])
            work = partial(paybacks.mark_paid, payback_id=key)
            await self._changes.run(work, deadline=deadline, lane=ORDER_LANE)
        except (TimeoutError, GatewayError, OctavoError) as failure:
            reason = str(failure)
            log.warning("a refund is still owed", order_id=payback["order_id"], reason=reason)
