"""The reports as plain aggregations over all rows, which those from the rollup must equal."""

from typing import Any

from domain.time_ranges import TimeRange
from repository.mongo.connection import Documents
from repository.mongo.paging import all_of, within_period
from repository.purchases import PURCHASE_REFUNDS, PURCHASES
from repository.sales import REFUNDS, SALES

Sums = dict[str, int]


async def _grouped(
    documents: Documents, collection: Any, at: str, period: TimeRange, by: Any, **sums: Any
) -> dict[Any, Sums]:
    summed = {"count": 1, **sums}
    pipeline = [
        {"$match": all_of(within_period(at, period))},
        {"$group": {"_id": by, **{name: {"$sum": of} for name, of in summed.items()}}},
    ]
    rows = await documents.aggregate(collection, pipeline)
    return {row.pop("_id"): row for row in rows}


async def _sums(
    documents: Documents, collection: Any, at: str, period: TimeRange, **sums: Any
) -> Sums:
    found = await _grouped(documents, collection, at, period, None, **sums)
    return found.get(None, {"count": 0} | dict.fromkeys(sums, 0))


async def sales_totals(documents: Documents, period: TimeRange) -> Sums:
    """What sales.totals gives, in cents."""
    sold = await _sums(
        documents, SALES, "sold_at", period, cents="$total_cents", copies="$quantity"
    )
    refunded = await _sums(
        documents, REFUNDS, "refunded_at", period, cents="$amount_cents", copies="$quantity"
    )
    return {
        "gross": sold["cents"],
        "refunded": refunded["cents"],
        "net": sold["cents"] - refunded["cents"],
        "copies_sold": sold["copies"],
        "copies_refunded": refunded["copies"],
        "sales_count": sold["count"],
    }


async def average_pages(documents: Documents, period: TimeRange) -> tuple[float | None, int]:
    """What sales.average_pages gives: the average and the copies."""
    left = await _sums(
        documents,
        SALES,
        "sold_at",
        period,
        pages={"$multiply": ["$pages", "$refundable"]},
        copies="$refundable",
    )
    return left["pages"] / left["copies"] if left["copies"] else None, left["copies"]


async def bought(documents: Documents, period: TimeRange) -> Sums:
    """Count and value of purchases."""
    return await _sums(documents, PURCHASES, "purchased_at", period, value="$amount_cents")


async def paid_back(documents: Documents, period: TimeRange) -> Sums:
    """Count and value of purchases' refunds, by their own day."""
    return await _sums(documents, PURCHASE_REFUNDS, "refunded_at", period, value="$amount_cents")


async def bought_by(documents: Documents, owner: str, period: TimeRange) -> dict[int, Sums]:
    """Count and value of purchases by user or store."""
    return await _grouped(
        documents, PURCHASES, "purchased_at", period, f"${owner}_id", value="$amount_cents"
    )
