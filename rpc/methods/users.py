"""users.*: the users of the marketplace and what they spent."""

from typing import Annotated

from pydantic import Field

from domain.errors import InsufficientFunds, InvalidParams, NotFound
from domain.keys import Role
from domain.money import Amount, MovedAmount, amount_schema
from domain.paging import PageRequest
from domain.time_ranges import UTC_NAME, From, TimeZoneName, To, time_range
from domain.users import (
    SpendingBounds,
    TopUsers,
    User,
    UserCount,
    UserFilter,
    UserId,
    UserName,
    UserPage,
    UserQuery,
)
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import users
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method

IncludeIdle = Annotated[
    bool,
    Field(description="Whether users who bought nothing in the period count, as having spent 0."),
]


Cash = Annotated[Amount, amount_schema("The cash that the user begins with.", 100)]


@method("users.create", role=Role.CLERK, example={"name": "Ada Lovelace", "cash": 100})
def create(_: ChangeContext, name: UserName, cash: Cash = 0) -> Change[User]:
    """Add a user."""
    return users.create(name, cash)


@method("users.deposit", role=Role.CLERK, errors=(NotFound,), example={"id": 0, "amount": 50})
def deposit(_: ChangeContext, id_: UserId, amount: MovedAmount) -> Change[User]:
    """Add cash that a user brings to their balance."""
    return users.move(id_, amount)


@method(
    "users.withdraw",
    role=Role.CLERK,
    errors=(NotFound, InsufficientFunds),
    example={"id": 0, "amount": 50},
)
def withdraw(_: ChangeContext, id_: UserId, amount: MovedAmount) -> Change[User]:
    """Take cash that a user fetches off their balance."""
    return users.move(id_, -amount)


@method("users.get", role=Role.READER, errors=(NotFound,), example={"id": 0})
async def get(context: CallContext, id_: UserId) -> User:
    """Get one user."""
    return await users.get(context.database, id_)


@method("users.list", role=Role.READER, kept=True, example={"query": "edith"})
async def list_(
    context: CallContext,
    query: UserQuery | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> UserPage:
    """List users by id, a page at a time: all, or those whose names have the words."""
    return await users.list_page(context.database, UserFilter(query), PageRequest(limit, cursor))


@method(
    "users.update",
    role=Role.CLERK,
    errors=(NotFound,),
    example={"id": 0, "name": "Edith Jones"},
)
def update(_: ChangeContext, id_: UserId, name: UserName) -> Change[User]:
    """Rename a user."""
    return users.update(id_, name)


@method(
    "users.top",
    role=Role.READER,
    kept=True,
    example={"from": "2020-01-01", "to": "2020-12-31", "limit": 3},
)
async def top(
    context: CallContext,
    from_: From | None = None,
    to: To | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    time_zone: TimeZoneName = UTC_NAME,
) -> TopUsers:
    """Rank users by what they spent in a period; ties by name, then id."""
    period = time_range(from_, to, time_zone)
    return await users.top(context.database, period, limit, time_zone)


@method("users.count", role=Role.READER, kept=True, example={"more_than": 50, "from": "2020-01-01"})
async def count(
    context: CallContext,
    more_than: Annotated[Amount, amount_schema("Spent more than this in all.", 50)] | None = None,
    less_than: Annotated[Amount, amount_schema("Spent less than this in all.", 50)] | None = None,
    from_: From | None = None,
    to: To | None = None,
    include_idle: IncludeIdle = False,  # noqa: FBT002 - by name on the wire
    time_zone: TimeZoneName = UTC_NAME,
) -> UserCount:
    """Count the users who spent more or less than an amount in a period, both strict."""
    if more_than is None and less_than is None:
        raise InvalidParams.parameter("more_than", "give more_than, less_than or both")
    bounds = SpendingBounds(more_than, less_than, include_idle)
    period = time_range(from_, to, time_zone)
    return await users.count(context.database, period, bounds, time_zone)
