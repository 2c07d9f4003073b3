"""Audits by aggregation: a ledger says which rows explain a counter, one pipeline compares them."""

from dataclasses import dataclass, field
from typing import Any, Final

from domain.audit import DIFFERENCES_MAX, AuditReport, Difference, Scope
from repository import transactions
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.mongo_connection import Database, Document, Documents
from repository.sales import REFUNDS, SALES


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that explain a counter: `by` is an expression of what each adds to that of `owner`."""

    collection: str
    owner: str
    by: Any
    match: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A counter of every document of a collection: `opening` and the rows have to add up to it."""

    scope: Scope
    kind: str
    collection: str
    counter: str
    rows: tuple[Rows, ...]
    opening: Any = field(default_factory=lambda: {"$literal": 0})


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
        pipeline = [{"$match": rows.match}, {"$project": entry}]
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
