"""What an export holds: for each kind its rows, and with each row the rows that explain it."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

from domain.accounts import AccountRow, store_account, user_account
from domain.circulation import ClaimRow, Event
from domain.effects import Row
from domain.listings import ListingRow
from domain.orders import OrderRow
from domain.purchases import PurchaseRow
from domain.sales import SaleRow
from domain.stores import StoreRow
from repository.accounts import ACCOUNTS
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.circulation import CLAIMS, EVENTS, HOLDINGS
from repository.deliveries import DELIVERIES
from repository.fines import FINES
from repository.listings import LISTINGS
from repository.members import MEMBERS
from repository.mongo.collections import Collection
from repository.mongo.connection import Database
from repository.order_rows import ORDERS, PAYBACKS
from repository.payment_gateway import GATEWAY_CHARGES, GATEWAY_REFUNDS
from repository.purchases import PURCHASE_REFUNDS, PURCHASES
from repository.sales import REFUNDS, SALES
from repository.store_directory import STORES
from repository.users import CASH_MOVEMENTS

PAGE_ROWS: Final = 500

Reference = tuple[str, Collection[Any], Any]
"""A field of a row, and the row of another kind that it names."""
_id: Final = attrgetter("id")
_attempt: Final = attrgetter("attempt")


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that belong to a row of a kind: their field `by` is the owner's `key`."""

    name: str
    collection: Collection[Any]
    by: str
    key: Callable[[Any], Any] = _id
    is_one: bool = False
    """Whether an owner has at most one."""


def _refers_to_nothing(_: Any) -> Iterable[Reference]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of export."""

    name: str
    collection: Collection[Any]
    parts: tuple[Part, ...] = ()
    refers: Callable[[Any], Iterable[Reference]] = _refers_to_nothing
    """The rows that must be there before a row is added."""
    unique: str | None = None
    """A field that no two rows have the same, where it is not None."""
    ids: Collection[Any] | None = None
    """The collection whose new ids continue above those of the rows, if it is another one."""
    number: Callable[[Any], int] = _id
    identity: Callable[[Any], Any] = _id
    """What the id of a row must be."""
    bounds: Mapping[str, str] = field(default_factory=dict)
    """Of the ids, where others in the collection are of another kind."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A row with its parts, by name."""

    row: Any
    parts: dict[str, list[Any]]

    @property
    def rows(self) -> list[Row]:
        """The row and those of its parts."""
        return [self.row, *(each for rows in self.parts.values() for each in rows)]


def _of_sale(row: SaleRow) -> Iterable[Reference]:
    yield "book_id", BOOKS, row.book_id


def _of_order(row: OrderRow) -> Iterable[Reference]:
    for line in row.lines:
        yield "lines", BOOKS, line.book_id


def _of_claim(row: ClaimRow) -> Iterable[Reference]:
    yield "book_id", HOLDINGS, row.book_id
    yield "member_id", MEMBERS, row.member_id


def _of_event(row: Event) -> Iterable[Reference]:
    yield "book_id", HOLDINGS, row.book_id
    if row.member_id is not None:
        yield "member_id", MEMBERS, row.member_id


def _of_listing(row: ListingRow) -> Iterable[Reference]:
    yield "store_id", STORES, row.store_id


def _of_purchase(row: PurchaseRow) -> Iterable[Reference]:
    yield "user_id", ACCOUNTS, user_account(row.user_id)
    yield "store_id", ACCOUNTS, store_account(row.store_id)


def _account_of(row: StoreRow) -> str:
    return store_account(row.id)


def _user_account(row: AccountRow) -> str:
    return user_account(row.owner_id)


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            "books",
            BOOKS,
            (
                Part("movements", STOCK_MOVEMENTS, "book_id"),
                Part("holding", HOLDINGS, "id", is_one=True),
            ),
            unique="isbn",
        ),
        Kind("sales", SALES, (Part("refunds", REFUNDS, "sale_id"),), _of_sale),
        Kind(
            "orders",
            ORDERS,
            (
                Part("delivery_rows", DELIVERIES, "order_id"),
                Part("paybacks", PAYBACKS, "order_id"),
                Part("charge", GATEWAY_CHARGES, "id", key=_attempt, is_one=True),
                Part("gateway_refunds", GATEWAY_REFUNDS, "attempt", key=_attempt),
            ),
            _of_order,
        ),
        Kind("members", MEMBERS, (Part("fines", FINES, "member_id"),)),
        Kind("loans", CLAIMS, refers=_of_claim, ids=EVENTS),
        Kind("events", EVENTS, refers=_of_event),
        Kind(
            "stores",
            STORES,
            (Part("account", ACCOUNTS, "id", key=_account_of, is_one=True),),
            unique="source_name",
        ),
        Kind("listings", LISTINGS, refers=_of_listing),
        Kind(
            "users",
            ACCOUNTS,
            (Part("movements", CASH_MOVEMENTS, "user_id", key=attrgetter("owner_id")),),
            number=attrgetter("owner_id"),
            identity=_user_account,
            bounds={"$gte": "user:", "$lt": "user;"},
        ),
        Kind(
            "purchases",
            PURCHASES,
            (Part("refund", PURCHASE_REFUNDS, "id", is_one=True),),
            _of_purchase,
            unique="history_key",
        ),
    )
}
"""All kinds, in the order in which they are loaded again."""


async def count(database: Database, kind: Kind) -> int:
    """About how many rows a kind has. Raises StorageUnavailable."""
    target = database.collection(kind.collection)
    if kind.bounds:
        return await target.count_documents({"_id": dict(kind.bounds)})
    return await target.estimated_document_count()


async def pages(database: Database, kind: Kind) -> AsyncGenerator[list[Whole], None]:
    """All rows of a kind with their parts, in pages by id. Raises StorageUnavailable.

    Each page is read by itself: what changes meanwhile is in some pages and not in others.
    """
    ids: dict[str, Any] = dict(kind.bounds)
    while True:
        query = {"_id": ids} if ids else {}
        rows = await database.rows(kind.collection, query, sort=[("_id", 1)], limit=PAGE_ROWS)
        if not rows:
            return
        parts = {part.name: await _by_owner(database, part, rows) for part in kind.parts}
        yield [
            Whole(row, {part.name: parts[part.name][part.key(row)] for part in kind.parts})
            for row in rows
        ]
        ids = {**ids, "$gt": rows[-1].id}


async def _by_owner(
    database: Database, part: Part, owners: Iterable[Any]
) -> defaultdict[Any, list[Any]]:
    keys = [part.key(owner) for owner in owners]
    by = "_id" if part.by == "id" else part.by
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in await database.rows(part.collection, {by: {"$in": keys}}, sort=[("_id", 1)]):
        found[getattr(row, part.by)].append(row)
    return found
