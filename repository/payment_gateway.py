"""The payment gateways to choose from by name. A real one is added here, and nowhere else.

The simulated gateway keeps a durable record of its own, as a real one would: `gateway_charges` has
one row an attempt, `gateway_refunds` one a refund. Nothing but this file touches them.
"""

import asyncio
import uuid
from collections.abc import Callable
from functools import partial
from typing import Final

from pymongo.errors import DuplicateKeyError, PyMongoError

from domain.errors import OctavoError
from domain.payments import (
    Approved,
    Declined,
    GatewayError,
    NotCharged,
    Outcome,
    PaymentGateway,
)
from repository import transactions
from repository.instants import now
from repository.mongo_connection import Database, Document
from repository.transactions import Transaction

GATEWAY_CHARGES: Final = "gateway_charges"
GATEWAY_REFUNDS: Final = "gateway_refunds"
SLOW_S: Final = 2.0
REFUND_DEADLINE_S: Final = 5.0

TOKEN_OK: Final = "tok_ok"  # noqa: S105 - a name that everybody knows
TOKEN_ERROR: Final = "tok_error"  # noqa: S105 - as above
TOKEN_SLOW: Final = "tok_slow"  # noqa: S105 - as above
DECLINE_CODES: Final = {
    "tok_declined": "card_declined",
    "tok_insufficient_funds": "insufficient_funds",
}
UNKNOWN_TOKEN: Final = "unknown_token"  # noqa: S105 - a decline code
CLOSED: Final = "closed"


class SimulatedGateway:
    """Approves, declines, fails or dawdles as the token says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def charge(self, attempt: str, amount_cents: int, token: str) -> Outcome:
        """Take an amount; see PaymentGateway."""
        if token == TOKEN_ERROR:
            raise GatewayError("the simulated gateway failed, as tok_error asks")
        if token == TOKEN_SLOW:
            await asyncio.sleep(SLOW_S)
        if token in {TOKEN_OK, TOKEN_SLOW}:
            row = {"status": "approved", "transaction_id": str(uuid.uuid4()), "refunded_cents": 0}
        else:
            code = DECLINE_CODES.get(token, UNKNOWN_TOKEN)
            row = {"status": "declined", "decline_code": code}
        return _outcome(await self._first(attempt, row | {"amount_cents": amount_cents}))

    async def look_up(self, attempt: str) -> Outcome:
        """What became of an attempt, for good; see PaymentGateway."""
        return _outcome(await self._first(attempt, {"status": CLOSED}))

    async def _first(self, attempt: str, row: Document) -> Document:
        """The row kept of an attempt: whichever was the first."""
        document = {"_id": attempt, **row, "at": now()}
        try:
            await self._database.collection(GATEWAY_CHARGES).insert_one(document)
        except DuplicateKeyError:
            found = await self._database.find_one(GATEWAY_CHARGES, {"_id": attempt})
            if found is None:
                raise GatewayError("a row has vanished") from None
            return found
        except PyMongoError as failure:
            raise GatewayError(str(failure)) from failure
        return document

    async def refund(self, key: str, attempt: str, amount_cents: int) -> None:
        """Give back a part of a charge, once for each key; see PaymentGateway."""
        deadline = asyncio.get_running_loop().time() + REFUND_DEADLINE_S
        work = partial(_refund, key, attempt, amount_cents)
        try:
            await transactions.run(self._database, work, deadline=deadline)
        except (OctavoError, PyMongoError) as failure:
            raise GatewayError(str(failure)) from failure


async def _refund(key: str, attempt: str, amount_cents: int, transaction: Transaction) -> None:
    if await transaction.find_one(GATEWAY_REFUNDS, {"_id": key}) is not None:
        return
    charge = await transaction.hold(GATEWAY_CHARGES, attempt)
    if charge is None or charge["status"] != "approved":
        raise GatewayError("nothing was charged under that attempt")
    if charge["refunded_cents"] + amount_cents > charge["amount_cents"]:
        raise GatewayError("more was to be refunded than was charged")
    transaction.change(GATEWAY_CHARGES, charge, add={"refunded_cents": amount_cents})
    transaction.append(
        GATEWAY_REFUNDS,
        {"_id": key, "attempt": attempt, "amount_cents": amount_cents, "at": now()},
    )


def _outcome(row: Document) -> Outcome:
    match row["status"]:
        case "approved":
            return Approved(row["transaction_id"])
        case "declined":
            return Declined(row["decline_code"])
        case _:
            return NotCharged()


GATEWAYS: Final[dict[str, Callable[[Database], PaymentGateway]]] = {"simulated": SimulatedGateway}
