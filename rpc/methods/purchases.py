"""purchases.*: buy in the marketplace, and see what was bought."""

from domain.errors import AlreadyRefunded, InsufficientFunds, NotFound, PriceChanged
from domain.keys import Role
from domain.listings import ListingId
from domain.paging import PageRequest
from domain.purchases import (
    ExpectedPrice,
    NewPurchase,
    Purchase,
    PurchaseFilter,
    PurchaseId,
    PurchasePage,
    PurchaseRefund,
    PurchaseTotals,
)
from domain.stores import StoreId
from domain.time_ranges import UTC_NAME, From, TimeZoneName, To, time_range
from domain.users import UserId
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import purchases
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method


@method(
    "purchases.create",
    role=Role.CLERK,
    errors=(NotFound, InsufficientFunds, PriceChanged),
    example={
        "user_id": 0,
        "listing_id": 2,
        "expected_price": 10.99,
        "idempotency_key": "2f1c6a52-till-3-0042",
    },
)
def create(
    _: ChangeContext,
    user_id: UserId,
    listing_id: ListingId,
    expected_price: ExpectedPrice | None = None,
) -> Change[NewPurchase]:
    """Buy a listing at its present price: the user pays the store, all at once or not at all.

    With `expected_price`, a price that rose above it is refused; one that fell is paid.
    """
    return purchases.create(user_id, listing_id, expected_price)


@method("purchases.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: PurchaseId) -> Purchase:
    """Get one purchase."""
    return await purchases.get(context.database, id_)


@method(
    "purchases.refund",
    role=Role.CLERK,
    errors=(NotFound, AlreadyRefunded, InsufficientFunds),
    example={"id": 1},
)
def refund(_: ChangeContext, id_: PurchaseId) -> Change[PurchaseRefund]:
    """Pay the price of a purchase back from the store to the user, once.

    The purchase stays in the history, with `refunded_at`.
    """
    return purchases.refund(id_)


@method("purchases.list", role=Role.READER, kept=True, example={"user_id": 0, "limit": 2})
async def list_(
    context: CallContext,
    user_id: UserId | None = None,
    store_id: StoreId | None = None,
    from_: From | None = None,
    to: To | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
    time_zone: TimeZoneName = UTC_NAME,
) -> PurchasePage:
    """List purchases by id, a page at a time."""
    filters = PurchaseFilter(user_id, store_id, time_range(from_, to, time_zone))
    page = PageRequest(limit, cursor)
    return await purchases.list_page(context.database, filters, page, time_zone)


@method(
    "purchases.totals",
    role=Role.READER,
    kept=True,
    example={"from": "2020-02-01", "to": "2020-02-29"},
)
async def totals(
    context: CallContext,
    from_: From | None = None,
    to: To | None = None,
    time_zone: TimeZoneName = UTC_NAME,
) -> PurchaseTotals:
    """Count the purchases of a period and add them up, and what was paid back in it.

    A refund counts in the period in which it is paid. Without purchases and refunds, all are zeros.
    """
    return await purchases.totals(context.database, time_range(from_, to, time_zone), time_zone)
