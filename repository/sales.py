"""Sales and refunds: their changes, lists and reports."""

from typing import Any, Final

from domain import order_rules
from domain.books import BookRow
from domain.effects import Decision, Increase
from domain.errors import found
from domain.paging import PageRequest
from domain.sales import (
    AveragePages,
    NewSale,
    Refund,
    RefundRow,
    Sale,
    SaleFilter,
    SalePage,
    SaleRow,
    SalesTotals,
    refund_sale,
    sell,
)
from domain.time_ranges import TimeRange
from repository.books import BOOKS, known_book
from repository.mongo.changes import Change, Need, State, need
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database
from repository.mongo.paging import all_of, equal, read_page, within_period
from repository.order_rows import ORDERS

SALES: Final = Collection(
    "sales",
    SaleRow,
    absent_if_none=frozenset({"order_id"}),
    cached=True,
    indexes=(
        Index(
            "book",
            [("book_id", 1), ("_id", 1)],
            query={"book_id": 1, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index("sold_at", [("sold_at", 1)], query={"sold_at": {"$gte": None}}),
    ),
)
REFUNDS: Final = Collection(
    "refunds",
    RefundRow,
    absent_if_none=frozenset({"order_id"}),
    indexes=(
        Index("refunded_at", [("refunded_at", 1)], query={"refunded_at": {"$gte": None}}),
        Index("sale", [("sale_id", 1)], query={"sale_id": 1}),
    ),
)


def create(book_id: int, quantity: int, expected_cents: int | None = None) -> Change[NewSale]:
    """Sell copies at the present price.

    Refused with NotFound, BookArchived, BookPriceChanged or OutOfStock.
    """

    def decide(state: State) -> Decision[NewSale]:
        book, sale_id = known_book(state, book_id), state.new_id(SALES)
        return sell(book, quantity, expected_cents, sale_id, state.now)

    foreseen = Increase(BookRow, book_id, {"stock": -quantity})
    return Change(decide, (need(BOOKS, book_id, foreseen=foreseen),))


def refund(sale_id: int, quantity: int | None, *, restock: bool) -> Change[Refund]:
    """Take copies of a sale back, all that are left unless `quantity` says how many.

    The money of an order's sale is owed to its customer. Refused with NotFound or
    RefundExceedsSale.
    """

    def book_and_order(state: State) -> list[Need]:
        sale = state.get(SALES, sale_id)
        if sale is None:
            return []
        order = [] if sale.order_id is None else [need(ORDERS, sale.order_id)]
        return [need(BOOKS, sale.book_id), *order]

    def decide(state: State) -> Decision[Refund]:
        sale = found(state.get(SALES, sale_id), "sale", id=sale_id)
        book = known_book(state, sale.book_id)
        result, taken = refund_sale(
            sale, book, quantity, state.new_id(REFUNDS), state.now, restock=restock
        )
        effects = taken.effects
        if sale.order_id is not None:
            order = found(state.get(ORDERS, sale.order_id), "order", id=sale.order_id)
            owed = order_rules.owe(order, result.amount, state.unique_id(), state.now)
            effects += owed
        return Decision(result, effects)

    return Change(decide, (need(SALES, sale_id),), further=(book_and_order,))


async def get(database: Database, sale_id: int) -> Sale:
    """The sale with that id. Raises NotFound."""
    return found(await database.get(SALES, sale_id), "sale", id=sale_id).shown()


async def list_page(
    database: Database, filters: SaleFilter, page: PageRequest, time_zone: str
) -> SalePage:
    """Sales by id. Raises InvalidParams for a cursor of another list."""
    clauses = equal(book_id=filters.book_id) + within_period("sold_at", filters.period)
    rows, cursor = await read_page(database, SALES, clauses, page)
    items = [row.shown() for row in rows]
    return SalePage(items=items, next_cursor=cursor, time_zone=time_zone)


def totals_pipeline(period: TimeRange) -> list[dict[str, Any]]:
    """One row `sold` of the sales and one row `refunded` of the refunds of a period."""
    return [
        {"$match": all_of(within_period("sold_at", period))},
        _sum_as("sold", "$total_cents"),
        {
            "$unionWith": {
                "coll": REFUNDS.name,
                "pipeline": [
                    {"$match": all_of(within_period("refunded_at", period))},
                    _sum_as("refunded", "$amount_cents"),
                ],
            }
        },
    ]


def _sum_as(name: str, cents: str) -> dict[str, Any]:
    return {
        "$group": {
            "_id": name,
            "cents": {"$sum": cents},
            "copies": {"$sum": "$quantity"},
            "count": {"$sum": 1},
        }
    }


async def totals(database: Database, period: TimeRange, time_zone: str) -> SalesTotals:
    """What was sold and what was refunded in a period; zeros when nothing was."""
    nothing = {"cents": 0, "copies": 0, "count": 0}
    rows = {row["_id"]: row for row in await database.aggregate(SALES, totals_pipeline(period))}
    sold, refunded = rows.get("sold", nothing), rows.get("refunded", nothing)
    return SalesTotals(
        from_=period.start,
        to=period.end,
        time_zone=time_zone,
        gross=sold["cents"],
        refunded=refunded["cents"],
        net=sold["cents"] - refunded["cents"],
        copies_sold=sold["copies"],
        copies_refunded=refunded["copies"],
        sales_count=sold["count"],
    )


def average_pages_pipeline(period: TimeRange) -> list[dict[str, Any]]:
    """Pages and copies sold in a period, less the copies refunded since."""
    return [
        {"$match": {**all_of(within_period("sold_at", period)), "refundable": {"$gt": 0}}},
        {
            "$group": {
                "_id": None,
                "pages": {"$sum": {"$multiply": ["$pages", "$refundable"]}},
                "copies": {"$sum": "$refundable"},
            }
        },
    ]


async def average_pages(database: Database, period: TimeRange, time_zone: str) -> AveragePages:
    """Average pages of the copies sold in a period and not refunded; null when there are none."""
    rows = await database.aggregate(SALES, average_pages_pipeline(period))
    pages, copies = (rows[0]["pages"], rows[0]["copies"]) if rows else (0, 0)
    return AveragePages(
        from_=period.start,
        to=period.end,
        time_zone=time_zone,
        average_pages=pages / copies if copies else None,
        copies=copies,
    )
