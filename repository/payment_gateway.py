"""The payment gateways, by name. A real one is added here, and nowhere else.

The simulated gateway has durable records of its own, as a real one would: `gateway_charges` has one
row per attempt, `gateway_refunds` one per refund. Only this file uses them, and exports, so that
a copy of the data can pay back what was charged before.
"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from pymongo.errors import PyMongoError

from domain.effects import Add, Decision, increase
from domain.errors import OctavoError
from domain.payments import (
    Approved,
    Declined,
    GatewayError,
    NotCharged,
    Outcome,
    PaymentGateway,
)
from repository.mongo.changes import Change, State, need, need_new
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database
from repository.mongo.core import Core, deadline_in

SLOW_S: Final = 2.0
DEADLINE_S: Final = 5.0

TOKEN_OK: Final = "tok_ok"  # noqa: S105 - a name that everybody knows
TOKEN_ERROR: Final = "tok_error"  # noqa: S105 - as above
TOKEN_SLOW: Final = "tok_slow"  # noqa: S105 - as above
DECLINE_CODES: Final = {
    "tok_declined": "card_declined",
    "tok_insufficient_funds": "insufficient_funds",
}
UNKNOWN_TOKEN: Final = "unknown_token"  # noqa: S105 - a decline code
CLOSED: Final = "closed"


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """What the gateway stores of an attempt: its first outcome."""

    id: str
    status: str
    at: datetime
    amount_cents: int = 0
    transaction_id: str | None = None
    decline_code: str | None = None
    refunded_cents: int = 0


@dataclass(frozen=True, slots=True)
class GatewayRefundRow:
    """What the gateway stores of a refund; its id is the key of the request."""

    id: str
    attempt: str
    amount_cents: int
    at: datetime


GATEWAY_CHARGES: Final = Collection("gateway_charges", ChargeRow)
GATEWAY_REFUNDS: Final = Collection(
    "gateway_refunds",
    GatewayRefundRow,
    indexes=(Index("attempt", [("attempt", 1)], query={"attempt": "0f"}),),
)


class SimulatedGateway:
    """Approves, declines, fails or delays as the token says."""

    def __init__(self, database: Database, core: Core) -> None:
        self._database = database
        self._core = core

    async def charge(self, attempt: str, amount_cents: int, token: str) -> Outcome:
        """Take an amount; see PaymentGateway."""
        if token == TOKEN_ERROR:
            raise GatewayError("the simulated gateway failed, as tok_error asks")
        if token == TOKEN_SLOW:
            await asyncio.sleep(SLOW_S)
        if token in {TOKEN_OK, TOKEN_SLOW}:
            row = self._row(attempt, "approved", amount_cents, transaction_id=str(uuid.uuid4()))
        else:
            code = DECLINE_CODES.get(token, UNKNOWN_TOKEN)
            row = self._row(attempt, "declined", amount_cents, decline_code=code)
        return _outcome(await self._first(row))

    async def look_up(self, attempt: str) -> Outcome:
        """The final outcome of an attempt; see PaymentGateway."""
        return _outcome(await self._first(self._row(attempt, CLOSED)))

    def _row(
        self,
        attempt: str,
        status: str,
        amount_cents: int = 0,
        *,
        transaction_id: str | None = None,
        decline_code: str | None = None,
    ) -> ChargeRow:
        now = self._database.clock()
        return ChargeRow(attempt, status, now, amount_cents, transaction_id, decline_code)

    async def _first(self, row: ChargeRow) -> ChargeRow:
        """The stored row of an attempt: the first one."""
        return await self._submit(_note_first(row))

    async def refund(self, key: str, attempt: str, amount_cents: int) -> None:
        """Give back a part of a charge, once for each key; see PaymentGateway."""
        await self._submit(_refund(key, attempt, amount_cents))

    async def _submit(self, change: Change[Result]) -> Result:
        try:
            return await self._core.submit(change, deadline=deadline_in(DEADLINE_S))
        except (OctavoError, PyMongoError) as failure:
            raise GatewayError(str(failure)) from failure


def _note_first(row: ChargeRow) -> Change[ChargeRow]:
    """Store the first outcome of an attempt, which decides it for good."""

    def decide(state: State) -> Decision[ChargeRow]:
        first = state.get(GATEWAY_CHARGES, row.id)
        return Decision(row, (Add(row),)) if first is None else Decision(first)

    return Change(decide, (need_new(GATEWAY_CHARGES, row.id),), is_certain=True)


def _refund(key: str, attempt: str, amount_cents: int) -> Change[None]:
    def decide(state: State) -> Decision[None]:
        if state.get(GATEWAY_REFUNDS, key) is not None:
            return Decision(None)
        charge = state.get(GATEWAY_CHARGES, attempt)
        if charge is None or charge.status != "approved":
            raise GatewayError("nothing was charged under that attempt")
        if charge.refunded_cents + amount_cents > charge.amount_cents:
            raise GatewayError("more was to be refunded than was charged")
        refund = GatewayRefundRow(key, attempt, amount_cents, state.now)
        return Decision(None, (increase(charge, refunded_cents=amount_cents), Add(refund)))

    return Change(decide, (need(GATEWAY_CHARGES, attempt), need(GATEWAY_REFUNDS, key)))


def _outcome(row: ChargeRow) -> Outcome:
    match row.status:
        case "approved":
            return Approved(row.transaction_id or "")
        case "declined":
            return Declined(row.decline_code or UNKNOWN_TOKEN)
        case _:
            return NotCharged()


Maker = Callable[[Database, Core], PaymentGateway]
GATEWAYS: Final[dict[str, Maker]] = {"simulated": SimulatedGateway}
