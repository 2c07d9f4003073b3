"""Settling: from a pending order to its end, and from a refund that is owed to one that is paid.

What a dead process leaves undone, another one does: a sweep takes its orders over and asks the
gateway what became of them. That a process is dead may be an error; what makes it safe are the
gateway's promises (an attempt that was looked up is decided for good, a refund is paid once for its
key) and the order's status, which leaves `pending` once.
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
    Approved,
    Failure,
    GatewayError,
    NotCharged,
    Outcome,
    PaymentGateway,
    PaymentUndecided,
)
from repository import paybacks
from repository.group_commit import GroupCommit
from repository.heartbeats import TAKEN_FOR_DEAD_AFTER, Heartbeat
from repository.instants import now
from repository.mongo_connection import Database, Document, Filter
from repository.orders import (
    ORDER_LANE,
    PAID_LANE,
    Draft,
    as_order,
    refusal_of,
    reserve,
    settle,
)
from repository.paybacks import ORDERS, OWED, PAYBACKS
from repository.steps import Steps
from repository.transactions import Transaction

SWEEP_S: Final = 1.0
SWEEP_SIZE_MAX: Final = 200
SETTLE_DEADLINE_S: Final = 10.0
"""For the transaction after a payment, which has to happen: more than the caller's own deadline."""
RECOVERY_TIME: Final = TAKEN_FOR_DEAD_AFTER + timedelta(seconds=1)
PAYBACK_LEASE: Final = timedelta(seconds=3)
"""How long a payback is left to the process that has taken it on."""

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
        self._heartbeat = Heartbeat(database)
        self._undecided: set[int] = set()

    @property
    def worker(self) -> str:
        """The id under which this process works on orders."""
        return self._heartbeat.id

    async def place(self, steps: Steps, draft: Draft) -> Order:
        """Reserve, take the payment, and settle.

        Raises what `reserve` does, a payment's refusal, and PaymentUndecided when the gateway gives
        no answer at all: then the order stays pending until the sweep gets one.
        """
        order = await self._reserve(steps, draft)
        try:
            outcome = await self._take_payment(order, draft.token)
            settled = await self._settle(order["_id"], outcome)
        except Exception as silence:
            self._undecided.add(order["_id"])
            if not isinstance(silence, TimeoutError | GatewayError | OctavoError):
                raise
            raise PaymentUndecided.of(order_id=order["_id"]) from silence
        refused = refusal_of(settled)
        if refused is not None:
            raise refused
        return as_order(settled)

    async def _reserve(self, steps: Steps, draft: Draft) -> Document:
        """Open the call with its order. If that may have happened unseen, the sweep sees to it."""
        tried: list[int] = []

        async def work(transaction: Transaction) -> Document:
            order = await reserve(transaction, draft=draft)
            tried.append(order["_id"])
            return order

        try:
            return await steps.open(work, lane=ORDER_LANE)
        except StorageUnavailable:
            self._undecided.update(tried)
            raise

    async def _take_payment(self, order: Document, token: str) -> Outcome:
        """What came of the payment; a time-out is looked up before anything is concluded."""
        attempt, amount = order["attempt"], order["total_cents"]
        try:
            async with asyncio.timeout(self._payment_timeout_s):
                return await self._gateway.charge(attempt, amount, token)
        except TimeoutError:
            failure = Failure.TIMED_OUT
        except (GatewayError, StorageUnavailable):
            failure = Failure.GATEWAY_ERROR
        return await self._look_up(order, failure)

    async def _look_up(self, order: Document, failure: Failure) -> Outcome:
        """What became of an order's payment, for good; `failure` is why, if nothing did."""
        async with asyncio.timeout(self._payment_timeout_s):
            outcome = await self._gateway.look_up(order["attempt"])
        return NotCharged(failure) if isinstance(outcome, NotCharged) else outcome

    async def _settle(self, order_id: int, outcome: Outcome) -> Document:
        work = partial(settle, order_id=order_id, outcome=outcome)
        deadline = asyncio.get_running_loop().time() + SETTLE_DEADLINE_S
        lane = PAID_LANE if isinstance(outcome, Approved) else ORDER_LANE
        return await self._changes.run(work, deadline=deadline, lane=lane)

    def nudge(self) -> None:
        """Sweep at once: something has become due."""
        self._woken.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Finish what dead processes left, then sweep every second while the block lasts.

        After the block all changes under way are finished, so that nothing is left undone.
        """
        await self._heartbeat.beat()
        beating = asyncio.create_task(self._heartbeat.keep_beating())
        await self._recover()
        sweeping = asyncio.create_task(self._keep_sweeping())
        try:
            yield
        finally:
            sweeping.cancel()
            # A sweep that was cut has left its changes behind, which are finished like all others.
            await asyncio.gather(sweeping, return_exceptions=True)
            await self._changes.finish()
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await self._heartbeat.stop()

    async def _recover(self) -> None:
        """Sweep until nothing is left of what is pending now, or only what live processes do."""
        deadline = now() + RECOVERY_TIME
        left = {"status": OrderStatus.PENDING, "placed_at": {"$lte": now()}}
        while now() < deadline:
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
        """Settle the orders that nobody works on, and pay the paybacks that are due."""
        work: list[Coroutine[Any, Any, None]] = []
        work += [self._finish(order) for order in await self._abandoned()]
        work += [self._pay_back(payback) for payback in await self._due_paybacks()]
        # One that fails is no reason to leave the others half done.
        for failure in await asyncio.gather(*work, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _abandoned(self) -> list[Document]:
        """Pending orders that were left by this process or by a dead one, and are its own now."""
        pending = {"status": OrderStatus.PENDING}
        alive = [self.worker, *await self._heartbeat.others_alive()]
        left = {**pending, "worker": {"$nin": alive}}
        found = await self._database.find(ORDERS, left, limit=SWEEP_SIZE_MAX)
        mine: Filter = {**pending, "_id": {"$in": list(self._undecided)}, "worker": self.worker}
        undecided = await self._database.find(ORDERS, mine) if self._undecided else []
        # Whose taking is not answered, or whose end fails, is this process's all the same.
        self._undecided = {order["_id"] for order in [*undecided, *found]}
        take = {"$set": {"worker": self.worker}}
        guards = [{**pending, "_id": row["_id"], "worker": row["worker"]} for row in found]
        return undecided + await self._claim(ORDERS, guards, take)

    async def _due_paybacks(self) -> list[Document]:
        """Paybacks that are owed and that no process has taken on lately; now this one has."""
        due = {"status": OWED, "due_at": {"$lte": now()}}
        found = await self._database.find(PAYBACKS, due, limit=SWEEP_SIZE_MAX)
        take = {"$set": {"due_at": now() + PAYBACK_LEASE}}
        return await self._claim(PAYBACKS, [{**due, "_id": row["_id"]} for row in found], take)

    async def _claim(self, collection: str, guards: list[Document], take: Filter) -> list[Document]:
        """Those of the documents that no other process was quicker to take."""
        update = self._database.guarded_update
        claimed = await asyncio.gather(*(update(collection, guard, take) for guard in guards))
        return [row for row in claimed if row is not None]

    async def _finish(self, order: Document) -> None:
        """Bring an order that was left pending to its end."""
        try:
            outcome = await self._look_up(order, Failure.INTERRUPTED)
            settled = await self._settle(order["_id"], outcome)
        except (TimeoutError, GatewayError, OctavoError) as failure:
            self._undecided.add(order["_id"])
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
            await self._changes.run(work, deadline=deadline, lane=PAID_LANE)
        except (TimeoutError, GatewayError, OctavoError) as failure:
            reason = str(failure)
            log.warning("a refund is still owed", order_id=payback["order_id"], reason=reason)
