"""Audits by aggregation: a ledger says which rows explain a counter, their sums are compared."""

from collections import Counter
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
        counters = {each.kind: await _counters(snapshot, each) for each in ledgers}
        found = [await _differences(snapshot, each, counters[each.kind]) for each in ledgers]
        return AuditReport(
            ok=not any(found),
            checked={kind: len(of_kind) for kind, of_kind in counters.items()},
            differences=[each for some in found for each in some[:DIFFERENCES_MAX]],
            truncated=any(len(some) > DIFFERENCES_MAX for some in found),
        )

    return await transactions.run(database, audit, deadline=deadline)


async def _counters(snapshot: Documents, ledger: Ledger) -> dict[Any, Document]:
    """Every counter with its opening, by owner."""
    fields = {"actual": ledger.counter, "opening": ledger.opening}
    rows = await snapshot.aggregate(ledger.collection, [{"$project": fields}])
    return {row["_id"]: row for row in rows}


async def _differences(
    snapshot: Documents, ledger: Ledger, counters: dict[Any, Document]
) -> list[Difference]:
    """The counters that are not what their rows come to, by id; rows without a counter too."""
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
            id=owner,
            expected=counter["opening"] + by_rows,
            actual=counter["actual"],
        )
        for owner, counter, by_rows in compared
        if counter["opening"] + by_rows != (counter["actual"] or 0)
    ]


async def _sums(snapshot: Documents, rows: Rows) -> dict[Any, int]:
    """What rows come to, by the owner of the counter.

    One aggregation a collection: MongoDB has no `$unionWith` inside a transaction.
    """
    unwind = [] if rows.unwind is None else [{"$unwind": rows.unwind}]
    group = {"$group": {"_id": rows.owner, "sum": {"$sum": rows.by}}}
    found = await snapshot.aggregate(rows.collection, [{"$match": rows.match}, *unwind, group])
    return {row["_id"]: row["sum"] for row in found}
