"""Sales and refunds: their changes, lists and reports."""

from operator import attrgetter
from typing import Final

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
    TotalSales,
    refund_sale,
    sell,
)
from domain.time_ranges import TimeRange
from repository.books import BOOKS, known_book
from repository.deliveries import DELIVERIES
from repository.mongo.changes import Change, Need, State, need
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database
from repository.mongo.paging import equal, read_page, within_period
from repository.mongo.rollup import Moment, report
from repository.mongo.timelines import TAIL_INDEX, Sums, Timeline, tail_of
from repository.order_rows import ORDERS, known_order

SOLD: Final = Timeline(
    "sold",
    SaleRow,
    at="sold_at",
    amounts={
        "cents": attrgetter("total_cents"),
        "copies": attrgetter("quantity"),
        "pages": lambda sale: sale.pages * sale.quantity,
    },
)
REFUNDED: Final = Timeline(
    "refunded",
    RefundRow,
    at="refunded_at",
    amounts={"cents": attrgetter("amount_cents"), "copies": attrgetter("quantity")},
)
RETURNED: Final = Timeline(
    "returned",
    RefundRow,
    at="sold_at",
    amounts={
        "copies": attrgetter("quantity"),
        "pages": lambda refund: refund.pages * refund.quantity,
    },
)
"""Refunds by the day of their sales."""

SALES: Final = Collection(
    "sales",
    SaleRow,
    absent_if_none=frozenset({"order_id"}),
    together=tail_of(SOLD),
    cached=True,
    indexes=(
        Index(
            "book",
            [("book_id", 1), ("_id", 1)],
            query={"book_id": 1, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index("sold_at", [("sold_at", 1)], query={"sold_at": {"$gte": None}}),
        TAIL_INDEX,
    ),
)
REFUNDS: Final = Collection(
    "refunds",
    RefundRow,
    absent_if_none=frozenset({"order_id"}),
    together=tail_of(REFUNDED, RETURNED),
    indexes=(
        Index("refunded_at", [("refunded_at", 1)], query={"refunded_at": {"$gte": None}}),
        Index("sold_at", [("sold_at", 1)], query={"sold_at": {"$gte": None}}),
        Index("sale", [("sale_id", 1)], query={"sale_id": 1}),
        TAIL_INDEX,
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

    The money of an order's sale is owed to its customer; once all of the order is refunded its
    delivery does not go out. Refused with NotFound or RefundExceedsSale.
    """

    def book_and_order(state: State) -> list[Need]:
        sale = state.get(SALES, sale_id)
        if sale is None:
            return []
        order = [] if sale.order_id is None else [need(ORDERS, sale.order_id)]
        return [need(BOOKS, sale.book_id), *order]

    def its_delivery(state: State) -> list[Need]:
        sale = state.get(SALES, sale_id)
        order = None if sale is None or sale.order_id is None else state.get(ORDERS, sale.order_id)
        if order is None or order.delivery_id is None:
            return []
        return [need(DELIVERIES, order.delivery_id)]

    def decide(state: State) -> Decision[Refund]:
        sale = found(state.get(SALES, sale_id), "sale", id=sale_id)
        book = known_book(state, sale.book_id)
        result, taken = refund_sale(
            sale, book, quantity, state.new_id(REFUNDS), state.now, restock=restock
        )
        if sale.order_id is None:
            return Decision(result, taken.effects)
        order = known_order(state, sale.order_id)
        delivery = None if order.delivery_id is None else state.get(DELIVERIES, order.delivery_id)
        _, effects = order_rules.give_back(
            order, [taken], delivery, payback_id=state.unique_id(), now=state.now
        )
        return Decision(result, effects)

    return Change(decide, (need(SALES, sale_id),), further=(book_and_order, its_delivery))


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


async def totals(database: Database, period: TimeRange, time_zone: str) -> TotalSales:
    """What was sold and what was refunded in a period; zeros when nothing was."""

    async def read(moment: Moment) -> tuple[Sums, Sums]:
        return await moment.sums(SOLD, period), await moment.sums(REFUNDED, period)

    sold, refunded = await report(database, SOLD, read)
    return TotalSales(
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


async def average_pages(database: Database, period: TimeRange, time_zone: str) -> AveragePages:
    """Average pages of the copies sold in a period and not refunded; null when there are none."""

    async def read(moment: Moment) -> tuple[Sums, Sums]:
        return await moment.sums(SOLD, period), await moment.sums(RETURNED, period)

    sold, returned = await report(database, SOLD, read)
    pages, copies = sold["pages"] - returned["pages"], sold["copies"] - returned["copies"]
    return AveragePages(
        from_=period.start,
        to=period.end,
        time_zone=time_zone,
        average_pages=pages / copies if copies else None,
        copies=copies,
    )
