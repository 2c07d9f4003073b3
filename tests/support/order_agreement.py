"""Stock, orders, sales, refunds and the gateway's own record, held against each other."""

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Any

from repository.engine.locks import DataFolder
from repository.mongo.connection import Database, connect
from tests.support.service_process import ServiceProcess

SETTLED_WITHIN_S = 20.0
CHARGE_OF_STATUS = {
    "paid": "approved",
    "partially_refunded": "approved",
    "refunded": "approved",
    "cancelled": "approved",
    "declined": "declined",
    "failed": "closed",
}

Row = dict[str, Any]


@contextlib.asynccontextmanager
async def database_of(service: ServiceProcess) -> AsyncIterator[Database]:
    """The database that a service process works on."""
    url = service.settings.get("mongo_url")
    if url is None:
        url = DataFolder(service.data_dir).url()
    async with connect(str(url), str(service.settings["mongo_database"])) as database:
        yield database


async def settled(database: Database) -> None:
    """Wait until no order is pending, no refund is owed, and no request is open."""
    unsettled = [("orders", {"status": "pending"}), ("paybacks", {"status": "owed"})]
    unsettled.append(("requests", {"answered_at": None}))
    deadline = time.monotonic() + SETTLED_WITHIN_S
    for collection, query in unsettled:
        while (row := await database.find_one(collection, query)) is not None:
            assert time.monotonic() < deadline, f"{collection} keeps {row}"
            await asyncio.sleep(0.02)


async def disagreements(database: Database) -> list[str]:
    """Every way in which the rows of a settled database contradict each other."""
    names = ("books", "stock_movements", "sales", "refunds", "orders", "paybacks")
    names += ("gateway_charges", "gateway_refunds", "deliveries")
    found = await asyncio.gather(*(database.find(name, {}) for name in names))
    rows = dict(zip(names, found, strict=True))
    return [
        *_of_stock(rows),
        *_of_orders(rows),
        *_of_refunds(rows),
        *_of_deliveries(rows),
    ]


def summed(rows: Iterable[Row], by: str, amount: str) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for row in rows:
        sums[row.get(by)] += row[amount]
    return sums


def _of_stock(rows: dict[str, list[Row]]) -> Iterable[str]:
    received = summed(rows["stock_movements"], "book_id", "quantity")
    sold = summed(rows["sales"], "book_id", "quantity")
    returned = [row for row in rows["refunds"] if row["restocked"]]
    restocked = summed(returned, "book_id", "quantity")
    for book in rows["books"]:
        key = book["_id"]
        explained = received[key] - sold[key] + restocked[key]
        if book["stock"] != explained or explained < 0:
            yield f"book {key} has {book['stock']} copies, its rows explain {explained}"


def _of_orders(rows: dict[str, list[Row]]) -> Iterable[str]:
    charges = {row["_id"]: row for row in rows["gateway_charges"]}
    sales = defaultdict(list)
    for sale in rows["sales"]:
        sales[sale.get("order_id")].append(sale)
    for order in rows["orders"]:
        charge = charges.pop(order["attempt"], {"status": None})
        name = f"order {order['_id']} ({order['status']})"
        if not order["total_cents"] and charge["status"] is None:
            charge = {"status": "approved", "amount_cents": 0, "transaction_id": None}
        if charge["status"] != CHARGE_OF_STATUS.get(order["status"]):
            yield f"{name} has a charge that is {charge['status']}"
        is_charged = charge["status"] == "approved"
        if is_charged and charge["amount_cents"] != order["total_cents"]:
            yield f"{name} is over {order['total_cents']}, charged were {charge['amount_cents']}"
        if is_charged and charge["transaction_id"] != order["payment"]["transaction_id"]:
            yield f"{name} names another transaction than the gateway"
        wanted = [
            (line["sale_id"], line["book_id"], line["quantity"], line["total_cents"])
            for line in order["lines"]
        ]
        written = [
            (sale["_id"], sale["book_id"], sale["quantity"], sale["total_cents"])
            for sale in sales[order["_id"]]
        ]
        if sorted(written) != (sorted(wanted) if is_charged else []):
            yield f"{name} has lines {wanted} and sales {written}"
    yield from (f"attempt {attempt} belongs to no order" for attempt in charges)


def _of_refunds(rows: dict[str, list[Row]]) -> Iterable[str]:
    by_sale = summed(rows["refunds"], "sale_id", "quantity")
    for sale in rows["sales"]:
        if sale["quantity"] - sale["refundable"] != by_sale[sale["_id"]]:
            yield f"sale {sale['_id']} miscounts its refunds"
    by_order = summed(rows["refunds"], "order_id", "amount_cents")
    owed = summed(rows["paybacks"], "order_id", "amount_cents")
    paid = summed(rows["gateway_refunds"], "attempt", "amount_cents")
    charges = {row["_id"]: row for row in rows["gateway_charges"]}
    for order in rows["orders"]:
        counted = charges.get(order["attempt"], {}).get("refunded_cents", 0)
        amounts = {
            "order": order["refunded_cents"],
            "paid back": order["paid_back_cents"],
            "refunds": by_order[order["_id"]],
            "paybacks": owed[order["_id"]],
            "gateway": paid[order["attempt"]],
            "gateway's counter": counted,
        }
        if len(set(amounts.values())) > 1 or order["refunded_cents"] > order["total_cents"]:
            yield f"order {order['_id']} over {order['total_cents']} refunds {amounts}"


def _of_deliveries(rows: dict[str, list[Row]]) -> Iterable[str]:
    of_orders: defaultdict[int, list[Row]] = defaultdict(list)
    for delivery in sorted(rows["deliveries"], key=lambda row: int(row["_id"])):
        of_orders[delivery["order_id"]].append(delivery)
    for order in rows["orders"]:
        shown = sorted((each["id"], each["status"]) for each in order["deliveries"])
        there = [(row["_id"], row["status"]) for row in of_orders[order["_id"]]]
        kept = [row for row in of_orders[order["_id"]] if row["active"]]
        kept += [row for row in of_orders[order["_id"]] if row["status"] == "delivered"]
        if shown != there or len(kept) > 1:
            yield f"order {order['_id']} shows deliveries {shown}, there are {there}"
        if order["status"] in {"cancelled", "refunded"} and "scheduled" in dict(shown).values():
            yield f"order {order['_id']} ({order['status']}) has a parcel that would go out"
