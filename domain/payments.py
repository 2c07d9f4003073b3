"""Payments: what a payment gateway must promise, and the outcomes of a charge.

Every charge is made under an attempt id, every refund under its own key. A repetition under the
same id does nothing and returns the first answer, whoever asks and however late. So one process can
finish a payment that another began.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class GatewayError(Exception):
    """The gateway failed or did not answer: nobody knows whether it did what was asked."""


@dataclass(frozen=True, slots=True)
class Approved:
    """The money was taken, under the gateway's own id (a UUID; None if nothing was to pay)."""

    transaction_id: str | None


@dataclass(frozen=True, slots=True)
class Declined:
    """The charge was declined; that is final."""

    decline_code: str


class Failure(StrEnum):
    """Why a payment was given up without a decline."""

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
        """Take an amount, once for each attempt; a closed attempt gives NotCharged."""

    async def look_up(self, attempt: str) -> Outcome:
        """The final outcome of an attempt.

        The question closes an attempt that the gateway does not know: a charge that arrives under
        it later is not made. So stock may be released on this answer, but never on a time-out.
        """

    async def refund(self, key: str, attempt: str, amount_cents: int) -> None:
        """Give back a part of an attempt's charge, once for each key."""
