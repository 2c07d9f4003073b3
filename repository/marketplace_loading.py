"""Loads stores, users and past purchases of a file; rows that are stored already do not change.

Stores and listings are identified by their name in the file (`source_name`), also after a rename,
and by their number among those of the same name; users by their id; past purchases by a key made
of all their fields.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.accounts import new_account, user_account
from domain.effects import Add, Decision, Effect, increase
from domain.hours_rules import Week
from domain.listings import ListingRow
from domain.purchases import FilePurchaseRow, PurchaseRow
from domain.store_rules import hours_of
from domain.stores import DEFAULT_TIME_ZONE, StoreRow
from repository.accounts import ACCOUNTS
from repository.listings import LISTINGS
from repository.mongo.changes import Change, Need, State, need, need_by
from repository.mongo.connection import Database
from repository.purchases import FILE_PURCHASES, PURCHASES
from repository.store_directory import STORES


def source_name(name: str, number: int) -> str:
    """The source name of the first, second, … thing of a name; names have no line breaks."""
    return name if number == 1 else f"{name}\n{number}"


@dataclass(frozen=True, slots=True)
class NewListing:
    """A listing of a file; its source name is unique within its store."""

    source_name: str
    name: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class NewStore:
    """A store of a file with its listings; its source name is unique."""

    source_name: str
    name: str
    cash_cents: int
    week: Week
    listings: list[NewListing]
    time_zone: str = DEFAULT_TIME_ZONE


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


@dataclass
class Known:
    """What the load has read so far, so that it need not ask again."""

    stores: dict[str, int] = field(default_factory=dict)
    """Ids by source name."""
    listings: dict[tuple[int, str], int] = field(default_factory=dict)
    """Ids by store and source name."""

    def seller(self, store_name: str, book_name: str) -> int:
        """The first store of that name that lists the book, else the first of that name."""
        number, first = 1, self.stores[store_name]
        while (store_id := self.stores.get(source_name(store_name, number))) is not None:
            if (store_id, book_name) in self.listings:
                return store_id
            number += 1
        return first

    def join(self, other: "Known") -> None:
        """Add all that another one knows."""
        self.stores |= other.stores
        self.listings |= other.listings


@dataclass(frozen=True, slots=True)
class Added:
    """The numbers of stores and listings that were missing, and what the load knows now."""

    stores: int
    listings: int
    known: Known = field(default_factory=Known)


async def count_missing(database: Database, stores: Sequence[NewStore]) -> Added:
    """What `add_stores` would add."""
    names = [store.source_name for store in stores]
    stored = {
        row.source_name: row for row in await database.rows(STORES, {"source_name": {"$in": names}})
    }
    ids = [row.id for row in stored.values()]
    listed = await database.rows(LISTINGS, {"store_id": {"$in": ids}}) if ids else []
    known = _by_store(listed)
    missing = 0
    for store in stores:
        row = stored.get(store.source_name)
        listed_names = {} if row is None else known.get(row.id, {})
        missing += sum(listing.source_name not in listed_names for listing in store.listings)
    return Added(len(stores) - len(stored), missing)


def _by_store(listings: Iterable[ListingRow]) -> dict[int, dict[str, int]]:
    """For each store the ids of its listings by source name."""
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in listings:
        if row.source_name is not None:
            found[row.store_id][row.source_name] = row.id
    return found


def add_stores(stores: Sequence[NewStore]) -> Change[Added]:
    """Add the missing stores and listings in one transaction, with ids in their order."""
    names = [store.source_name for store in stores]

    def their_listings(state: State) -> list[Need]:
        stored = [row.id for name in names for row in state.all_by(STORES, "source_name", name)]
        return [need_by(LISTINGS, "store_id", stored)]

    def decide(state: State) -> Decision[Added]:
        coming = [_Coming.of(state, store) for store in stores]
        # Exactly the ids that are needed, so that none is lost.
        store_ids = state.new_ids_of_file(STORES, sum(each.row is None for each in coming))
        listing_ids = state.new_ids_of_file(LISTINGS, sum(len(each.missing) for each in coming))
        added = _Adding(iter(store_ids), iter(listing_ids))
        for each in coming:
            added.add(each)
        counts = Added(added.stores, added.listings, added.known)
        return Decision(counts, tuple(added.effects))

    return Change(decide, (need_by(STORES, "source_name", names),), further=(their_listings,))


@dataclass(frozen=True, slots=True)
class _Coming:
    """A store of a file, the stored one, and which of its listings are stored and missing."""

    store: NewStore
    row: StoreRow | None
    listed: Mapping[str, int]
    """Ids by source name."""
    missing: list[NewListing]

    @classmethod
    def of(cls, state: State, store: NewStore) -> "_Coming":
        row = next(iter(state.all_by(STORES, "source_name", store.source_name)), None)
        rows = [] if row is None else state.all_by(LISTINGS, "store_id", row.id)
        listed = {each.source_name: each.id for each in rows if each.source_name is not None}
        missing = [each for each in store.listings if each.source_name not in listed]
        return cls(store, row, listed, missing)


@dataclass
class _Adding:
    """The stores and listings being added, with their effects."""

    store_ids: Iterator[int]
    listing_ids: Iterator[int]
    effects: list[Effect] = field(default_factory=list)
    known: Known = field(default_factory=Known)
    stores: int = 0
    listings: int = 0

    def add(self, coming: _Coming) -> None:
        """Add a store, or its missing listings."""
        missing, row = coming.missing, coming.row
        if row is None:
            row = self._new_store(coming.store)
        elif missing:
            self.effects.append(increase(row, listings_count=len(missing)))
        new = {each.source_name: self._new_listing(row, each) for each in missing}
        self.known.stores[coming.store.source_name] = row.id
        self.known.listings |= {
            (row.id, name): each for name, each in {**coming.listed, **new}.items()
        }

    def _new_store(self, store: NewStore) -> StoreRow:
        row = StoreRow(
            id=next(self.store_ids),
            source_name=store.source_name,
            name=store.name,
            time_zone=store.time_zone,
            listings_count=len(store.listings),
            **hours_of(store.week),
        )
        account = new_account("store", row.id, store.name, store.cash_cents)
        self.effects += [Add(row), Add(account)]
        self.stores += 1
        return row

    def _new_listing(self, store: StoreRow, listing: NewListing) -> int:
        listing_id = next(self.listing_ids)
        row = ListingRow(
            listing_id, store.id, listing.source_name, listing.name, listing.price_cents
        )
        self.effects.append(Add(row))
        self.listings += 1
        return listing_id


async def missing_users(database: Database, users: Sequence[NewUser]) -> int:
    """How many of the users are missing."""
    ids = [user_account(user.id) for user in users]
    return len(users) - len(await database.rows(ACCOUNTS, {"_id": {"$in": ids}}))


def add_users(users: Sequence[NewUser]) -> Change[int]:
    """Add the missing users; return their number."""

    def decide(state: State) -> Decision[int]:
        missing = [user for user in users if state.get(ACCOUNTS, user_account(user.id)) is None]
        effects = [
            Add(new_account("user", user.id, user.name, user.cash_cents)) for user in missing
        ]
        return Decision(len(missing), tuple(effects))

    return Change(decide, (need(ACCOUNTS, *(user_account(user.id) for user in users)),))


async def store_ids(database: Database, names: Sequence[str]) -> dict[str, int]:
    """The ids of stores by the names that a file gives them."""
    rows = await database.rows(STORES, {"source_name": {"$in": list(names)}})
    return {row.source_name: row.id for row in rows}


async def missing_purchases(database: Database, purchases: Sequence[PastPurchase]) -> int:
    """How many of the past purchases are missing."""
    keys = [purchase.key for purchase in purchases]
    return len(purchases) - len(await database.rows(PURCHASES, {"history_key": {"$in": keys}}))


def add_purchases(purchases: Sequence[PastPurchase], known: Known) -> Change[int]:
    """Add the missing past purchases, of known stores; return their number."""

    def decide(state: State) -> Decision[int]:
        missing = [
            each for each in purchases if not state.all_by(PURCHASES, "history_key", each.key)
        ]
        ids = state.new_ids_of_file(PURCHASES, len(missing))
        rows = [_past(known, *each) for each in zip(ids, missing, strict=True)]
        guards = [
            Add(FilePurchaseRow(each.key, row.id)) for row, each in zip(rows, missing, strict=True)
        ]
        return Decision(len(rows), (*(Add(row) for row in rows), *guards))

    keys = [purchase.key for purchase in purchases]
    return Change(decide, (need_by(PURCHASES, "history_key", keys), need(FILE_PURCHASES, *keys)))


def _past(known: Known, purchase_id: int, purchase: PastPurchase) -> PurchaseRow:
    store_id = known.seller(purchase.store_name, purchase.book_name)
    return PurchaseRow(
        id=purchase_id,
        user_id=purchase.user_id,
        store_id=store_id,
        listing_id=known.listings.get((store_id, purchase.book_name)),
        book_name=purchase.book_name,
        store_name=purchase.store_name,
        amount_cents=purchase.amount_cents,
        purchased_at=purchase.purchased_at,
        history_key=purchase.key,
    )
