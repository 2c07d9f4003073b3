"""Fines for late and lost loans, and what members have paid of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from domain.effects import Add, Decision, increase
from domain.errors import FinesExceeded
from domain.examples import with_example
from domain.members import MemberRow
from domain.money import Amount, Money, amount_schema, number_from_cents
from domain.paging import Page

FineKind = Literal["overdue", "lost", "payment"]

FinePayment = Annotated[
    Amount,
    Field(gt=0),
    amount_schema("What the member pays, at most two decimals, more than 0.", 1.5),
]


@dataclass(frozen=True, slots=True)
class FineRow:
    """One row that explains what a member owes, never changed.

    A fine has the id of the event that ended its loan. A payment has no loan, and a negative
    amount.
    """

    id: int
    member_id: int
    kind: FineKind
    at: datetime
    amount_cents: int
    loan_id: int | None = None
    book_id: int | None = None

    def shown(self, title: str | None) -> "Fine":
        """The row as callers see it."""
        return Fine(
            id=self.id,
            kind=self.kind,
            loan_id=self.loan_id,
            book_id=self.book_id,
            title=title,
            amount=self.amount_cents,
            at=self.at,
        )


_FINE: Final = {
    "id": 41,
    "kind": "overdue",
    "loan_id": 7,
    "book_id": 1,
    "title": "Foundation",
    "amount": 1.5,
    "at": "2026-12-10T09:00:00Z",
}
_PAYMENT: Final = {
    "id": 42,
    "kind": "payment",
    "loan_id": None,
    "book_id": None,
    "title": None,
    "amount": -1.5,
    "at": "2026-12-10T09:01:00Z",
}


class Fine(BaseModel):
    """A fine, or a payment."""

    model_config = with_example(**_FINE)

    id: int
    kind: FineKind = Field(
        description="`overdue` for a late return, `lost` for a late loan whose copy was lost."
    )
    loan_id: int | None = Field(description="The loan of a fine; null for a payment.")
    book_id: int | None
    title: str | None
    amount: Money = Field(description="What the balance grows by; negative for a payment.")
    at: datetime


class Fines(Page[Fine]):
    """What a member owes, and the rows that it is the sum of, the oldest first."""

    model_config = with_example(balance=0.0, items=[_FINE, _PAYMENT], next_cursor=None)

    balance: Money = Field(description="What the member owes now.")


def pay_fine(
    member: MemberRow, amount_cents: int, payment_id: int, now: datetime
) -> Decision[FineRow]:
    """Take a payment of a member. Raises FinesExceeded for more than the member owes."""
    if amount_cents > member.fines_cents:
        raise FinesExceeded(
            member_id=member.id,
            amount=number_from_cents(amount_cents),
            balance=number_from_cents(member.fines_cents),
        )
    payment = FineRow(payment_id, member.id, "payment", now, -amount_cents)
    return Decision(payment, (Add(payment), increase(member, fines_cents=-amount_cents)))
