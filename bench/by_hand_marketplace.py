"""The marketplace as one would write it by hand: a query a question, a transaction a purchase.

Documents are laid out for the questions: a store has its spans as minutes of the week (what runs
past Sunday is a second span), the hours of its week, the number of its listings, and beside them
the part of its answer that does not change; a listing repeats its store's name; names have their
words beside them. Each question has an index that answers it.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bson import ObjectId
from pymongo import ReturnDocument

from bench.by_hand_transactions import RefusedError, transaction

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

WEEK: Final = 7 * 1_440
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS: Final = {"store": "stores", "listing": "listings", "book": "books"}
PAGE: Final = 50
LOOKED_THROUGH: Final = 4
"""So many times the hits that are wanted are read."""
INSUFFICIENT: Final = 3001
NOT_FOUND: Final = 104
INDEXES: Final[dict[str, list[list[tuple[str, int]]]]] = {
    "stores": [[("name_key", 1), ("_id", 1)], [("words", 1)]],
    "listings": [
        [("store_id", 1), ("price_cents", 1), ("_id", 1)],
        [("price_cents", 1), ("_id", 1)],
        [("name_key", 1), ("_id", 1)],
        [("words", 1)],
    ],
    "books": [
        [("price_cents", 1), ("_id", 1)],
        [("title_key", 1), ("_id", 1)],
        [("author_words", 1)],
        [("words", 1)],
    ],
    "purchases": [[("purchased_at", 1)]],
}
"""Stores have none for hours and numbers: most stores match, and a page by id ends early."""

Document = dict[str, Any]


def words_of(text: str) -> list[str]:
    """The words of a name, without accents and case."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each)))


def name_fields(name: str) -> Document:
    """What is kept of a name to show it, to sort by it and to find it."""
    words = words_of(name)
    return {"name": name, "name_key": " ".join(words), "words": words}


def minute_of_week(day: int, time: str) -> int:
    """Minutes since Monday midnight; the day from 0."""
    hours, minutes = time.split(":")[:2]
    return day * 1_440 + int(hours) * 60 + int(minutes)


def _between(low: float | None, high: float | None, factor: int = 1) -> Document:
    bounds = {"$gte": low, "$lte": high}
    return {name: round(value * factor) for name, value in bounds.items() if value is not None}


def _above(bounds: Document) -> Document:
    names = {"more_than": "$gt", "less_than": "$lt"}
    return {operator: bounds[name] for name, operator in names.items() if name in bounds}


def _open(minute: int) -> Document:
    return {"spans": {"$elemMatch": {"opens": {"$lte": minute}, "closes": {"$gt": minute}}}}


def _period(given: Document) -> list[Document]:
    first, last = given.get("from"), given.get("to")
    bounds: Document = {}
    if first is not None:
        bounds["$gte"] = datetime.fromisoformat(first).replace(tzinfo=UTC)
    if last is not None:
        bounds["$lte"] = datetime.fromisoformat(f"{last}T23:59:59.999").replace(tzinfo=UTC)
    return [{"$match": {"purchased_at": bounds}}] if bounds else []


class Marketplace:
    """The methods."""

    def __init__(self, database: "AsyncIOMotorDatabase[Document]") -> None:
        self._database = database

    async def stores(self, **asked: Any) -> Document:
        """Stores by their hours, their number of books, or their books in a range of prices."""
        query: Document = {}
        if "open_at" in asked:
            moment = datetime.fromisoformat(asked["open_at"])
            query |= _open(minute_of_week(moment.weekday(), moment.strftime("%H:%M")))
        if "open_on" in asked:
            at = asked["open_on"]
            query |= _open(minute_of_week(DAYS.index(at["day"]), at["time"]))
        if "hours_per_week" in asked:
            query["week_hours"] = _above(asked["hours_per_week"])
        books = asked.get("books", {})
        if "min_price" in books or "max_price" in books:
            query["_id"] = {"$in": await self._selling(books)}
        elif books:
            query["listings_count"] = _above(books)
        sort = {"name": "name_key"}.get(asked.get("sort", ""), "_id")
        return await self._page("stores", query, sort, asked)

    async def _selling(self, books: Document) -> list[int]:
        prices = _between(books.get("min_price"), books.get("max_price"), 100)
        rows = await self._rows(
            "listings",
            [
                {"$match": {"price_cents": prices}},
                {"$group": {"_id": "$store_id", "count": {"$sum": 1}}},
                {"$match": {"count": _above(books)}},
            ],
        )
        return [row["_id"] for row in rows]

    async def listings(self, **asked: Any) -> Document:
        """Listings of a store or of all, by price."""
        query: Document = {"store_id": asked["store_id"]} if "store_id" in asked else {}
        if prices := _between(asked.get("min_price"), asked.get("max_price"), 100):
            query["price_cents"] = prices
        sort = {"price": "price_cents", "name": "name_key"}.get(asked.get("sort", ""), "_id")
        return await self._page("listings", query, sort, asked)

    async def books(self, **asked: Any) -> Document:
        """Books by author or price."""
        query: Document = {}
        if "author" in asked:
            query["author_words"] = {"$all": words_of(asked["author"])}
        if prices := _between(asked.get("min_price"), asked.get("max_price"), 100):
            query["price_cents"] = prices
        if asked.get("in_stock"):
            query["stock"] = {"$gt": 0}
        sort = {"price": "price_cents", "title": "title_key"}.get(asked.get("sort", ""), "_id")
        return await self._page("books", query, sort, asked)

    async def _page(self, name: str, query: Document, sort: str, asked: Document) -> Document:
        limit = asked.get("limit", PAGE)
        cursor = self._database[name].find(query, {"shown": 1, "cash_cents": 1})
        found = await cursor.sort([(sort, 1), ("_id", 1)]).limit(limit + 1).to_list(None)
        items = [_shown(each) for each in found[:limit]]
        more = str(found[limit]["_id"]) if len(found) > limit else None
        return {"items": items, "next_cursor": more}

    async def search(
        self, query: str, kinds: Sequence[str] = tuple(KINDS), limit: int = PAGE
    ) -> Document:
        """Names that have all words, the last one perhaps only begun; no typos, one find a kind.

        A range in an array may be met by two of its elements, so what it finds is looked through.
        """
        *whole, last = words_of(query) or [""]
        begun = {"words": {"$gte": last, "$lt": f"{last}\uffff"}}
        wanted: Document = {"$and": [*({"words": word} for word in whole), begun]}
        hits = []
        for kind in kinds:
            cursor = self._database[KINDS[kind]].find(wanted, {"shown": 1, "words": 1})
            hits += [
                {"kind": kind, **each["shown"]}
                for each in await cursor.limit(limit * LOOKED_THROUGH).to_list(None)
                if any(word.startswith(last) for word in each["words"])
            ]
        return {"items": hits[:limit], "next_cursor": None}

    async def _rows(self, name: str, pipeline: list[Document]) -> list[Document]:
        return await self._database[name].aggregate(pipeline).to_list(None)

    @staticmethod
    def _sums(given: Document, key: str | None) -> list[Document]:
        sums = {"value": {"$sum": "$amount_cents"}, "count": {"$sum": 1}}
        return [*_period(given), {"$group": {"_id": key, **sums}}]

    async def top(self, limit: int = PAGE, **given: Any) -> Document:
        """Users by what they spent."""
        return await self._ranked("users", "$user_id", "value", limit, given)

    async def popular(self, by: str = "count", limit: int = PAGE, **given: Any) -> Document:
        """Stores by what was bought there."""
        return await self._ranked("stores", "$store_id", by, limit, given)

    async def _ranked(self, name: str, key: str, by: str, limit: int, given: Document) -> Document:
        sums = self._sums(given, key)
        rows = await self._rows("purchases", [*sums, {"$sort": {by: -1}}, {"$limit": limit}])
        ids = {"_id": {"$in": [row["_id"] for row in rows]}}
        found = await self._database[name].find(ids, {"name": 1}).to_list(None)
        names = {each["_id"]: each["name"] for each in found}
        return {
            "items": [
                {
                    "id": row["_id"],
                    "name": names[row["_id"]],
                    "count": row["count"],
                    "value": row["value"] / 100,
                }
                for row in rows
            ]
        }

    async def totals(self, **given: Any) -> Document:
        """Number and value of the purchases of a period."""
        rows = await self._rows("purchases", self._sums(given, None))
        row = rows[0] if rows else {"count": 0, "value": 0}
        return {"count": row["count"], "value": row["value"] / 100}

    async def users_count(self, **given: Any) -> Document:
        """Users who spent more or less than an amount."""
        spent = {name: cents * 100 for name, cents in _above(given).items()}
        counted: list[Document] = [{"$match": {"value": spent}}, {"$count": "count"}]
        rows = await self._rows("purchases", [*self._sums(given, "$user_id"), *counted])
        return {"count": rows[0]["count"] if rows else 0}

    async def buy(self, user_id: int, listing_id: int) -> Document:
        """Buy a listing: a transaction."""
        listing = await self._database["listings"].find_one({"_id": listing_id})
        if listing is None:
            raise RefusedError(NOT_FOUND, "No listing has this id.")
        price = listing["price_cents"]

        async def work(session: Any) -> Document:
            user = await self._database["users"].find_one_and_update(
                {"_id": user_id, "cash_cents": {"$gte": price}},
                {"$inc": {"cash_cents": -price}},
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            if user is None:
                raise RefusedError(INSUFFICIENT, "The user has not so much cash.")
            store = await self._database["stores"].find_one_and_update(
                {"_id": listing["store_id"]},
                {"$inc": {"cash_cents": price}},
                projection={"cash_cents": 1},
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            purchase = {
                "_id": ObjectId(),
                "user_id": user_id,
                "store_id": listing["store_id"],
                "amount_cents": price,
                "purchased_at": datetime.now(UTC),
            }
            await self._database["purchases"].insert_one(purchase, session=session)
            return {
                "id": str(purchase["_id"]),
                "amount": price / 100,
                "user_cash": user["cash_cents"] / 100,
                "store_cash": store["cash_cents"] / 100,
                "purchased_at": purchase["purchased_at"],
            }

        return await transaction(self._database, work)

    async def edit_user(self, id: int, name: str) -> Document:  # noqa: A002 - the wire's name
        """Rename a user."""
        return await self._edit("users", id, {"name": name, "shown.name": name})

    async def edit_price(self, id: int, price: float) -> Document:  # noqa: A002 - the wire's name
        """Set a listing's price."""
        cents = round(price * 100)
        return await self._edit("listings", id, {"price_cents": cents, "shown.price": price})

    async def edit_store(self, id: int, name: str) -> Document:  # noqa: A002 - the wire's name
        """Rename a store, which its listings show too."""
        fields = {**name_fields(name), "shown.name": name}
        store = await self._edit("stores", id, fields)
        named = {"$set": {"shown.store_name": name}}
        await self._database["listings"].update_many({"store_id": id}, named)
        return store

    async def _edit(self, collection: str, row_id: int, fields: Document) -> Document:
        row = await self._database[collection].find_one_and_update(
            {"_id": row_id},
            {"$set": fields},
            projection={"shown": 1, "cash_cents": 1},
            return_document=ReturnDocument.AFTER,
        )
        if row is None:
            raise RefusedError(NOT_FOUND, "Nothing has this id.")
        return _shown(row)


def _shown(row: Document) -> Document:
    shown: Document = row["shown"]
    return shown | {"cash": row["cash_cents"] / 100} if "cash_cents" in row else shown
