"""Audits by aggregation: a ledger says which rows explain a counter, one pipeline compares them."""

from dataclasses import dataclass, field
from typing import Any, Final

from domain.audit import DIFFERENCES_MAX, AuditReport, Difference, Scope
from domain.orders import OrderStatus
from repository import transactions
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.circulation import HOLDINGS, LOANS, RESERVATIONS
from repository.marketplace import PURCHASES, WALLETS
from repository.members import MEMBERS
from repository.mongo_connection import Database, Document, Documents
from repository.paybacks import ORDERS, PAID, PAYBACKS
from repository.sales import REFUNDS, SALES


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that explain a counter: `by` is an expression of what each adds to that of `owner`.

    `unwind` is a list in them, each element of which is a row of its own.
    """

    collection: str
    owner: Any
    by: Any
    match: dict[str, Any] = field(default_factory=dict)
    unwind: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A counter of every document of a collection: `opening` and the rows have to add up to it."""

    scope: Scope
    kind: str
    collection: str
    counter: Any
    rows: tuple[Rows, ...]
    opening: Any = field(default_factory=lambda: {"$literal": 0})


def wallet_of(side: str) -> dict[str, Any]:
    """The expression that gives the wallet of a purchase's user or store."""
    return {"$concat": [f"{side}:", {"$toString": f"${side}_id"}]}


ONE: Final = {"$literal": 1}
ONE_LESS: Final = {"$literal": -1}
OPEN: Final = {"open": True}
MADE_HERE: Final = {"history_key": None}
"""Purchases that came with the data are history; cash as loaded is what was left after them."""

OF_AN_ORDER: Final = {"order_id": {"$exists": True}}
CHARGED: Final = [OrderStatus.PAID, OrderStatus.CANCELLED]

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
        "order_payback",
        ORDERS,
        "$paid_back_cents",
        rows=(Rows(PAYBACKS, "$order_id", "$amount_cents", match={"status": PAID}),),
    ),
    Ledger(
        "library",
        "available",
        HOLDINGS,
        "$available",
        rows=(
            Rows(LOANS, "$book_id", ONE_LESS, match=OPEN),
            Rows(RESERVATIONS, "$book_id", ONE_LESS, match=OPEN | {"status": "ready"}),
        ),
        opening="$total",
    ),
    Ledger(
        "library",
        "on_loan",
        HOLDINGS,
        "$on_loan",
        rows=(Rows(LOANS, "$book_id", ONE, match=OPEN),),
    ),
    Ledger(
        "library",
        "open_loans",
        MEMBERS,
        "$open_loans",
        rows=(Rows(LOANS, "$member_id", ONE, match=OPEN),),
    ),
    Ledger(
        "marketplace",
        "cash",
        WALLETS,
        "$cents",
        rows=(
            Rows(
                PURCHASES, wallet_of("user"), {"$multiply": ["$amount_cents", -1]}, match=MADE_HERE
            ),
            Rows(PURCHASES, wallet_of("store"), "$amount_cents", match=MADE_HERE),
        ),
        opening="$opening_cents",
    ),
)


async def run(database: Database, scope: str | None, *, deadline: float) -> AuditReport:
    """Audit one scope or all. Reads one snapshot, so that changes under way never look wrong.

    `deadline` is a time of the loop's clock. Raises Busy or StorageUnavailable.
    """
    ledgers = [ledger for ledger in LEDGERS if scope in {None, ledger.scope}]

    async def audit(snapshot: Documents) -> AuditReport:
        found = [await _differences(snapshot, ledger) for ledger in ledgers]
        checked = {each.kind: await _count(snapshot, each.collection) for each in ledgers}
        return AuditReport(
            ok=not any(found),
            checked=checked,
            differences=[each for some in found for each in some[:DIFFERENCES_MAX]],
            truncated=any(len(some) > DIFFERENCES_MAX for some in found),
        )

    return await transactions.run(database, audit, deadline=deadline)


async def _differences(snapshot: Documents, ledger: Ledger) -> list[Difference]:
    return [
        Difference(
            scope=ledger.scope,
            kind=ledger.kind,
            id=row["_id"],
            expected=row["expected"],
            actual=row["actual"] if row["owners"] else None,
        )
        for row in await snapshot.aggregate(ledger.collection, differences_pipeline(ledger))
    ]


def differences_pipeline(ledger: Ledger) -> list[Document]:
    """The counters that differ from their rows, by id: one more than are to be listed.

    Every counter and every row becomes a small document under the counter's owner, and each group
    adds up what is there and what should be. Rows whose owner is missing form a group as well.
    """
    counters = {"actual": ledger.counter, "expected": ledger.opening, "owners": {"$literal": 1}}
    entries: list[Document] = [{"$project": counters}]
    for rows in ledger.rows:
        entry = {"_id": rows.owner, "expected": rows.by}
        unwind = [] if rows.unwind is None else [{"$unwind": rows.unwind}]
        pipeline = [{"$match": rows.match}, *unwind, {"$project": entry}]
        entries.append({"$unionWith": {"coll": rows.collection, "pipeline": pipeline}})
    sums = {name: {"$sum": f"${name}"} for name in ("actual", "expected", "owners")}
    return [
        *entries,
        {"$group": {"_id": "$_id", **sums}},
        {"$match": {"$expr": {"$ne": ["$actual", "$expected"]}}},
        {"$sort": {"_id": 1}},
        {"$limit": DIFFERENCES_MAX + 1},
    ]


async def _count(snapshot: Documents, collection: str) -> int:
    rows = await snapshot.aggregate(collection, [{"$count": "documents"}])
    return rows[0]["documents"] if rows else 0
