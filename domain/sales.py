"""Selling copies and taking them back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from domain.books import BookRow
from domain.effects import Add, Decision, Effect, Increase, increase
from domain.errors import BookPriceChanged, OutOfStock, RefundExceedsSale
from domain.examples import with_example
from domain.money import Amount, Money, amount_schema, number_from_cents
from domain.paging import Page
from domain.time_ranges import EVER, OfPeriod, TimeRange
from domain.values import Id

SaleId = Annotated[Id, Field(description="The sale's id.", examples=[1])]
ExpectedPrice = Annotated[Amount, amount_schema("The most that a copy was to cost.", 18.89)]


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
    """A sale as its maker sees it."""

    model_config = with_example(**EXAMPLE, stock_left=0)

    stock_left: int = Field(description="Copies on hand right after this sale.")


class SalePage(Page[Sale]):
    """One page of sales, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None, time_zone="UTC")

    time_zone: str


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


class TotalSales(OfPeriod):
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


class AveragePages(OfPeriod):
    """Average pages of the copies that were sold in a period and not returned since."""

    model_config = with_example(**PERIOD_EXAMPLE, average_pages=768.0, copies=2)

    average_pages: float | None = Field(
        description="Pages of a copy, on average over the copies; null when there are none."
    )
    copies: int


@dataclass(frozen=True, slots=True)
class SaleRow:
    """What is stored of a sale: price and pages of that time, whatever the book has later.

    `refundable` counts the copies that were not refunded.
    """

    id: int
    book_id: int
    quantity: int
    unit_price_cents: int
    total_cents: int
    pages: int
    refundable: int
    sold_at: datetime
    order_id: int | None = None

    def fields(self) -> dict[str, Any]:
        """The sale's fields as callers name them."""
        return {
            "id": self.id,
            "book_id": self.book_id,
            "quantity": self.quantity,
            "unit_price": self.unit_price_cents,
            "total": self.total_cents,
            "sold_at": self.sold_at,
            "refunded_quantity": self.quantity - self.refundable,
            "order_id": self.order_id,
        }

    def shown(self) -> Sale:
        """The sale as callers see it."""
        return Sale(**self.fields())


@dataclass(frozen=True, slots=True)
class RefundRow:
    """What is stored of a refund, with the pages and the time of its sale; never changed."""

    id: int
    sale_id: int
    book_id: int
    quantity: int
    amount_cents: int
    pages: int
    restocked: bool
    refunded_at: datetime
    sold_at: datetime
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class SaleFilter:
    """Filters of a list of sales."""

    book_id: int | None = None
    period: TimeRange = EVER


def sell(
    book: BookRow, quantity: int, expected_cents: int | None, sale_id: int, now: datetime
) -> Decision[NewSale]:
    """Sell copies at the present price, all or none.

    Raises BookArchived, BookPriceChanged if the price rose above the expected one, or OutOfStock.
    """
    book.require_listed()
    if expected_cents is not None and book.price_cents > expected_cents:
        raise BookPriceChanged(
            book_id=book.id,
            expected=number_from_cents(expected_cents),
            actual=number_from_cents(book.price_cents),
        )
    if book.stock < quantity:
        raise OutOfStock(book_id=book.id, requested=quantity, available=book.stock)
    sale = sale_of(sale_id, book, quantity, now)
    result = NewSale(**sale.fields(), stock_left=book.stock - quantity)
    return Decision(result, (increase(book, stock=-quantity), Add(sale)))


def sale_of(
    sale_id: int, book: BookRow, quantity: int, now: datetime, order_id: int | None = None
) -> SaleRow:
    """The row of a sale at the book's price."""
    return SaleRow(
        id=sale_id,
        book_id=book.id,
        quantity=quantity,
        unit_price_cents=book.price_cents,
        total_cents=book.price_cents * quantity,
        pages=book.pages,
        refundable=quantity,
        sold_at=now,
        order_id=order_id,
    )


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Take copies of a sale back: the refund's row, and all effects except those on money."""

    refund: RefundRow
    effects: tuple[Effect, ...]


def take_back(
    sale: SaleRow, copies: int, refund_id: int, now: datetime, *, restock: bool
) -> TakenBack:
    """Take copies of a sale back at the price they were sold for. Raises RefundExceedsSale."""
    if sale.refundable < copies:
        raise RefundExceedsSale(sale_id=sale.id, requested=copies, refundable=sale.refundable)
    refund = RefundRow(
        id=refund_id,
        sale_id=sale.id,
        book_id=sale.book_id,
        quantity=copies,
        amount_cents=sale.unit_price_cents * copies,
        pages=sale.pages,
        restocked=restock,
        refunded_at=now,
        sold_at=sale.sold_at,
        order_id=sale.order_id,
    )
    restocked = (Increase(BookRow, sale.book_id, {"stock": copies}),) if restock else ()
    return TakenBack(refund, (increase(sale, refundable=-copies), *restocked, Add(refund)))


def refund_sale(
    sale: SaleRow,
    book: BookRow,
    quantity: int | None,
    refund_id: int,
    now: datetime,
    *,
    restock: bool,
) -> tuple[Refund, TakenBack]:
    """Refund copies of a sale: all that are left unless `quantity` says how many.

    Raises RefundExceedsSale.
    """
    copies = quantity or max(sale.refundable, 1)
    taken = take_back(sale, copies, refund_id, now, restock=restock)
    result = Refund(
        id=refund_id,
        sale_id=sale.id,
        book_id=sale.book_id,
        quantity=copies,
        amount=taken.refund.amount_cents,
        restocked=restock,
        refunded_at=now,
        refundable_quantity=sale.refundable - copies,
        stock=book.stock + (copies if restock else 0),
    )
    return result, taken
