"""The audit's report: counters compared with the rows that explain them."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from domain.examples import with_example

DIFFERENCES_MAX: Final = 200

Scope = Literal["bookshop", "library", "marketplace"]
ScopeName = Annotated[Scope, Field(description="Which part to audit; all of it if left out.")]

DIFFERENCE_EXAMPLE: Final = {
    "scope": "bookshop",
    "kind": "stock",
    "collection": "books",
    "id": 7,
    "expected": 3,
    "actual": 2,
}


class Difference(BaseModel):
    """A counter that differs from the sum of its rows."""

    model_config = with_example(**DIFFERENCE_EXAMPLE)

    scope: Scope
    kind: str = Field(
        description=(
            "Which counter: stock of a book, author_books, refundable copies of a sale; of an order"
            " in cents the order_charge, order_refund or order_payback, and its order_copies that"
            " were refunded; total copies of a book for"
            " loan, those available, on_loan, held or waiting for, its events in the log;"
            " open_loans of a member, and fines in cents; cash of an account in cents;"
            " listings_count of a store; circulation_log for all else that the library's log says;"
            " rollup_sold, rollup_refunded, rollup_returned, rollup_bought and rollup_paid_back for"
            " the pages that reports read, which `python -m data.rollup` makes anew."
        )
    )
    collection: str = Field(description="Where the counter is stored.")
    id: int | str = Field(
        description=(
            "Whose counter: the id of the book, author, sale, order, member, event or page;"
            " user:0, store:1."
        )
    )
    field: str | None = Field(None, description="What differs, for a circulation_log and a rollup.")
    expected: int | str | None = Field(description="What the rows add up to.")
    actual: int | str | None = Field(
        description="The counter; null if there are rows but no counter."
    )


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
