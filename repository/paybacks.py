"""What orders owe back to their customers: written with the refund, paid by the gateway after it.

A refund is decided in one transaction and its money follows, at least once asked for and once paid,
because each payback's id is the gateway's key for it.
"""

import uuid
from typing import Final

from domain.errors import found
from repository.instants import now
from repository.mongo_connection import Document
from repository.transactions import Transaction

ORDERS: Final = "orders"
PAYBACKS: Final = "paybacks"
OWED: Final = "owed"
PAID: Final = "paid"


async def hold_order(transaction: Transaction, order_id: int) -> Document:
    """The order as the transaction sees it. Raises NotFound."""
    return found(await transaction.hold(ORDERS, order_id), "order", id=order_id)


async def owe(transaction: Transaction, order_id: int, amount_cents: int) -> None:
    """Owe an amount of an order's money back. Free copies owe nothing."""
    if not amount_cents:
        return
    order = await hold_order(transaction, order_id)
    transaction.change(ORDERS, order, add={"refunded_cents": amount_cents})
    moment = now()
    transaction.append(
        PAYBACKS,
        {
            "_id": uuid.uuid4().hex,
            "order_id": order_id,
            "attempt": order["attempt"],
            "amount_cents": amount_cents,
            "status": OWED,
            "due_at": moment,
            "owed_at": moment,
            "paid_at": None,
        },
    )


async def mark_paid(transaction: Transaction, payback_id: str) -> None:
    """Note that the gateway has paid; noting it again changes nothing."""
    payback = await transaction.hold(PAYBACKS, payback_id)
    if payback is None or payback["status"] == PAID:
        return
    order = await hold_order(transaction, payback["order_id"])
    transaction.change(PAYBACKS, payback, assign={"status": PAID, "paid_at": now()})
    transaction.change(ORDERS, order, add={"paid_back_cents": payback["amount_cents"]})
