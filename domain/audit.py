"""The books are audited: each counter against the rows that explain it."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from domain.examples import with_example

DIFFERENCES_MAX: Final = 200

Scope = Literal["bookshop", "library", "marketplace"]
ScopeName = Annotated[Scope, Field(description="Which part to audit; all of it if left out.")]

DIFFERENCE_EXAMPLE: Final = {
    "scope": "bookshop",
    "kind": "stock",
    "id": 7,
    "expected": 3,
    "actual": 2,
}


class Difference(BaseModel):
    """A counter that is not what its rows add up to."""

    model_config = with_example(**DIFFERENCE_EXAMPLE)

    scope: Scope
    kind: str = Field(
        description=(
            "Which counter: stock of a book, refundable copies of a sale, or in cents the"
            " order_charge, order_refund or order_payback of an order; available copies of a book"
            " for loan, those on_loan, open_loans of a member; cash of a wallet in cents."
        )
    )
    id: int | str = Field(
        description="Whose counter: the id of the book, sale, order or member; user:0, store:1."
    )
    expected: int = Field(description="What the rows add up to.")
    actual: int | None = Field(description="The counter; null if rows tell of what is not there.")


class AuditReport(BaseModel):
    """What an audit found; `ok` when every counter is explained."""

    model_config = with_example(
        ok=True, checked={"stock": 50, "refundable": 3}, differences=[], truncated=False
    )

    ok: bool
    checked: dict[str, int] = Field(description="How many counters of each kind were checked.")
    differences: list[Difference] = Field(
        description=f"By kind, then id; at most {DIFFERENCES_MAX} of a kind."
    )
    truncated: bool = Field(description="Whether there are more differences than are listed.")
