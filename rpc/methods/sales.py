"""sales.*: sell over the counter, refund, and add up."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from domain.books import BookId
from domain.errors import (
    BookArchived,
    BookPriceChanged,
    NotFound,
    OutOfStock,
    RefundExceedsSale,
)
from domain.keys import Role
from domain.paging import PageRequest
from domain.sales import (
    AveragePages,
    ExpectedPrice,
    NewSale,
    Refund,
    Sale,
    SaleFilter,
    SaleId,
    SalePage,
    TotalSales,
)
from domain.time_ranges import UTC_NAME, From, TimeZoneName, To, time_range
from domain.values import ADDED_LATER, PAGE_SIZE_DEFAULT, CursorText, PageLimit, Quantity
from repository import sales
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method


@method(
    "sales.create",
    role=Role.CLERK,
    errors=(NotFound, BookArchived, BookPriceChanged, OutOfStock),
    example={"book_id": 1, "quantity": 1, "expected_price": 18.89},
)
def create(
    _: ChangeContext,
    book_id: BookId,
    quantity: Quantity = 1,
    expected_price: Annotated[ExpectedPrice | None, ADDED_LATER] = None,
) -> Change[NewSale]:
    """Sell copies of a book at its present price; all of them or none.

    With `expected_price`, a price that rose above it is refused; one that fell is taken.
    """
    return sales.create(book_id, quantity, expected_price)


@method(
    "sales.refund",
    role=Role.CLERK,
    errors=(NotFound, RefundExceedsSale),
    example={"sale_id": 1},
)
def refund(
    context: ChangeContext,
    sale_id: SaleId,
    quantity: Annotated[Quantity, Field(description="Copies; all that are left if left out.")]
    | None = None,
    restock: Annotated[bool, Field(description="Whether the copies go back into stock.")] = True,  # noqa: FBT002 - by name on the wire
) -> Change[Refund]:
    """Take copies of a sale back at the price they were sold for, never more than were sold.

    If the sale belongs to an order, the payment gateway pays the money back.
    """
    nudge = context.services.settlement.nudge
    return replace(sales.refund(sale_id, quantity, restock=restock), afterwards=nudge)


@method("sales.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: SaleId) -> Sale:
    """Get one sale."""
    return await sales.get(context.database, id_)


@method("sales.list", role=Role.READER, kept=True, example={"book_id": 1})
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
    filters = SaleFilter(book_id, time_range(from_, to, time_zone))
    page = PageRequest(limit, cursor)
    return await sales.list_page(context.database, filters, page, time_zone)


@method(
    "sales.totals",
    role=Role.READER,
    kept=True,
    example={"from": "2020-01-01", "to": "2099-12-31", "time_zone": "Europe/Paris"},
)
async def totals(
    context: CallContext,
    from_: From | None = None,
    to: To | None = None,
    time_zone: TimeZoneName = UTC_NAME,
) -> TotalSales:
    """Add up the sales made and the refunds given in a period.

    A refund counts in the period in which it is given, whenever its sale was made. Without sales
    and refunds, all are zeros.
    """
    return await sales.totals(context.database, time_range(from_, to, time_zone), time_zone)


@method("sales.average_pages", role=Role.READER, kept=True, example={"to": "2099-12-31"})
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
