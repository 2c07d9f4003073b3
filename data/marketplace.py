"""Stores with their listings and users with their history, from two JSON files.

Amounts in history are what was paid, whatever a listing costs today. Cash is what was left after
it, so loading history moves no cash. Dates are in UTC.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from data.extract import json_list
from data.report import CHUNK_DEADLINE_S, Finding, Progress, Report, chunks
from data.transform import problem_of
from domain.listings import ListingName
from domain.money import Amount
from domain.opening_hours import Hours
from domain.stores import DEFAULT_TIME_ZONE, StoreName, StoreTimeZone
from domain.users import UserId, UserName
from repository import marketplace_loading as loading
from repository import rollups
from repository.accounts import ACCOUNTS
from repository.marketplace_loading import Known, NewListing, NewStore, NewUser, PastPurchase
from repository.mongo.changes import Change
from repository.mongo.core import deadline_in
from repository.storage import Storage

STORES_AT_ONCE: Final = 50
USERS_AT_ONCE: Final = 500
PURCHASES_AT_ONCE: Final = 1_000
PARTS: Final = ("stores", "listings", "users", "purchases")
_DATE: Final = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})\s+(\d{1,2}):(\d{2})\s*([AP])M", re.ASCII | re.IGNORECASE
)
_NOON: Final = 12

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")
UserWithHistory = tuple[NewUser, list[PastPurchase]]


def parse_date(text: Any) -> datetime:
    """The instant of a date such as `02/10/2020 04:09 AM`, in UTC. Raises ValueError."""
    match = _DATE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError("must be a date such as 02/10/2020 04:09 AM")
    month, day, year, hour, minute = map(int, match.groups()[:5])
    if not 1 <= hour <= _NOON:
        raise ValueError("has an hour that is not 1 to 12")
    return datetime(
        year, month, day, hour % _NOON + _NOON * (match[6].upper() == "P"), minute, tzinfo=UTC
    )


Rows = Annotated[list[Any], Field(strict=True)]


class _FileModel(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", arbitrary_types_allowed=True)


class StoreRow(_FileModel):
    """A store of the file."""

    storeName: StoreName  # noqa: N815 - the file's own name
    cashBalance: Amount  # noqa: N815 - as above
    openingHours: Hours  # noqa: N815 - as above
    timeZone: StoreTimeZone = DEFAULT_TIME_ZONE  # noqa: N815 - as above
    books: Rows


class ListingRow(_FileModel):
    """A listing of the file, within its store."""

    bookName: ListingName  # noqa: N815 - the file's own name
    price: Amount


class UserRow(_FileModel):
    """A user of the file."""

    id: UserId
    name: UserName
    cashBalance: Amount  # noqa: N815 - the file's own name
    purchaseHistory: Rows  # noqa: N815 - as above


class PurchaseRow(_FileModel):
    """A past purchase of the file, within its user."""

    bookName: ListingName  # noqa: N815 - the file's own name
    storeName: StoreName  # noqa: N815 - as above
    transactionAmount: Amount  # noqa: N815 - as above
    transactionDate: Annotated[datetime, BeforeValidator(parse_date)]  # noqa: N815 - as above


def row_count(stores: Path, users: Path) -> int:
    """How many rows both files have, including those within others. Raises UnreadableFileError."""
    return sum(
        1 + len(_inner(row, name))
        for path, name in ((stores, "books"), (users, "purchaseHistory"))
        for row in json_list(path)
    )


def _inner(row: Any, name: str) -> list[Any]:
    inner = row.get(name) if isinstance(row, dict) else None
    return inner if isinstance(inner, list) else []


@dataclass
class _Namesakes:
    """Rows by name: equal rows are one thing, different rows of one name are several."""

    _rows: dict[str, list[tuple[BaseModel, str]]] = field(default_factory=dict)

    def place_of(self, name: str, row: BaseModel) -> str | None:
        """The earlier place of an equal row, if there is one."""
        return next((place for met, place in self._rows.get(name, []) if met == row), None)

    def add(self, name: str, row: BaseModel, place: str) -> str:
        """Add a row; return its source name."""
        namesakes = self._rows.setdefault(name, [])
        namesakes.append((row, place))
        return loading.source_name(name, len(namesakes))


@dataclass
class _Judge:
    """Reads rows, and reports those that break a rule."""

    report: Report = field(default_factory=lambda: Report(parts={part: Report() for part in PARTS}))

    def checked(self, part: str, row: Any, model: type[Model], place: str) -> Model | None:
        """The row as its model; None for an invalid row, which is reported."""
        self.report.parts[part].read += 1
        try:
            return model.model_validate(row)
        except ValidationError as failure:
            for error in failure.errors(include_url=False):
                column = str(error["loc"][0]) if error["loc"] else ""
                self.reject(part, place, column, problem_of(error["type"], error["msg"]))
        return None

    def reject(self, part: str, place: str, column: str, problem: str) -> None:
        """Report a fault of the row that was read last."""
        of_part = self.report.parts[part]
        of_part.rejects.append(Finding(of_part.read, column, problem, place))

    def reject_inner(self, part: str, rows: Sequence[Any], place: str, problem: str) -> None:
        """Report rows that are rejected with the row that contains them."""
        for number, _ in enumerate(rows, 1):
            self.report.parts[part].read += 1
            self.reject(part, f"{place}, {number}", "", problem)

    def stores(self, rows: list[Any]) -> Iterator[NewStore]:
        """The stores of a file with their listings."""
        met = _Namesakes()
        for number, row in enumerate(rows, 1):
            place = f"store {number}"
            store = self.checked("stores", row, StoreRow, place)
            if store is not None and (same := met.place_of(store.storeName, store)):
                self.reject("stores", place, "storeName", f"is the same row as {same}")
                store = None
            if store is None:
                self.reject_inner("listings", _inner(row, "books"), place, "its store is rejected")
                continue
            known_by = met.add(store.storeName, store, place)
            listings = list(self._listings(store.books, place))
            yield NewStore(
                known_by,
                store.storeName,
                store.cashBalance,
                store.openingHours,
                listings,
                store.timeZone,
            )

    def _listings(self, rows: list[Any], store: str) -> Iterator[NewListing]:
        met = _Namesakes()
        for number, row in enumerate(rows, 1):
            place = f"{store}, book {number}"
            listing = self.checked("listings", row, ListingRow, place)
            if listing is None:
                continue
            if same := met.place_of(listing.bookName, listing):
                self.reject("listings", place, "bookName", f"is the same row as {same}")
                continue
            known_by = met.add(listing.bookName, listing, place)
            yield NewListing(known_by, listing.bookName, listing.price)

    def users(self, rows: list[Any], store_names: set[str]) -> Iterator[UserWithHistory]:
        """The users of a file with those past purchases that are at known stores."""
        places: dict[int, str] = {}
        for number, row in enumerate(rows, 1):
            place = f"user {number}"
            user = self.checked("users", row, UserRow, place)
            if user is not None and user.id in places:
                self.reject("users", place, "id", f"is the id of {places[user.id]} already")
                user = None
            if user is None:
                history = _inner(row, "purchaseHistory")
                self.reject_inner("purchases", history, place, "its user is rejected")
                continue
            places[user.id] = place
            purchases = list(self._purchases(user, place, store_names))
            yield NewUser(user.id, user.name, user.cashBalance), purchases

    def _purchases(
        self, user: UserRow, user_place: str, store_names: set[str]
    ) -> Iterator[PastPurchase]:
        alike: Counter[str] = Counter()
        for number, row in enumerate(user.purchaseHistory, 1):
            place = f"{user_place}, purchase {number}"
            purchase = self.checked("purchases", row, PurchaseRow, place)
            if purchase is None:
                continue
            if purchase.storeName not in store_names:
                problem = f"no store is called {purchase.storeName}"
                self.reject("purchases", place, "storeName", problem)
                continue
            content = orjson.dumps([user.id, *purchase.model_dump().values()]).decode()
            # The same book twice in one minute is two purchases: the first and the second alike.
            alike[content] += 1
            yield PastPurchase(
                key=hashlib.sha256(f"{content} {alike[content]}".encode()).hexdigest()[:32],
                user_id=user.id,
                store_name=purchase.storeName,
                book_name=purchase.bookName,
                amount_cents=purchase.transactionAmount,
                purchased_at=purchase.transactionDate,
            )


async def load(
    storage: Storage | None, stores: Path, users: Path, progress: Progress, *, dry_run: bool
) -> Report:
    """Load what is missing, see `Loader`; the report has a part for each kind of row."""
    judge = _Judge()
    store_rows, user_rows = json_list(stores), json_list(users)
    target = _Target(storage, judge.report, progress, is_dry=dry_run)
    good_stores = list(judge.stores(store_rows))
    progress(sum(judge.report.parts[part].rejected for part in ("stores", "listings")))
    for chunk in chunks(good_stores, STORES_AT_ONCE):
        await target.add_stores(chunk)
    names = await target.store_names({store.name for store in good_stores}, user_rows)
    good_users = list(judge.users(user_rows, names))
    progress(sum(judge.report.parts[part].rejected for part in ("users", "purchases")))
    for users_chunk in chunks((user for user, _ in good_users), USERS_AT_ONCE):
        await target.add_users(users_chunk)
    history = (purchase for _, purchases in good_users for purchase in purchases)
    for purchases_chunk in chunks(history, PURCHASES_AT_ONCE):
        await target.add_purchases(purchases_chunk)
    if storage is not None and not dry_run:
        await rollups.roller(storage.database).roll()
    return Report.of_parts(judge.report.parts)


@dataclass
class _Target:
    """Loads rows into storage, compares them in a dry run, or only counts them without storage."""

    storage: Storage | None
    report: Report
    progress: Progress
    is_dry: bool
    known: Known = field(default_factory=Known)

    def _count(self, part: str, rows: int, loaded: int) -> None:
        self.report.parts[part].loaded += loaded
        self.report.parts[part].unchanged += rows - loaded
        self.progress(rows)

    async def add_stores(self, stores: list[NewStore]) -> None:
        listings = sum(len(store.listings) for store in stores)
        added = loading.Added(len(stores), listings)
        if self.storage is not None and self.is_dry:
            added = await loading.count_missing(self.storage.database, stores)
        elif self.storage is not None:
            added = await self._submit(loading.add_stores(stores))
            self.known.join(added.known)
        self._count("stores", len(stores), added.stores)
        self._count("listings", listings, added.listings)

    async def _submit(self, change: Change[Result]) -> Result:
        assert self.storage is not None  # noqa: S101 - only called with one
        return await self.storage.core.submit(change, deadline=deadline_in(CHUNK_DEADLINE_S))

    async def store_names(self, of_file: set[str], user_rows: list[Any]) -> set[str]:
        """The names by which purchases refer to stores: those of the file, and of the database."""
        others: set[Any] = {
            purchase.get("storeName")
            for row in user_rows
            for purchase in _inner(row, "purchaseHistory")
            if isinstance(purchase, dict) and isinstance(purchase.get("storeName"), str)
        }
        names = sorted({name.strip() for name in others} - of_file)
        if self.storage is None or not names:
            return of_file
        for chunk in chunks(names):
            self.known.stores |= await loading.store_ids(self.storage.database, chunk)
        return of_file | set(self.known.stores)

    async def add_users(self, users: list[NewUser]) -> None:
        loaded = len(users)
        if self.storage is not None and self.is_dry:
            loaded = await loading.missing_users(self.storage.database, users)
        elif self.storage is not None:
            await self.storage.database.skip_ids(ACCOUNTS, max(user.id for user in users))
            loaded = await self._submit(loading.add_users(users))
        self._count("users", len(users), loaded)

    async def add_purchases(self, purchases: list[PastPurchase]) -> None:
        loaded = len(purchases)
        if self.storage is not None and self.is_dry:
            loaded = await loading.missing_purchases(self.storage.database, purchases)
        elif self.storage is not None:
            loaded = await self._submit(loading.add_purchases(purchases, self.known))
        self._count("purchases", len(purchases), loaded)
