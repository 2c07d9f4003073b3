"""Selling copies and taking them back."""

from datetime import datetime
from typing import Annotated, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import Details, OctavoError
from domain.examples import with_example
from domain.money import Money
from domain.paging import Page
from domain.values import Id

SaleId = Annotated[Id, Field(description="The sale's id.", examples=[1])]


class OutOfStock(OctavoError):
    """Fewer copies are on hand than were asked for; nothing was sold."""

    type = "out_of_stock"
    example: ClassVar[Details] = {"book_id": 1, "requested": 3, "available": 1}

    @classmethod
    def of(cls, *, book_id: int, requested: int, available: int) -> "OutOfStock":
        """The refusal of `requested` copies where `available` are on hand."""
        return cls(
            f"Book {book_id} has {available} copies on hand, {requested} were asked for.",
            book_id=book_id,
            requested=requested,
            available=available,
        )


class RefundExceedsSale(OctavoError):
    """More copies were to be refunded than are left of the sale; nothing was refunded."""

    type = "refund_exceeds_sale"
    example: ClassVar[Details] = {"sale_id": 1, "requested": 2, "refundable": 1}

    @classmethod
    def of(cls, *, sale_id: int, requested: int, refundable: int) -> "RefundExceedsSale":
        """The refusal of `requested` copies where `refundable` are left."""
        return cls(
            f"Sale {sale_id} has {refundable} copies left to refund, {requested} were asked for.",
            sale_id=sale_id,
            requested=requested,
            refundable=refundable,
        )


EXAMPLE: Final = {
    "id": 1,
    "book_id": 1,
    "quantity": 1,
    "unit_price": 18.89,
    "total": 18.89,
    "sold_at": "2026-11-23T09:30:00Z",
    "refunded_quantity": 0,
    "order_id": None,
}


class Sale(BaseModel):
    """Copies of one book sold at one price."""

    model_config = with_example(**EXAMPLE)

    id: int
    book_id: int
    quantity: int
    unit_price: Money
    total: Money
    sold_at: datetime
    refunded_quantity: int = Field(description="Copies of this sale refunded so far.")
    order_id: int | None = Field(description="The order that the sale belongs to, if it does.")


class NewSale(Sale):
    """A sale as answered to the one who made it."""

    model_config = with_example(**EXAMPLE, stock_left=0)

    stock_left: int = Field(description="Copies on hand right after this sale.")


class SalePage(Page[Sale]):
    """One page of sales, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


class Refund(BaseModel):
    """Copies of one sale taken back at the price they were sold for."""

    model_config = with_example(
        id=1,
        sale_id=1,
        book_id=1,
        quantity=1,
        amount=18.89,
        restocked=True,
        refunded_at="2026-11-23T10:00:00Z",
        refundable_quantity=0,
        stock=1,
    )

    id: int
    sale_id: int
    book_id: int
    quantity: int
    amount: Money
    restocked: bool = Field(description="Whether the copies went back into stock.")
    refunded_at: datetime
    refundable_quantity: int = Field(description="Copies of the sale that are left to refund.")
    stock: int = Field(description="Copies on hand after the refund.")


PERIOD_EXAMPLE: Final = {"from": "2026-01-01T00:00:00Z", "to": None, "time_zone": "UTC"}


class _Period(BaseModel):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)

    from_: datetime | None = Field(alias="from", description="Start (included), null if open.")
    to: datetime | None = Field(description="End (excluded), null if open.")
    time_zone: str


class SalesTotals(_Period):
    """Money and copies of a period: sales by the day they were made, refunds by theirs."""

    model_config = with_example(
        **PERIOD_EXAMPLE,
        gross=47.21,
        refunded=14.16,
        net=33.05,
        copies_sold=3,
        copies_refunded=1,
        sales_count=3,
    )

    gross: Money
    refunded: Money
    net: Money
    copies_sold: int
    copies_refunded: int
    sales_count: int


class AveragePages(_Period):
    """Average pages of the copies that were sold in a period and not returned since."""

    model_config = with_example(**PERIOD_EXAMPLE, average_pages=768.0, copies=2)

    average_pages: float | None = Field(description="Weighted by copies; null when there are none.")
    copies: int
