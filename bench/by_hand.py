"""The service that one would write by hand: aiohttp, orjson and Motor, a function a method.

    python -m bench.by_hand PORT MONGO_URL

Same methods and answers in shape as Octavo's, over the same wire, with what each question needs and
no more: no roles, no validation, no idempotency, no limits. Writes wait for the journal of a
majority. A sale is one transaction whose first statement is the guarded decrement; sales of one
title queue up within a process, so that only other processes can conflict with them, and what
conflicts is tried again after a random pause that grows. Several processes may share a port.
"""

import asyncio
import random
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
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

JSON: Final = "application/json"
PAUSE_S: Final = 0.002
PAUSE_GROWTH: Final = 1.5
PAUSE_MAX_S: Final = 0.2
OUT_OF_STOCK: Final = 1001
DATABASE: Final = "by_hand"

Document = dict[str, Any]
Method = Callable[..., Awaitable[Document]]


class RefusedError(Exception):
    """A call that cannot be done: code and message."""


class Shop:
    """The methods."""

    def __init__(self, client: "AsyncIOMotorClient[Document]") -> None:
        concern = WriteConcern(w="majority", j=True)
        self._client = client
        self._database: AsyncIOMotorDatabase[Document] = client.get_database(
            DATABASE, write_concern=concern
        )
        self._queues: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def methods(self) -> dict[str, Method]:
        """The functions by the names on the wire."""
        return {"books.get": self.book, "sales.create": self.sell}

    async def book(self, id: int) -> Document:  # noqa: A002 - the wire's name
        """A book by its id."""
        found = await self._database["books"].find_one({"_id": id})
        if found is None:
            raise RefusedError(104, "No book has this id.")
        return _shown(found)

    async def sell(self, book_id: int, quantity: int = 1) -> Document:
        """Sell copies of a book: a transaction."""
        async with self._queues[book_id]:
            pause = PAUSE_S
            while True:
                try:
                    return await self._sell_once(book_id, quantity)
                except PyMongoError as failure:
                    if not failure.has_error_label("TransientTransactionError"):
                        raise
                await asyncio.sleep(random.random() * pause)  # noqa: S311 - no secret
                pause = min(pause * PAUSE_GROWTH, PAUSE_MAX_S)

    async def _sell_once(self, book_id: int, quantity: int) -> Document:
        async with (
            await self._client.start_session() as session,
            session.start_transaction(write_concern=self._database.write_concern),
        ):
            book = await self._database["books"].find_one_and_update(
                {"_id": book_id, "stock": {"$gte": quantity}},
                {"$inc": {"stock": -quantity}},
                projection={"price_cents": 1, "stock": 1},
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            if book is None:
                raise RefusedError(OUT_OF_STOCK, "There are not so many copies.")
            sale = {
                "_id": ObjectId(),
                "book_id": book_id,
                "quantity": quantity,
                "unit_price_cents": book["price_cents"],
                "sold_at": datetime.now(UTC),
            }
            await self._database["sales"].insert_one(sale, session=session)
        total = book["price_cents"] * quantity / 100
        return {
            "id": str(sale["_id"]),
            "book_id": book_id,
            "quantity": quantity,
            "unit_price": book["price_cents"] / 100,
            "total": total,
            "sold_at": sale["sold_at"],
            "stock_left": book["stock"],
        }


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


async def application(url: str) -> web.Application:
    """The service on a MongoDB."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(url, tz_aware=True)
    methods = Shop(client).methods()

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
