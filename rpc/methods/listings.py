"""listings.*: what the marketplace's stores offer."""

from domain.errors import NotFound
from domain.keys import Role
from domain.listings import (
    Listing,
    ListingFilter,
    ListingId,
    ListingName,
    ListingPage,
    SortListingsBy,
    WordsOfName,
)
from domain.money import Price
from domain.paging import Order, PageRequest
from domain.stores import StoreId
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit, changed_fields
from repository import listings, shelves
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method
from rpc.methods.books import MaxPrice, MinPrice


@method(
    "listings.list",
    role=Role.PUBLIC,
    kept=True,
    example={"min_price": 10.5, "max_price": 11, "sort": "price", "limit": 2},
)
async def list_(
    context: CallContext,
    store_id: StoreId | None = None,
    name: WordsOfName | None = None,
    min_price: MinPrice | None = None,
    max_price: MaxPrice | None = None,
    sort: SortListingsBy = "id",
    order: Order = "asc",
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> ListingPage | bytes:
    """List the listings that match all filters, a page at a time. Both prices are included.

    Names sort by their words; case, accents and punctuation do not matter.
    """
    filters = ListingFilter(store_id, min_price, max_price, name)
    page = PageRequest(limit, cursor, descending=order == "desc")
    names = context.services.stores
    return await listings.list_page(context.database, names, filters, sort, page)


@method("listings.get", role=Role.READER, errors=(NotFound,), example={"id": 2})
async def get(context: CallContext, id_: ListingId) -> Listing:
    """Get one listing."""
    return await listings.get(context.database, context.services.stores, id_)


@method(
    "listings.create",
    role=Role.CLERK,
    errors=(NotFound,),
    example={"store_id": 1, "name": "Ruby in a Day", "price": 12.5},
)
def create(_: ChangeContext, store_id: StoreId, name: ListingName, price: Price) -> Change[Listing]:
    """List a book in a store."""
    return shelves.create(store_id, name, price)


@method("listings.remove", role=Role.CLERK, errors=(NotFound,), example={"id": 106})
def remove(_: ChangeContext, id_: ListingId) -> Change[Listing]:
    """Take a listing off its store, and return it as it was. Past purchases do not change."""
    return shelves.remove(id_)


@method(
    "listings.update",
    role=Role.CLERK,
    errors=(NotFound,),
    example={"id": 2, "price": 10.99},
)
def update(
    context: ChangeContext,
    id_: ListingId,
    name: ListingName | None = None,
    price: Price | None = None,
) -> Change[Listing]:
    """Change a listing's name or price. Past purchases do not change."""
    changes = changed_fields(name=name, price_cents=price)
    return listings.update(context.services.stores, id_, changes)
