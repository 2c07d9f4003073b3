"""Audits: aggregations compare each counter with the sum of the rows that explain it."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from domain.audit import DIFFERENCES_MAX, AuditReport, Difference, Scope
from domain.orders import WAS_PAID, OrderStatus
from repository import rollups
from repository.accounts import ACCOUNTS
from repository.authors import AUTHORS
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.circulation import audit_log
from repository.fines import FINES
from repository.listings import LISTINGS
from repository.members import MEMBERS
from repository.mongo.collections import Collection, Document
from repository.mongo.connection import Database, Documents
from repository.mongo.transactions import read_snapshot
from repository.order_rows import ORDERS, PAYBACKS
from repository.purchases import PURCHASE_REFUNDS, PURCHASES
from repository.sales import REFUNDS, SALES
from repository.store_directory import STORES
from repository.users import CASH_MOVEMENTS


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that explain a counter: each adds the expression `by` to the counter of `owner`.

    `unwind` names a list in the rows; each of its elements counts as a row, equal ones as one
    where `is_set` says so.
    """

    collection: Collection[Any]
    owner: Any
    by: Any
    match: dict[str, Any] = field(default_factory=dict)
    unwind: str | None = None
    is_set: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """A counter of a collection's documents; it must equal `opening` plus the sum of the rows.

    `owner` is the expression by which the rows name a document.
    """

    scope: Scope
    kind: str
    collection: Collection[Any]
    counter: Any
    rows: tuple[Rows, ...]
    opening: Any = field(default_factory=lambda: {"$literal": 0})
    owner: str = "$_id"


def account_of(side: str) -> dict[str, Any]:
    """The expression for the account of a purchase's user or store."""
    return {"$concat": [f"{side}:", {"$toString": f"${side}_id"}]}


ONE: Final = {"$literal": 1}
MADE_HERE: Final = {"history_key": None}
"""Purchases that were loaded are history: the loaded cash is what was left after them."""

OF_AN_ORDER: Final = {"order_id": {"$exists": True}}
CHARGED: Final = sorted(WAS_PAID)

LEDGERS: Final = (
    Ledger(
        "bookshop",
        "stock",
        BOOKS,
        "$stock",
        rows=(
            Rows(STOCK_MOVEMENTS, "$book_id", "$quantity"),
            Rows(SALES, "$book_id", {"$multiply": ["$quantity", -1]}),
            Rows(REFUNDS, "$book_id", "$quantity", match={"restocked": True}),
            Rows(
                ORDERS,
                "$lines.book_id",
                {"$multiply": ["$lines.quantity", -1]},
                match={"status": OrderStatus.PENDING},
                unwind="$lines",
            ),
        ),
    ),
    Ledger(
        "bookshop",
        "author_books",
        AUTHORS,
        "$books",
        rows=(
            Rows(BOOKS, "$authors", ONE, match={"archived": False}, unwind="$authors", is_set=True),
        ),
        owner="$name",
    ),
    Ledger(
        "bookshop",
        "refundable",
        SALES,
        "$refundable",
        rows=(Rows(REFUNDS, "$sale_id", {"$multiply": ["$quantity", -1]}),),
        opening="$quantity",
    ),
    Ledger(
        "bookshop",
        "order_charge",
        ORDERS,
        {"$cond": [{"$in": ["$status", CHARGED]}, "$total_cents", 0]},
        rows=(Rows(SALES, "$order_id", "$total_cents", match=OF_AN_ORDER),),
    ),
    Ledger(
        "bookshop",
        "order_refund",
        ORDERS,
        "$refunded_cents",
        rows=(Rows(REFUNDS, "$order_id", "$amount_cents", match=OF_AN_ORDER),),
    ),
    Ledger(
        "bookshop",
        "order_copies",
        ORDERS,
        "$refunded_copies",
        rows=(Rows(REFUNDS, "$order_id", "$quantity", match=OF_AN_ORDER),),
    ),
    Ledger(
        "bookshop",
        "order_payback",
        ORDERS,
        "$paid_back_cents",
        rows=(Rows(PAYBACKS, "$order_id", "$amount_cents", match={"status": "paid"}),),
    ),
    Ledger(
        "library",
        "fines",
        MEMBERS,
        "$fines_cents",
        rows=(Rows(FINES, "$member_id", "$amount_cents"),),
    ),
    Ledger(
        "marketplace",
        "cash",
        ACCOUNTS,
        "$cents",
        rows=(
            Rows(
                PURCHASES, account_of("user"), {"$multiply": ["$amount_cents", -1]}, match=MADE_HERE
            ),
            Rows(PURCHASES, account_of("store"), "$amount_cents", match=MADE_HERE),
            Rows(PURCHASE_REFUNDS, account_of("user"), "$amount_cents"),
            Rows(PURCHASE_REFUNDS, account_of("store"), {"$multiply": ["$amount_cents", -1]}),
            Rows(CASH_MOVEMENTS, account_of("user"), "$amount_cents"),
        ),
        opening="$opening_cents",
    ),
    Ledger(
        "marketplace",
        "listings_count",
        STORES,
        "$listings_count",
        rows=(Rows(LISTINGS, "$store_id", ONE),),
    ),
)


async def run(database: Database, scope: Scope | None, *, deadline: float) -> AuditReport:
    """Audit one scope or all. Reads one snapshot, so changes under way do not show.

    `deadline` is a time of the loop's clock. Raises Busy or StorageUnavailable.
    """
    ledgers = [ledger for ledger in LEDGERS if scope in {None, ledger.scope}]

    async def audit(snapshot: Documents) -> AuditReport:
        counters = {each.kind: await _counters(snapshot, each) for each in ledgers}
        found = [await _differences(snapshot, each, counters[each.kind]) for each in ledgers]
        checked = {kind: len(of_kind) for kind, of_kind in counters.items()}
        pages, of_rollups = await rollups.audit(snapshot, scope)
        checked |= pages
        found += of_rollups
        if scope in {None, "library"}:
            of_log = await audit_log(snapshot)
            found += _by_kind(of_log.differences)
            checked |= of_log.checked
        return AuditReport(
            ok=not any(found),
            checked=checked,
            differences=[each for some in found for each in some[:DIFFERENCES_MAX]],
            truncated=any(len(some) > DIFFERENCES_MAX for some in found),
        )

    return await read_snapshot(database, audit, deadline=deadline)


def _by_kind(differences: list[Difference]) -> list[list[Difference]]:
    in_order = sorted(differences, key=attrgetter("kind"))
    return [list(of_kind) for _, of_kind in groupby(in_order, key=attrgetter("kind"))]


async def _counters(snapshot: Documents, ledger: Ledger) -> dict[Any, Document]:
    """All values of a counter with their openings, by owner."""
    fields = {"actual": ledger.counter, "opening": ledger.opening, "owner": ledger.owner}
    rows = await snapshot.aggregate(ledger.collection.name, [{"$project": fields}])
    return {row["owner"]: row for row in rows}


async def _differences(
    snapshot: Documents, ledger: Ledger, counters: dict[Any, Document]
) -> list[Difference]:
    """The counters that differ from the sums of their rows, by id; also rows without a counter."""
    moved: Counter[Any] = Counter()
    for rows in ledger.rows:
        moved.update(await _sums(snapshot, rows))
    nothing = {"actual": None, "opening": 0}
    compared = (
        (owner, counters.get(owner, nothing), moved[owner])
        for owner in sorted(counters.keys() | moved.keys())
    )
    return [
        Difference(
            scope=ledger.scope,
            kind=ledger.kind,
            collection=ledger.collection.name,
            id=owner,
            expected=counter["opening"] + by_rows,
            actual=counter["actual"],
        )
        for owner, counter, by_rows in compared
        if counter["opening"] + by_rows != (counter["actual"] or 0)
    ]


async def _sums(snapshot: Documents, rows: Rows) -> dict[Any, int]:
    """The sums of the rows, by the owner of the counter.

    One aggregation a collection: MongoDB has no `$unionWith` inside a transaction.
    """
    unwind: list[dict[str, Any]] = []
    if rows.is_set and rows.unwind is not None:
        name = rows.unwind.removeprefix("$")
        unwind = [{"$project": {name: {"$setUnion": [rows.unwind, []]}}}]
    unwind += [] if rows.unwind is None else [{"$unwind": rows.unwind}]
    group = {"$group": {"_id": rows.owner, "sum": {"$sum": rows.by}}}
    found = await snapshot.aggregate(rows.collection.name, [{"$match": rows.match}, *unwind, group])
    return {row["_id"]: row["sum"] for row in found}
