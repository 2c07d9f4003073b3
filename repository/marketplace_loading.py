"""Stores, users and history that come with a file: what is there already is left as it is.

Stores and listings are known by the name that the file gives them (`source_name`), also when they
were renamed since, and by their number among those of the same name; users by their id; past
purchases by a key made of all that is known of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.opening_hours import Span
from repository import search
from repository.listings import listing_document
from repository.marketplace import LISTINGS, PURCHASES, STORES, USERS, WALLETS
from repository.mongo_connection import Database, Document, Documents
from repository.purchases import purchase_document
from repository.stores import store_document
from repository.transactions import Transaction, run
from repository.users import user_document
from repository.wallets import store_wallet, user_wallet, wallet_document

HISTORY_KEY: Final = "history_key"


def source_name(name: str, number: int) -> str:
    """What the first, second, … thing of a name in a file is known by; no name has a line break."""
    return name if number == 1 else f"{name}\n{number}"


@dataclass(frozen=True, slots=True)
class NewListing:
    """A listing of a file; source names are unlike each other within a store."""

    source_name: str
    name: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class NewStore:
    """A store of a file with its listings; source names are unlike each other."""

    source_name: str
    name: str
    cash_cents: int
    spans: list[Span]
    listings: list[NewListing]


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user of a file."""

    id: int
    name: str
    cash_cents: int


@dataclass(frozen=True, slots=True)
class PastPurchase:
    """A purchase of a file; `key` is the same whenever the file is read."""

    key: str
    user_id: int
    store_name: str
    book_name: str
    amount_cents: int
    purchased_at: datetime


@dataclass(frozen=True, slots=True)
class _Present:
    stores: dict[str, Document]
    listings: dict[int, dict[str, int]]
    """For each store the ids of its listings by name."""

    def missing(self, stores: Sequence[NewStore]) -> tuple[list[NewStore], int]:
        """The stores that are not there, and how many listings of all are not."""
        lacking = [store for store in stores if store.source_name not in self.stores]
        return lacking, sum(len(self.missing_listings(store)) for store in stores)

    def missing_listings(self, store: NewStore) -> list[NewListing]:
        standing = self.stores.get(store.source_name)
        names = self.listings.get(standing["_id"], {}) if standing else {}
        return [listing for listing in store.listings if listing.source_name not in names]


@dataclass
class Known:
    """What the load has met so far, so that it need not ask again."""

    stores: dict[str, int] = field(default_factory=dict)
    """Ids by source name."""
    listings: dict[tuple[int, str], int] = field(default_factory=dict)
    """Ids by store and source name."""
    words: set[str] = field(default_factory=set)

    def note(self, present: _Present) -> None:
        """Remember what was there before."""
        for name, store in present.stores.items():
            self.stores[name] = store["_id"]
            for listing, listing_id in present.listings.get(store["_id"], {}).items():
                self.listings[store["_id"], listing] = listing_id

    def seller(self, store_name: str, book_name: str) -> int:
        """The store of that name that lists the book, else the first one of that name."""
        number, first = 1, self.stores[store_name]
        while (store_id := self.stores.get(source_name(store_name, number))) is not None:
            if (store_id, book_name) in self.listings:
                return store_id
            number += 1
        return first

    def join(self, other: "Known") -> None:
        """Remember what another one does."""
        self.stores |= other.stores
        self.listings |= other.listings
        self.words |= other.words


@dataclass(frozen=True, slots=True)
class Added:
    """How many stores and listings were not there before."""

    stores: int
    listings: int


async def _present(documents: Documents, stores: Sequence[NewStore]) -> _Present:
    names = [store.source_name for store in stores]
    rows = await documents.find(STORES, {"source_name": {"$in": names}})
    standing = {row["source_name"]: row for row in rows}
    listings: defaultdict[int, dict[str, int]] = defaultdict(dict)
    ids = [row["_id"] for row in rows]
    for row in await documents.find(LISTINGS, {"store_id": {"$in": ids}}) if ids else []:
        listings[row["store_id"]][row["source_name"]] = row["_id"]
    return _Present(standing, listings)


async def count_missing(documents: Documents, stores: Sequence[NewStore]) -> Added:
    """What `add_stores` would add."""
    missing, listings = (await _present(documents, stores)).missing(stores)
    return Added(len(missing), listings)


async def add_stores(
    database: Database, stores: Sequence[NewStore], known: Known, *, deadline: float
) -> Added:
    """Add the stores and listings that are missing, in one transaction; ids in their order."""
    present = await _present(database, stores)
    missing, listings_count = present.missing(stores)
    if not listings_count and not missing:
        known.note(present)
        return Added(0, 0)
    store_ids = await _new_ids(database, STORES, len(missing))
    listing_ids = await _new_ids(database, LISTINGS, listings_count)

    async def work(transaction: Transaction) -> tuple[Added, Known]:
        return await _add_stores(transaction, stores, (store_ids, listing_ids), known.words)

    added, met = await run(database, work, deadline=deadline)
    known.join(met)
    return added


async def _new_ids(database: Database, kind: str, count: int) -> list[int]:
    return [await database.ids.next(kind, block_size=count) for _ in range(count)]


async def _add_stores(
    transaction: Transaction,
    stores: Sequence[NewStore],
    ids: tuple[list[int], list[int]],
    known_words: set[str],
) -> tuple[Added, Known]:
    present = await _present(transaction, stores)
    store_ids, listing_ids = (iter(each) for each in ids)
    met, names, added = Known(), list[Document](), Added(*map(len, ids))
    met.note(present)
    for store in stores:
        missing = present.missing_listings(store)
        document = present.stores.get(store.source_name)
        if document is None:
            document = _append_store(transaction, next(store_ids), store)
            names.append(search.name_document("stores", document["_id"], store.name))
        elif missing:
            await _add_prices(transaction, document["_id"], missing)
        store_id = document["_id"]
        met.stores[store.source_name] = store_id
        for listing, listing_id in zip(missing, listing_ids, strict=False):
            row = listing_document(
                listing_id,
                document,
                source_name=listing.source_name,
                name=listing.name,
                price_cents=listing.price_cents,
            )
            transaction.append(LISTINGS, row)
            names.append(search.name_document("listings", listing_id, listing.name, store_id))
            met.listings[store_id, listing.source_name] = listing_id
    met.words = await search.add_all(transaction, names, known_words)
    return added, met


def _append_store(transaction: Transaction, store_id: int, store: NewStore) -> Document:
    prices = [listing.price_cents for listing in store.listings]
    document = store_document(
        store_id,
        source_name=store.source_name,
        name=store.name,
        spans=store.spans,
        prices=prices,
    )
    transaction.append(STORES, document)
    transaction.append(WALLETS, wallet_document(store_wallet(store_id), store.cash_cents))
    return document


async def _add_prices(transaction: Transaction, store_id: int, listings: list[NewListing]) -> None:
    store = await transaction.hold(STORES, store_id)
    if store is not None:
        prices = sorted([*store["prices"], *(listing.price_cents for listing in listings)])
        changes = {"prices": prices, "listings_count": len(prices)}
        transaction.change(STORES, store, assign=changes)


async def missing_users(documents: Documents, users: Sequence[NewUser]) -> list[NewUser]:
    """The users that are not there yet."""
    rows = await documents.find(USERS, {"_id": {"$in": [user.id for user in users]}})
    present = {row["_id"] for row in rows}
    return [user for user in users if user.id not in present]


async def add_users(transaction: Transaction, users: Sequence[NewUser]) -> int:
    """Add the users that are missing; how many that were."""
    missing = await missing_users(transaction, users)
    for user in missing:
        transaction.append(USERS, user_document(user.id, name=user.name))
        transaction.append(WALLETS, wallet_document(user_wallet(user.id), user.cash_cents))
    return len(missing)


async def store_ids(documents: Documents, names: Sequence[str]) -> dict[str, int]:
    """The ids of stores by the names that a file gives them."""
    rows = await documents.find(STORES, {"source_name": {"$in": list(names)}})
    return {row["source_name"]: row["_id"] for row in rows}


async def missing_purchases(
    documents: Documents, purchases: Sequence[PastPurchase]
) -> list[PastPurchase]:
    """The past purchases that are not there yet."""
    keys = [purchase.key for purchase in purchases]
    present = {
        row[HISTORY_KEY] for row in await documents.find(PURCHASES, {HISTORY_KEY: {"$in": keys}})
    }
    return [purchase for purchase in purchases if purchase.key not in present]


async def add_purchases(
    database: Database, purchases: Sequence[PastPurchase], known: Known, *, deadline: float
) -> int:
    """Add the past purchases that are missing, of known stores; how many that were."""
    missing = await missing_purchases(database, purchases)
    ids = await _new_ids(database, PURCHASES, len(missing))

    async def work(transaction: Transaction) -> int:
        lacking = await missing_purchases(transaction, missing)
        for purchase, purchase_id in zip(lacking, ids, strict=False):
            store_id = known.seller(purchase.store_name, purchase.book_name)
            document = purchase_document(
                purchase_id,
                user_id=purchase.user_id,
                store_id=store_id,
                listing_id=known.listings.get((store_id, purchase.book_name)),
                book_name=purchase.book_name,
                store_name=purchase.store_name,
                amount_cents=purchase.amount_cents,
                purchased_at=purchase.purchased_at,
            )
            transaction.append(PURCHASES, {**document, HISTORY_KEY: purchase.key})
        return len(lacking)

    return await run(database, work, deadline=deadline) if missing else 0
