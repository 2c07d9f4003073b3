"""Rows that reports add up: sales, their refunds, and purchases."""

from datetime import datetime

from domain.purchases import PurchaseRefundRow, PurchaseRow
from domain.sales import RefundRow, SaleRow


def a_sale(number: int, at: datetime, copies: int = 1, cents: int = 100) -> SaleRow:
    """A sale of a book whose pages depend on the number."""
    return SaleRow(
        id=number,
        book_id=number % 3,
        quantity=copies,
        unit_price_cents=cents,
        total_cents=cents * copies,
        pages=100 + number % 7,
        refundable=copies,
        sold_at=at,
    )


def a_refund(number: int, sale: SaleRow, at: datetime, copies: int) -> RefundRow:
    """A refund of some copies."""
    return RefundRow(
        id=number,
        sale_id=sale.id,
        book_id=sale.book_id,
        quantity=copies,
        amount_cents=sale.unit_price_cents * copies,
        pages=sale.pages,
        restocked=False,
        refunded_at=at,
        sold_at=sale.sold_at,
    )


def a_purchase(number: int, at: datetime, user: int, store: int, cents: int = 100) -> PurchaseRow:
    """A purchase."""
    return PurchaseRow(
        id=number,
        user_id=user,
        store_id=store,
        listing_id=None,
        book_name="A book",
        store_name="A store",
        amount_cents=cents,
        purchased_at=at,
    )


def a_payback(purchase: PurchaseRow, at: datetime) -> PurchaseRefundRow:
    """The refund of a purchase."""
    return PurchaseRefundRow(
        id=purchase.id,
        user_id=purchase.user_id,
        store_id=purchase.store_id,
        amount_cents=purchase.amount_cents,
        refunded_at=at,
    )
