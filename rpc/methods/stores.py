"""stores.*: the marketplace's stores and their opening hours."""

from typing import Annotated

from pydantic import Field

from domain.errors import InvalidParams, NotFound
from domain.keys import Role
from domain.opening_hours import Hours
from domain.paging import Order, PageRequest
from domain.stores import (
    BooksCount,
    HoursPerDay,
    HoursPerWeek,
    OpenAt,
    OpenOn,
    PopularBy,
    PopularStores,
    SortStoresBy,
    Store,
    StoreFilter,
    StoreId,
    StoreName,
    StorePage,
)
from domain.time_ranges import UTC_NAME, From, TimeZoneName, To, time_range
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import stores
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method
from rpc.methods.books import Words


@method(
    "stores.list",
    role=Role.PUBLIC,
    example={"open_on": {"day": "tue", "time": "11:00"}, "books": {"more_than": 10}},
)
async def list_(
    context: CallContext,
    open_at: OpenAt | None = None,
    open_on: Annotated[OpenOn, Field(description="Open on that day at that local time.")]
    | None = None,
    hours_per_week: Annotated[HoursPerWeek, Field(description="Hours open in a week.")]
    | None = None,
    hours_per_day: Annotated[HoursPerDay, Field(description="Hours open on a day.")] | None = None,
    books: Annotated[BooksCount, Field(description="Number of listings, in a price range or all.")]
    | None = None,
    name: Words | None = None,
    sort: SortStoresBy = "id",
    order: Order = "asc",
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> StorePage | bytes:
    """List the stores that match all filters, a page at a time.

    A store is open from the minute it opens until right before the one it closes. Hours past
    midnight count for the day on which the span opens. All `more_than` and `less_than` are strict.
    Names sort by their words; case, accents and punctuation do not matter.
    """
    filters = StoreFilter(open_at, open_on, hours_per_week, hours_per_day, books, name)
    page = PageRequest(limit, cursor, descending=order == "desc")
    with_cash = context.caller.role is not Role.PUBLIC
    return await stores.list_page(context.services.stores, filters, sort, page, with_cash=with_cash)


@method("stores.get", role=Role.PUBLIC, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: StoreId) -> Store | bytes:
    """Get one store."""
    with_cash = context.caller.role is not Role.PUBLIC
    mirrors = context.services.stores
    return await stores.get_json(context.database, mirrors, id_, with_cash=with_cash)


@method(
    "stores.update",
    role=Role.CLERK,
    errors=(NotFound,),
    example={"id": 1, "hours": "Mon - Fri 9 am - 5 pm / Sat 10:30 am - 1 am"},
)
def update(
    context: ChangeContext, id_: StoreId, name: StoreName | None = None, hours: Hours | None = None
) -> Change[Store]:
    """Change a store's name or opening hours; all hours are replaced.

    Listings and search show a new name at once. Past purchases have the old one.
    """
    if name is None and hours is None:
        raise InvalidParams.parameter("name", "give at least one field to change")
    return stores.update(context.database, id_, name=name, hours=hours)


@method(
    "stores.popular", role=Role.READER, example={"by": "value", "from": "2020-01-01", "limit": 3}
)
async def popular(
    context: CallContext,
    by: Annotated[
        PopularBy, Field(description="Number of purchases, or what they came to.")
    ] = "count",
    from_: From | None = None,
    to: To | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    time_zone: TimeZoneName = UTC_NAME,
) -> PopularStores:
    """Rank stores by what was bought there in a period; ties by name, then id."""
    period = time_range(from_, to, time_zone)
    return await stores.popular(context.database, period, by=by, limit=limit, time_zone=time_zone)
