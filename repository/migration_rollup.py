"""The step that gives refunds the pages and the time of their sale, and reports their rollup."""

from collections.abc import Mapping

from domain.sales import SaleRow
from repository import rollups
from repository.migration_tools import pages, write_missing
from repository.mongo import indexes
from repository.mongo.collections import Document
from repository.mongo.connection import Database
from repository.mongo.timelines import PAGES
from repository.purchases import PURCHASE_REFUNDS, PURCHASES
from repository.sales import REFUNDS, SALES


async def rollup_step(database: Database) -> None:
    """Give refunds what they lack, and make the pages of all rows that are there."""
    async for refunds in pages(database, REFUNDS, {"sold_at": {"$exists": False}}):
        ids = [refund["sale_id"] for refund in refunds]
        sales = {row.id: row for row in await database.rows(SALES, {"_id": {"$in": ids}})}
        copied = {refund["_id"]: {"$set": _of_sale(refund, sales)} for refund in refunds}
        await write_missing(database, REFUNDS, "sold_at", copied)
    await indexes.ensure(database, (PURCHASES, PURCHASE_REFUNDS, REFUNDS, SALES, PAGES))
    await rollups.rebuild(database)


def _of_sale(refund: Document, sales: Mapping[int, SaleRow]) -> Document:
    sale = sales.get(refund["sale_id"])
    if sale is None:  # the audit tells of it
        return {"pages": 0, "sold_at": refund["refunded_at"]}
    return {"pages": sale.pages, "sold_at": sale.sold_at}
