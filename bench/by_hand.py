"""The service that one would write by hand: aiohttp, orjson and Motor, a function a method.

    python -m bench.by_hand PORT MONGO_URL

Methods, parameters and answers as Octavo's, over the same wire, with what each needs and no more:
no roles, no checks of parameters, no idempotency, no limits, no typos in a search. Writes wait for
the journal of a majority. A sale is one transaction whose first statement is the guarded decrement;
sales of one title queue up within a process, so that only other processes can conflict with them.
Several processes may share a port.
"""

import asyncio
import contextlib
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import uvloop
from aiohttp import web
from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo import ReturnDocument
from pymongo.write_concern import WriteConcern

from bench.by_hand_library import Library
from bench.by_hand_marketplace import Marketplace
from bench.by_hand_transactions import RefusedError, transaction

JSON: Final = "application/json"
NOT_FOUND: Final = 104
OUT_OF_STOCK: Final = 1001
DATABASE: Final = "by_hand"

Document = dict[str, Any]
Method = Callable[..., Awaitable[Document]]


class Shop:
    """Books and their sales."""

    def __init__(self, database: "AsyncIOMotorDatabase[Document]") -> None:
        self._database = database
        self._queues: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def book(self, id: int) -> Document:  # noqa: A002 - the wire's name
        """A book by its id."""
        found = await self._database["books"].find_one({"_id": id})
        if found is None:
            raise RefusedError(NOT_FOUND, "No book has this id.")
        return _shown(found)

    async def sell(self, book_id: int, quantity: int = 1) -> Document:
        """Sell copies of a book: a transaction."""

        async def work(session: Any) -> Document:
            book = await self._take(book_id, quantity, session)
            price = book["price_cents"]
            sale = {
                "_id": ObjectId(),
                "book_id": book_id,
                "quantity": quantity,
                "unit_price_cents": price,
                "sold_at": datetime.now(UTC),
            }
            await self._database["sales"].insert_one(sale, session=session)
            return {
                "id": str(sale["_id"]),
                "book_id": book_id,
                "quantity": quantity,
                "unit_price": price / 100,
                "total": price * quantity / 100,
                "sold_at": sale["sold_at"],
                "stock_left": book["stock"],
            }

        async with self._queues[book_id]:
            return await transaction(self._database, work)

    async def order(self, items: list[Document], customer: Document, payment: Document) -> Document:
        """Order books: a transaction that takes the copies, the payment, one that sells them."""
        order: Document = {"_id": ObjectId(), "customer": customer, "status": "pending"}

        async def take(session: Any) -> None:
            lines = []
            for item in items:
                book = await self._take(item["book_id"], item["quantity"], session)
                lines.append(item | {"unit_price_cents": book["price_cents"]})
            await self._database["orders"].insert_one(order | {"lines": lines}, session=session)
            order["lines"] = lines

        async def settle(session: Any) -> None:
            await self._database["orders"].update_one(
                {"_id": order["_id"]}, {"$set": {"status": "paid"}}, session=session
            )
            sales = [line | {"sold_at": datetime.now(UTC)} for line in order["lines"]]
            await self._database["sales"].insert_many(sales, session=session)

        async with contextlib.AsyncExitStack() as stack:
            for book_id in sorted({item["book_id"] for item in items}):
                await stack.enter_async_context(self._queues[book_id])
            await transaction(self._database, take)
        charged = {"_id": order["_id"], "token": payment["token"]}
        await self._database["payments"].insert_one(charged)
        await transaction(self._database, settle)
        return {"id": str(order["_id"]), "status": "paid"}

    async def _take(self, book_id: int, quantity: int, session: Any) -> Document:
        """Take copies of a book; its price, and its stock then."""
        book: Document | None = await self._database["books"].find_one_and_update(
            {"_id": book_id, "stock": {"$gte": quantity}},
            {"$inc": {"stock": -quantity}},
            projection={"price_cents": 1, "stock": 1},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if book is None:
            raise RefusedError(OUT_OF_STOCK, "There are not so many copies.")
        return book


def _shown(book: Document) -> Document:
    return {
        "id": book["_id"],
        "title": book["title"],
        "authors": book["authors"],
        "pages": book["pages"],
        "price": book["price_cents"] / 100,
        "isbn": book.get("isbn"),
        "stock": book["stock"],
    }


def methods_of(database: "AsyncIOMotorDatabase[Document]") -> dict[str, Method]:
    """The functions by the names on the wire."""
    shop, marketplace, library = Shop(database), Marketplace(database), Library(database)
    return {
        "books.get": shop.book,
        "sales.create": shop.sell,
        "orders.place": shop.order,
        "stores.list": marketplace.stores,
        "listings.list": marketplace.listings,
        "books.list": marketplace.books,
        "search.find": marketplace.search,
        "users.top": marketplace.top,
        "users.count": marketplace.users_count,
        "purchases.totals": marketplace.totals,
        "stores.popular": marketplace.popular,
        "purchases.create": marketplace.buy,
        "users.update": marketplace.edit_user,
        "listings.update": marketplace.edit_price,
        "stores.update": marketplace.edit_store,
        "library.checkout": library.checkout,
        "library.reserve": library.reserve,
        "library.return": library.give_back,
        "library.fulfill": library.fulfill,
    }


async def application(url: str) -> web.Application:
    """The service on a MongoDB."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(url, tz_aware=True)
    durable = WriteConcern(w="majority", j=True)
    methods = methods_of(client.get_database(DATABASE, write_concern=durable))

    async def handle(request: web.Request) -> web.Response:
        call = orjson.loads(await request.read())
        answer: Document = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            answer["result"] = await methods[call["method"]](**call["params"])
        except RefusedError as refusal:
            code, message = refusal.args
            answer["error"] = {"code": code, "message": message}
        return web.Response(body=orjson.dumps(answer), content_type=JSON)

    made = web.Application()
    made.router.add_post("/rpc", handle)
    return made


def main() -> None:
    """Serve until SIGTERM."""
    port, url = sys.argv[1:]
    web.run_app(
        application(url),
        host="127.0.0.1",
        port=int(port),
        access_log=None,
        print=None,
        reuse_port=True,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    main()
