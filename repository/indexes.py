"""Every collection and index, beside the query that it serves."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pymongo.errors import CollectionInvalid, NetworkTimeout, OperationFailure

from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.circulation import EVENTS, HOLDINGS, LOANS, RESERVATIONS
from repository.deliveries import DELIVERIES
from repository.demo import DEMO_SEEDS
from repository.heartbeats import HEARTBEATS
from repository.idempotency import REQUESTS
from repository.keys import KEYS
from repository.marketplace import LISTINGS, PURCHASES, STORES, USERS, WALLETS
from repository.members import MEMBERS
from repository.mongo_connection import COUNTERS, Database, Sort, storage_errors
from repository.paybacks import ORDERS, PAYBACKS
from repository.payment_gateway import GATEWAY_CHARGES, GATEWAY_REFUNDS
from repository.sales import REFUNDS, SALES
from repository.search import SEARCH_NAMES, SEARCH_WORDS
from repository.transactions import COMMITS

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
IDEMPOTENCY_KEPT_S: Final = 48 * 3600
COMMITS_KEPT_S: Final = 3600
HEARTBEATS_KEPT_S: Final = 3600
INDEX_BUILD_PATIENCE_S: Final = 600.0
"""How long the first start with a new index may wait for it to be built over what is there."""
_NAMESPACE_EXISTS: Final = 48

COLLECTIONS: Final = (
    BOOKS,
    STOCK_MOVEMENTS,
    SALES,
    REFUNDS,
    ORDERS,
    PAYBACKS,
    DELIVERIES,
    GATEWAY_CHARGES,
    GATEWAY_REFUNDS,
    MEMBERS,
    HOLDINGS,
    LOANS,
    RESERVATIONS,
    EVENTS,
    STORES,
    LISTINGS,
    USERS,
    WALLETS,
    PURCHASES,
    SEARCH_NAMES,
    SEARCH_WORDS,
    REQUESTS,
    KEYS,
    HEARTBEATS,
    COUNTERS,
    COMMITS,
    DEMO_SEEDS,
)

CACHED: Final = (BOOKS, SALES, MEMBERS, HOLDINGS, STORES, LISTINGS, USERS)
"""What is read by id through `Database.get`, and so may be kept by the read cache."""


@dataclass(frozen=True)
class Index:
    """An index, and `query` and `sort` as an example of what it is for."""

    collection: str
    name: str
    keys: Sort
    query: dict[str, Any]
    sort: Sort | None = None
    options: dict[str, Any] = field(default_factory=dict)


INDEXES: Final = (
    Index(
        BOOKS,
        "isbn",
        [("isbn", 1)],
        query={"isbn": "9780261103252"},
        options={"unique": True, "sparse": True},
    ),
    Index(
        BOOKS,
        "author_words",
        [("author_words", 1), ("_id", 1)],
        query={"author_words": "king", "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(
        BOOKS,
        "title_words",
        [("title_words", 1), ("_id", 1)],
        query={"title_words": "snow", "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(
        BOOKS,
        "title",
        [("title_key", 1), ("_id", 1)],
        query={"title_key": {"$gt": "m"}},
        sort=[("title_key", 1), ("_id", 1)],
    ),
    Index(
        BOOKS,
        "price",
        [("price_cents", 1), ("_id", 1)],
        query={"price_cents": {"$gte": 500, "$lte": 900}},
        sort=[("price_cents", 1), ("_id", 1)],
    ),
    Index(STOCK_MOVEMENTS, "book", [("book_id", 1)], query={"book_id": 1}),
    Index(
        SALES,
        "book",
        [("book_id", 1), ("_id", 1)],
        query={"book_id": 1, "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(SALES, "sold_at", [("sold_at", 1)], query={"sold_at": {"$gte": None}}),
    Index(REFUNDS, "refunded_at", [("refunded_at", 1)], query={"refunded_at": {"$gte": None}}),
    Index(REFUNDS, "sale", [("sale_id", 1)], query={"sale_id": 1}),
    Index(
        ORDERS,
        "status",
        [("status", 1), ("_id", 1)],
        query={"status": "paid", "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(
        ORDERS,
        "email",
        [("email_key", 1), ("_id", 1)],
        query={"email_key": "ada@example.org", "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(
        PAYBACKS,
        "status",
        [("status", 1), ("due_at", 1)],
        query={"status": "owed", "due_at": {"$lte": None}},
    ),
    Index(
        DELIVERIES,
        "order",
        [("order_id", 1), ("_id", 1)],
        query={"order_id": 1, "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(
        DELIVERIES,
        "status",
        [("status", 1), ("_id", 1)],
        query={"status": "scheduled", "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(
        DELIVERIES,
        "active",
        [("order_id", 1), ("active", 1)],
        query={"order_id": 1, "active": True},
        options={"unique": True, "partialFilterExpression": {"active": True}},
    ),
    Index(
        HOLDINGS,
        "next_expiry",
        [("next_expiry_at", 1)],
        query={"next_expiry_at": {"$lte": NOON}},
        sort=[("next_expiry_at", 1)],
    ),
    Index(
        LOANS,
        "one_open",
        [("book_id", 1), ("member_id", 1)],
        query={"book_id": 1, "open": True},
        options={"unique": True, "partialFilterExpression": {"open": True}},
    ),
    Index(
        LOANS,
        "member",
        [("member_id", 1), ("_id", 1)],
        query={"member_id": 1, "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(
        LOANS,
        "book",
        [("book_id", 1), ("_id", 1)],
        query={"book_id": 1, "_id": {"$gt": 7}},
        sort=[("_id", 1)],
    ),
    Index(
        LOANS,
        "overdue",
        [("due_at", 1), ("_id", 1)],
        query={"open": True, "due_at": {"$lt": NOON}},
        sort=[("due_at", 1), ("_id", 1)],
        options={"partialFilterExpression": {"open": True}},
    ),
    Index(
        RESERVATIONS,
        "one_open",
        [("book_id", 1), ("member_id", 1)],
        query={"book_id": 1, "open": True},
        options={"unique": True, "partialFilterExpression": {"open": True}},
    ),
    Index(
        EVENTS,
        "book",
        [("book_id", 1), ("number", 1), ("_id", 1)],
        query={"book_id": 1, "number": {"$gt": 3}},
        sort=[("number", 1), ("_id", 1)],
        options={"unique": True},
    ),
    Index(
        EVENTS,
        "member",
        [("member_id", 1), ("at", 1), ("_id", 1)],
        query={"member_id": 1, "at": {"$gt": NOON}},
        sort=[("at", 1), ("_id", 1)],
    ),
    Index(
        EVENTS,
        "at",
        [("at", 1), ("_id", 1)],
        query={"at": {"$gt": NOON}},
        sort=[("at", 1), ("_id", 1)],
    ),
    Index(
        STORES,
        "source_name",
        [("source_name", 1)],
        query={"source_name": {"$in": ["Bookland"]}},
        options={"unique": True},
    ),
    Index(STORES, "name_words", [("name_words", 1)], query={"name_words": "books"}),
    Index(
        STORES,
        "name",
        [("name_key", 1), ("_id", 1)],
        query={"name_key": {"$gte": "m"}},
        sort=[("name_key", 1), ("_id", 1)],
    ),
    Index(STORES, "open_slots", [("open_slots", 1)], query={"open_slots": 11}),
    Index(
        STORES,
        "week_minutes",
        [("week_minutes", 1), ("_id", 1)],
        query={"week_minutes": {"$gt": 3600}},
        sort=[("week_minutes", 1), ("_id", 1)],
    ),
    Index(
        STORES,
        "shortest_day",
        [("shortest_day_minutes", 1)],
        query={"shortest_day_minutes": {"$gt": 60}},
    ),
    Index(
        STORES,
        "longest_day",
        [("longest_day_minutes", 1)],
        query={"longest_day_minutes": {"$lt": 60}},
    ),
    Index(
        STORES,
        "listings_count",
        [("listings_count", 1), ("_id", 1)],
        query={"listings_count": {"$gt": 10}},
        sort=[("listings_count", 1), ("_id", 1)],
    ),
    Index(
        LISTINGS,
        "store",
        [("store_id", 1), ("price_cents", 1)],
        query={"store_id": 1, "price_cents": {"$gte": 1000}},
    ),
    Index(
        LISTINGS,
        "price",
        [("price_cents", 1), ("_id", 1)],
        query={"price_cents": {"$gte": 1000, "$lte": 1100}},
        sort=[("price_cents", 1), ("_id", 1)],
    ),
    Index(
        LISTINGS,
        "name",
        [("name_key", 1), ("_id", 1)],
        query={"name_key": {"$gte": "m"}},
        sort=[("name_key", 1), ("_id", 1)],
    ),
    Index(PURCHASES, "purchased_at", [("purchased_at", 1)], query={"purchased_at": {"$gte": None}}),
    Index(PURCHASES, "user", [("user_id", 1), ("_id", 1)], query={"user_id": 1}),
    Index(PURCHASES, "store", [("store_id", 1), ("_id", 1)], query={"store_id": 1}),
    Index(
        PURCHASES,
        "history_key",
        [("history_key", 1)],
        query={"history_key": {"$in": ["0f"]}},
        options={"unique": True, "sparse": True},
    ),
    Index(SEARCH_NAMES, "key", [("key", 1)], query={"key": {"$gte": "ruby", "$lt": "rubz"}}),
    Index(
        SEARCH_NAMES,
        "words_by_length",
        [("words", 1), ("length", 1), ("key", 1)],
        query={"words": "ruby"},
        sort=[("length", 1), ("key", 1)],
    ),
    Index(SEARCH_NAMES, "typo_keys", [("typo_keys", 1)], query={"typo_keys": {"$in": ["5^ru"]}}),
    Index(SEARCH_WORDS, "word", [("word", 1)], query={"word": {"$gte": "ru", "$lt": "rv"}}),
    Index(SEARCH_WORDS, "triples", [("triples", 1)], query={"triples": "rub"}),
    Index(SEARCH_WORDS, "typo_keys", [("typo_keys", 1)], query={"typo_keys": {"$in": ["5^ru"]}}),
    Index(
        REQUESTS,
        "expiry",
        [("answered_at", 1)],
        query={"answered_at": {"$lt": None}},
        options={"expireAfterSeconds": IDEMPOTENCY_KEPT_S},
    ),
    Index(
        HEARTBEATS,
        "expiry",
        [("at", 1)],
        query={"at": {"$gt": None}},
        options={"expireAfterSeconds": HEARTBEATS_KEPT_S},
    ),
    Index(
        COMMITS,
        "expiry",
        [("at", 1)],
        query={"at": {"$lt": None}},
        options={"expireAfterSeconds": COMMITS_KEPT_S},
    ),
)


async def _create_collection(database: Database, name: str) -> None:
    try:
        await database.motor.create_collection(name)
    except CollectionInvalid:  # checked by the driver
        return
    except OperationFailure as failure:  # made by another process in the meantime
        if failure.code != _NAMESPACE_EXISTS:
            raise


async def _create_index(database: Database, index: Index) -> None:
    loop = asyncio.get_running_loop()
    patience_ends = loop.time() + INDEX_BUILD_PATIENCE_S
    while True:
        try:
            await database.collection(index.collection).create_index(
                list(index.keys), name=index.name, **index.options
            )
        except NetworkTimeout:  # the server goes on; asking again waits for what it has begun
            if loop.time() >= patience_ends:
                raise
        else:
            return


async def ensure(database: Database) -> None:
    """Make all collections and indexes that are missing. Raises StorageUnavailable.

    They have to stand before traffic: a collection made inside a transaction would hold it up.
    """
    with storage_errors():
        existing = set(await database.motor.list_collection_names())
        for name in COLLECTIONS:
            if name not in existing:
                await _create_collection(database, name)
        for index in INDEXES:
            await _create_index(database, index)
