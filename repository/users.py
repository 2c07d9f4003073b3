"""Users of the marketplace; their cash is in `wallets`."""

from domain.errors import found
from domain.time_ranges import TimeRange
from domain.users import TopUser, TopUsers, User, UsersCount
from domain.words import sort_key
from repository.marketplace import PURCHASES, USERS
from repository.mongo_connection import Database, Document, Documents
from repository.pages import Pipeline
from repository.purchases import ranked, within
from repository.transactions import Transaction
from repository.wallets import cash_of, user_wallet


def user_document(user_id: int, *, name: str) -> Document:
    """A new user as it is kept."""
    return {"_id": user_id, "name": name, "name_key": sort_key(name)}


async def _with_cash(documents: Documents, document: Document) -> User:
    wallet = user_wallet(document["_id"])
    cash = await cash_of(documents, [wallet])
    return User(id=document["_id"], name=document["name"], cash=cash[wallet])


async def get(database: Database, user_id: int) -> User:
    """The user with that id. Raises NotFound."""
    document = found(await database.get(USERS, user_id), "user", id=user_id)
    return await _with_cash(database, document)


async def update(transaction: Transaction, user_id: int, *, name: str) -> User:
    """Rename a user. Raises NotFound."""
    user = found(await transaction.hold(USERS, user_id), "user", id=user_id)
    transaction.change(USERS, user, assign={"name": name, "name_key": sort_key(name)})
    return await _with_cash(transaction, user)


def spending_pipeline(period: TimeRange) -> Pipeline:
    """One row a user who bought something in a period: what it came to, and in how many."""
    amounts = {"amount": {"$sum": "$amount_cents"}, "purchases": {"$sum": 1}}
    return [*within(period), {"$group": {"_id": "$user_id", **amounts}}]


async def top(documents: Documents, period: TimeRange, limit: int, time_zone: str) -> TopUsers:
    """Users by what they spent in a period; ties by name, then id."""
    rows = await ranked(documents, spending_pipeline(period), by="amount", names=USERS, limit=limit)
    items = [
        TopUser(id=row["_id"], name=row["name"], amount=row["amount"], purchases=row["purchases"])
        for row in rows
    ]
    return TopUsers(items=items, time_zone=time_zone)


async def count(
    documents: Documents,
    *,
    period: TimeRange,
    time_zone: str,
    more_than_cents: int | None,
    less_than_cents: int | None,
    include_idle: bool,
) -> UsersCount:
    """How many users spent more or less than an amount in a period, both strict.

    Users who bought nothing then count only if `include_idle` says so, as having spent 0.
    """
    given = {"$gt": more_than_cents, "$lt": less_than_cents}
    bounds = {name: cents for name, cents in given.items() if cents is not None}
    pipeline = [*spending_pipeline(period), {"$match": {"amount": bounds}}, {"$count": "users"}]
    rows = await documents.aggregate(PURCHASES, pipeline)
    users = rows[0]["users"] if rows else 0
    if include_idle and more_than_cents is None and less_than_cents != 0:
        users += await _idle(documents, period)
    return UsersCount(count=users, time_zone=time_zone)


async def _idle(documents: Documents, period: TimeRange) -> int:
    everybody = await documents.aggregate(USERS, [{"$count": "users"}])
    buyers = await documents.aggregate(PURCHASES, [*spending_pipeline(period), {"$count": "users"}])
    counts = [int(rows[0]["users"]) if rows else 0 for rows in (everybody, buyers)]
    return counts[0] - counts[1]
