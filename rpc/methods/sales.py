"""sales.*: selling over the counter, refunds, and what it comes to."""

from typing import Annotated, Any

from pydantic import Field

from domain.books import BookId
from domain.errors import NotFound
from domain.keys import Role
from domain.sales import (
    AveragePages,
    NewSale,
    OutOfStock,
    Refund,
    RefundExceedsSale,
    Sale,
    SaleId,
    SalePage,
    SalesTotals,
)
from domain.time_ranges import UTC_NAME, From, TimeZoneName, To, time_range
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit, Quantity
from repository import sales
from rpc.method_registry import CallContext, ChangeContext, method
from rpc.methods.books import book_lane


def refund_lane(_: dict[str, Any]) -> str:
    """Where refunds join: which book's stock a sale came from is not known before it is read."""
    return "refunds"


@method(
    "sales.create",
    role=Role.CLERK,
    changes=True,
    lane=book_lane,
    errors=(NotFound, OutOfStock),
    example={"book_id": 1, "quantity": 1},
)
async def create(context: ChangeContext, book_id: BookId, quantity: Quantity = 1) -> NewSale:
    """Sell copies of a book at its present price; all of them or none."""
    return await sales.create(context.transaction, book_id, quantity)


@method(
    "sales.refund",
    role=Role.CLERK,
    changes=True,
    lane=refund_lane,
    errors=(NotFound, RefundExceedsSale),
    example={"sale_id": 1},
)
async def refund(
    context: ChangeContext,
    sale_id: SaleId,
    quantity: Annotated[Quantity, Field(description="Copies; all that are left if left out.")]
    | None = None,
    restock: Annotated[bool, Field(description="Whether the copies go back into stock.")] = True,  # noqa: FBT002 - by name on the wire
) -> Refund:
    """Take copies of a sale back at the price they were sold for, never more than were sold.

    If the sale belongs to an order, its money goes back by the payment gateway.
    """
    context.transaction.after_commit(context.services.settlement.nudge)
    return await sales.refund(context.transaction, sale_id, quantity, restock=restock)


@method("sales.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: SaleId) -> Sale:
    """Get one sale."""
    return await sales.get_sale(context.database, id_)


@method("sales.list", role=Role.READER, example={"book_id": 1})
async def list_(
    context: CallContext,
    book_id: BookId | None = None,
    from_: From | None = None,
    to: To | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
    time_zone: TimeZoneName = UTC_NAME,
) -> SalePage:
    """List sales by id, a page at a time."""
    period = time_range(from_, to, time_zone)
    return await sales.list_page(
        context.database, book_id=book_id, period=period, limit=limit, cursor=cursor
    )


@method(
    "sales.totals",
    role=Role.READER,
    example={"from": "2026-01-01", "to": "2026-12-31", "time_zone": "Europe/Paris"},
)
async def totals(
    context: CallContext,
    from_: From | None = None,
    to: To | None = None,
    time_zone: TimeZoneName = UTC_NAME,
) -> SalesTotals:
    """Add up the sales made and the refunds given in a period.

    A refund counts when it is given, whenever its sale was. Without anything, all are zeros.
    """
    return await sales.totals(context.database, time_range(from_, to, time_zone), time_zone)


@method("sales.average_pages", role=Role.READER, example={"from": "2026-01-01"})
async def average_pages(
    context: CallContext,
    from_: From | None = None,
    to: To | None = None,
    time_zone: TimeZoneName = UTC_NAME,
) -> AveragePages:
    """Average the pages of the copies sold in a period, without those refunded since.

    Weighted by copies; null when there are none.
    """
    return await sales.average_pages(context.database, time_range(from_, to, time_zone), time_zone)
