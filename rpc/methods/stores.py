"""stores.*: the marketplace's stores and their opening hours."""

from typing import Annotated

from pydantic import Field

from domain.errors import Conflict, InvalidParams, NotFound
from domain.keys import Role
from domain.money import Amount, amount_schema
from domain.opening_hours import Hours
from domain.paging import Order, PageRequest
from domain.special_days import HoursOfDay, SpecialDate
from domain.store_rules import hours_of
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
    StoreTimeZone,
)
from domain.time_ranges import UTC_NAME, From, TimeZoneName, To, time_range
from domain.values import ADDED_LATER, PAGE_SIZE_DEFAULT, CursorText, PageLimit, changed_fields
from repository import stores
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method
from rpc.methods.books import Words


@method(
    "stores.list",
    role=Role.PUBLIC,
    kept=True,
    example={"open_at": "2099-11-24T11:00", "books": {"more_than": 10}, "limit": 2},
    more_examples=(
        {
            "open_at": "2099-11-23T15:00",
            "open_on": {"day": "tue", "time": "11:00"},
            "hours_per_week": {"less_than": 60},
            "limit": 1,
        },
    ),
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
    Names sort by their words; case, accents and punctuation do not matter. `is_open`, `closes_at`
    and `opens_at` of each store are for `open_at`, else for now, by the store's own clock.
    """
    filters = StoreFilter(open_at, open_on, hours_per_week, hours_per_day, books, name)
    page = PageRequest(limit, cursor, descending=order == "desc")
    with_cash = context.caller.role is not Role.PUBLIC
    mirrors = context.services.stores
    return await stores.list_page(
        context.database, mirrors, filters, sort, page, with_cash=with_cash
    )


@method(
    "stores.get",
    role=Role.PUBLIC,
    errors=(NotFound,),
    example={"id": 1, "open_at": "2099-11-23T15:00"},
)
async def get(context: CallContext, id_: StoreId, open_at: OpenAt | None = None) -> Store | bytes:
    """Get one store; `is_open`, `closes_at` and `opens_at` are for `open_at`, else for now."""
    with_cash = context.caller.role is not Role.PUBLIC
    return await stores.get_json(
        context.database, context.services.stores, id_, open_at=open_at, with_cash=with_cash
    )


@method(
    "stores.create",
    role=Role.CLERK,
    example={"name": "Station Books", "hours": "24/7", "cash": 250},
)
def create(
    _: ChangeContext,
    name: StoreName,
    hours: Hours,
    time_zone: StoreTimeZone = UTC_NAME,
    cash: Annotated[Amount, amount_schema("Its first cash.", 250)] = 0,
) -> Change[Store]:
    """Open a store. `notes` in the answer say what of the text of its hours was left out."""
    return stores.create(name=name, week=hours, time_zone=time_zone, cash_cents=cash)


@method(
    "stores.update",
    role=Role.CLERK,
    errors=(NotFound,),
    example={"id": 11, "name": "Station Bookshop", "time_zone": "Europe/Paris"},
)
def update(
    _: ChangeContext,
    id_: StoreId,
    name: StoreName | None = None,
    hours: Hours | None = None,
    time_zone: Annotated[StoreTimeZone | None, ADDED_LATER] = None,
) -> Change[Store]:
    """Change a store's name, opening hours or time zone; all hours are replaced.

    Listings and search show a new name at once. Past purchases have the old one.
    """
    changes = changed_fields(name=name, hours=hours, time_zone=time_zone)
    if hours is not None:
        changes |= hours_of(changes.pop("hours"))
    return stores.update(id_, changes)


@method(
    "stores.set_special_day",
    role=Role.CLERK,
    errors=(NotFound, Conflict),
    example={"id": 11, "date": "2099-12-24", "hours": "09:00-13:00"},
    more_examples=({"id": 11, "date": "2099-12-25", "closed": True},),
)
def set_special_day(
    _: ChangeContext,
    id_: StoreId,
    date: SpecialDate,
    hours: HoursOfDay | None = None,
    closed: Annotated[bool, Field(description="Not open on that day at all.")] = False,  # noqa: FBT002 - by name on the wire
) -> Change[Store]:
    """Give a day hours of its own, in place of those of the week that open on it.

    The night before goes on into a special day as it would into any other. Give hours, or
    `closed`; they replace what was set for that day.
    """
    if closed == (hours is not None):
        raise InvalidParams.parameter("hours", "give either hours or closed=true")
    return stores.set_special_day(id_, date, hours or [])


@method(
    "stores.remove_special_day",
    role=Role.CLERK,
    errors=(NotFound,),
    example={"id": 11, "date": "2099-12-24"},
)
def remove_special_day(_: ChangeContext, id_: StoreId, date: SpecialDate) -> Change[Store]:
    """Let the hours of a day be those of the week again."""
    return stores.remove_special_day(id_, date)


@method(
    "stores.popular",
    role=Role.READER,
    kept=True,
    example={"by": "value", "from": "2020-01-01", "limit": 3},
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
