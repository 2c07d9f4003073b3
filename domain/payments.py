"""Paying: what a payment gateway has to promise, and what can come of a charge.

Every charge is made under an attempt id, every refund under a key of its own. Doing either again
under the same id does nothing and gives the first answer, whoever asks and however late: that is
what lets a payment be finished by another process than the one that began it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from domain.errors import Details, OctavoError


class GatewayError(Exception):
    """The gateway failed or gave no answer: whether it did what was asked is not known."""


@dataclass(frozen=True, slots=True)
class Approved:
    """The money was taken, under the gateway's own id (a UUID)."""

    transaction_id: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The money was refused for good."""

    decline_code: str


class Failure(StrEnum):
    """Why a payment was given up although nobody declined it."""

    GATEWAY_ERROR = "gateway_error"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class NotCharged:
    """No money was taken, and none ever will be under this attempt."""

    failure: Failure = Failure.INTERRUPTED


Outcome = Approved | Declined | NotCharged


class PaymentGateway(Protocol):
    """Takes money and gives it back. Each of its methods may raise GatewayError."""

    async def charge(self, attempt: str, amount_cents: int, token: str) -> Outcome:
        """Take an amount, once for each attempt; an attempt that was closed gives NotCharged."""

    async def look_up(self, attempt: str) -> Outcome:
        """What became of an attempt, for good.

        One of which nothing is known is closed by the question: a charge that arrives under it
        later is not made. So stock may be released on this answer, but never on a time-out.
        """

    async def refund(self, key: str, attempt: str, amount_cents: int) -> None:
        """Give back a part of what was charged under an attempt, once for each key."""


class PaymentDeclined(OctavoError):
    """The payment was declined; nothing was charged and the copies are free again."""

    type = "payment_declined"
    example: ClassVar[Details] = {"decline_code": "card_declined", "order_id": 1}

    @classmethod
    def of(cls, *, order_id: int, decline_code: str) -> "PaymentDeclined":
        """The refusal of one order's payment."""
        message = f"The payment was declined: {decline_code}."
        return cls(message, decline_code=decline_code, order_id=order_id)


class PaymentFailed(OctavoError):
    """The payment gateway failed; nothing was charged and the copies are free again."""

    type = "payment_failed"
    retryable = True

    @classmethod
    def of(cls, *, order_id: int) -> "PaymentFailed":
        """The refusal of one order's payment."""
        return cls("The payment gateway failed; nothing was charged.", order_id=order_id)


class PaymentTimedOut(OctavoError):
    """The payment gateway took too long; nothing was charged and the copies are free again."""

    type = "payment_timed_out"
    retryable = True

    @classmethod
    def of(cls, *, order_id: int) -> "PaymentTimedOut":
        """The refusal of one order's payment."""
        return cls("The payment gateway took too long; nothing was charged.", order_id=order_id)


class PaymentUndecided(OctavoError):
    """What became of the payment is not known yet; the order stays pending until it is.

    It is settled within seconds of the gateway's return: ask orders.get, or repeat the request
    under its idempotency key. Without a key a repetition would order twice.
    """

    type = "payment_undecided"

    @classmethod
    def of(cls, *, order_id: int) -> "PaymentUndecided":
        """The refusal to tell how one order's payment ended."""
        message = f"The payment of order {order_id} is not decided yet; ask orders.get shortly."
        return cls(message, order_id=order_id)
