"""listings.*: what the marketplace's stores offer."""

from domain.errors import InvalidParams, NotFound
from domain.keys import Role
from domain.listings import Listing, ListingId, ListingName, ListingPage, ListingSort
from domain.money import Price
from domain.paging import Order
from domain.stores import StoreId
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import listings
from rpc.method_registry import CallContext, ChangeContext, method
from rpc.methods.books import MaxPrice, MinPrice


@method(
    "listings.list",
    role=Role.READER,
    example={"min_price": 10.5, "max_price": 11, "sort": "price"},
)
async def list_(
    context: CallContext,
    store_id: StoreId | None = None,
    min_price: MinPrice | None = None,
    max_price: MaxPrice | None = None,
    sort: ListingSort = "id",
    order: Order = "asc",
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> ListingPage:
    """List the listings that match all filters, a page at a time. Both prices are included.

    Names sort by their words, whatever their case, accents and punctuation.
    """
    clauses = listings.list_clauses(
        store_id=store_id, min_price_cents=min_price, max_price_cents=max_price
    )
    return await listings.list_page(
        context.database, clauses=clauses, sort=sort, order=order, limit=limit, cursor=cursor
    )


@method("listings.get", role=Role.READER, errors=(NotFound,), example={"id": 2})
async def get(context: CallContext, id_: ListingId) -> Listing:
    """Get one listing."""
    return await listings.get(context.database, id_)


@method(
    "listings.update",
    role=Role.CLERK,
    changes=True,
    errors=(NotFound,),
    example={"id": 2, "price": 10.99},
)
async def update(
    context: ChangeContext,
    id_: ListingId,
    name: ListingName | None = None,
    price: Price | None = None,
) -> Listing:
    """Change a listing's name or price. Past purchases keep theirs."""
    if name is None and price is None:
        raise InvalidParams.parameter("name", "give at least one field to change")
    return await listings.update(context.transaction, id_, name=name, price_cents=price)
