"""Users of the marketplace; each is an account."""

from collections.abc import Collection as Some
from typing import Final

import orjson

from domain.accounts import AccountRow, user_account
from domain.effects import Assign, Decision, Increase
from domain.errors import found
from domain.paging import Keyset, PageRequest, decode_cursor, page_of
from domain.time_ranges import TimeRange
from domain.users import (
    CashMovementRow,
    SpendingBounds,
    TopUser,
    TopUsers,
    User,
    UserCount,
    UserFilter,
    UserPage,
    move_cash,
    new_user,
    rename_user,
    shown_user,
)
from repository.accounts import ACCOUNTS, known_account
from repository.mongo.changes import Change, State, need
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database, Documents
from repository.mongo.paging import all_of, equal, within
from repository.mongo.rollup import Moment, Stored, report, stored_report
from repository.name_search import named_like
from repository.purchases import BOUGHT, ranked

CASH_MOVEMENTS: Final = Collection(
    "cash_movements",
    CashMovementRow,
    indexes=(Index("user", [("user_id", 1)], query={"user_id": 1}),),
)


async def list_page(database: Database, filters: UserFilter, page: PageRequest) -> UserPage:
    """The users that match, by id. Raises InvalidParams for a cursor of another list."""
    named = [] if filters.query is None else named_like(filters.query)
    listing = orjson.dumps(["users", named]).decode()
    after = decode_cursor(listing, page.cursor)
    beyond = [] if after is None else within("owner_id", gt=after.id)
    found = await database.rows(
        ACCOUNTS,
        all_of([*named, *equal(owner="user"), *beyond]),
        sort=[("owner_id", 1)],
        limit=page.limit + 1,
    )
    rows, cursor = page_of(
        listing, found, page.limit, lambda row: Keyset(row.owner_id, row.owner_id)
    )
    return UserPage(items=[shown_user(row) for row in rows], next_cursor=cursor)


def create(name: str, cents: int) -> Change[User]:
    """Add a user with their first cash."""
    return Change(lambda state: new_user(state.new_id(ACCOUNTS), name, cents))


def move(user_id: int, cents: int) -> Change[User]:
    """Let a user bring cash, or take it away if it is negative.

    Refused with NotFound or InsufficientFunds.
    """
    account_id = user_account(user_id)

    def decide(state: State) -> Decision[User]:
        account = known_account(state, "user", user_id)
        return move_cash(account, cents, state.new_id(CASH_MOVEMENTS), state.now)

    foreseen = Increase(AccountRow, account_id, {"cents": cents})
    return Change(decide, (need(ACCOUNTS, account_id, foreseen=foreseen),))


async def get(database: Database, user_id: int) -> User:
    """The user with that id. Raises NotFound."""
    account = await database.get(ACCOUNTS, user_account(user_id))
    return shown_user(found(account, "user", id=user_id))


def update(user_id: int, name: str) -> Change[User]:
    """Rename a user. Refused with NotFound."""
    account_id = user_account(user_id)

    def decide(state: State) -> Decision[User]:
        return rename_user(known_account(state, "user", user_id), name)

    foreseen = Assign(AccountRow, account_id, {"name": name})
    return Change(decide, (need(ACCOUNTS, account_id, foreseen=foreseen),), is_certain=True)


async def top(database: Database, period: TimeRange, limit: int, time_zone: str) -> TopUsers:
    """Users by what they spent in a period; ties by name, then id."""
    rows = await ranked(database, "user", period, by="value", limit=limit)
    items = [
        TopUser(id=row.id, name=row.name, amount=row.value, purchases=row.count) for row in rows
    ]
    return TopUsers(items=items, time_zone=time_zone)


async def count(
    database: Database, period: TimeRange, bounds: SpendingBounds, time_zone: str
) -> UserCount:
    """How many users spent within the bounds in a period.

    Users who bought nothing in it have spent 0, and count if the bounds say so.
    """

    async def spent(moment: Moment) -> Some[int]:
        return (await moment.sums_by(BOUGHT, "user_id", period))["value"].values()

    async def all_users(stored: Stored) -> int:
        active = await spent(stored)
        idle = await _number_of_users(stored.documents) - len(active)
        return idle + sum(map(bounds.hold, active))

    if bounds.count_the_idle:
        users = await stored_report(database, all_users)
    else:
        users = sum(map(bounds.hold, await report(database, BOUGHT, spent)))
    return UserCount(count=users, time_zone=time_zone)


async def _number_of_users(snapshot: Documents) -> int:
    rows = await snapshot.aggregate(ACCOUNTS, [{"$match": {"owner": "user"}}, {"$count": "users"}])
    return int(rows[0]["users"]) if rows else 0
