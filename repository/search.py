"""Search by name: stores, listings and books in one ranked list, from indexes in memory.

Each process has an index of the names of each kind. A changed thing is read again before the next
search, see `repository/mongo/mirror.py`; otherwise a search asks the database nothing.
"""

import asyncio
import contextlib
import heapq
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from domain.errors import StorageUnavailable
from domain.money import number_from_cents
from domain.paging import Keyset, PageRequest, decode_cursor, not_given_out, page_of
from domain.search import KINDS, Kind, Place
from domain.search_ranking import score_of, tier_of
from domain.search_text import Query
from domain.words import sort_key
from repository.books import BOOKS
from repository.listings import LISTINGS
from repository.mongo.connection import Database
from repository.mongo.mirror import Mirror
from repository.search_index import NameIndex, Subject
from repository.search_matching import Matches, Matching
from repository.search_readings import by_signs, loosely
from repository.store_directory import STORES

READY_CHECK_S: Final = 1.0
"""How often it is checked whether the names are to be read again."""
SUBJECTS: Final[dict[Kind, Subject]] = {
    "store": Subject("store", "stores", STORES, "name"),
    "listing": Subject("listing", "listings", LISTINGS, "name", ("store_id", "price_cents")),
    "book": Subject(
        "book",
        "catalogue",
        BOOKS,
        "title",
        numbers=("price_cents", "stock"),
        more=("authors", "isbn", "archived"),
    ),
}


class SearchIndexes:
    """The indexes of all kinds."""

    def __init__(self, database: Database) -> None:
        self._mirrors = {
            kind: Mirror(database, subject.collection, subject.fields, NameIndex(subject))
            for kind, subject in SUBJECTS.items()
        }

    async def current(self, kinds: Iterable[Kind]) -> dict[Kind, NameIndex]:
        """The indexes of these kinds with all known changes. Raises StorageUnavailable."""
        wanted = dict.fromkeys(kinds)
        if "listing" in wanted:
            wanted["store"] = None  # for the stores' names
        mirrors = {kind: self._mirrors[kind] for kind in wanted}
        for mirror in mirrors.values():
            if mirror.picture.is_worn:
                mirror.mark_all()
        is_complete = False
        while not is_complete:
            for mirror in mirrors.values():
                await mirror.current()
            # While one was read, another may have come into doubt.
            is_complete = all(mirror.is_complete for mirror in mirrors.values())
        return {kind: mirror.picture for kind, mirror in mirrors.items()}

    async def keep_ready(self) -> None:
        """Read the names at the start and after each doubt, before anybody asks; never ends."""
        while True:
            await asyncio.sleep(READY_CHECK_S)
            if not all(mirror.is_complete for mirror in self._mirrors.values()):
                with contextlib.suppress(StorageUnavailable):
                    await self.current(KINDS)


async def find(
    indexes: SearchIndexes,
    text: str,
    *,
    kinds: Sequence[Kind],
    of_stores: set[int] | None,
    page: PageRequest,
) -> bytes:
    """A page of the names that match a query as JSON, the best first; ties by name, then id.

    `of_stores` leaves out other stores and their listings. Raises InvalidParams for a cursor
    of another search, StorageUnavailable.
    """
    text = text.strip()
    asked = sorted(set(kinds), key=KINDS.index)
    listing = orjson.dumps(["search.find", text, asked, sorted(of_stores or ())]).decode()
    after = _place_of(decode_cursor(listing, page.cursor))
    current = await indexes.current(asked)
    matches = _matches([current[kind] for kind in asked], Query.of(text), of_stores)
    places = _page(matches, after, page.limit + 1)
    shown, cursor = page_of(listing, places, page.limit, _keyset)
    hits = [_hit(current, place) for place in shown]
    total = sum(len(each.slots) for each in matches)
    return orjson.dumps({"items": hits, "total": total, "next_cursor": cursor})


def ranked(indexes: Sequence[NameIndex], query: Query, count: int) -> list[Place]:
    """The first places of the names in these indexes that match a query."""
    return _page(_matches(indexes, query, None), None, count)


def _matches(
    indexes: Sequence[NameIndex], query: Query, of_stores: set[int] | None
) -> list[Matches]:
    """The matches in each index, the query read ever more loosely until there are some."""
    usable = [_usable(index, of_stores) for index in indexes]
    if query.isbn is not None:
        by_isbn = [_with_isbn(index, query.isbn) for index in indexes]
        if _has_any(by_isbn):
            return by_isbn
    if not query.words:
        return [by_signs(*each) for each in _asked(indexes, query, usable)]
    found: list[Matches] = []
    for reading in (query, query.without_small_words()):
        if reading is not None and not _has_any(found):
            found = [Matching(*each).matches() for each in _asked(indexes, reading, usable)]
    if not _has_any(found):
        found = [loosely(*each) for each in _asked(indexes, query, usable)]
    return found


def _has_any(found: Iterable[Matches]) -> bool:
    return any(len(each.slots) for each in found)


def _asked(
    indexes: Sequence[NameIndex], query: Query, usable: Sequence[NDArray[np.bool_]]
) -> Iterable[tuple[NameIndex, Query, NDArray[np.bool_]]]:
    return [(index, query, slots) for index, slots in zip(indexes, usable, strict=True)]


def _usable(index: NameIndex, of_stores: set[int] | None) -> NDArray[np.bool_]:
    """The slots that may be found: those that are alive, and of these stores."""
    alive = index.alive.values
    if of_stores is None or index.subject.kind == "book":
        return alive
    is_listing = index.subject.kind == "listing"
    stores = index.numbers["store_id"].values if is_listing else index.row_ids.values
    usable: NDArray[np.bool_] = alive & np.isin(stores, list(of_stores))
    return usable


def _with_isbn(index: NameIndex, isbn: str) -> Matches:
    slot = index.with_isbn(isbn)
    if slot is None:
        return Matches.none(index)
    return Matches(index, np.array([slot]), np.zeros(1, np.int64))


def _page(matches: Sequence[Matches], after: Place | None, count: int) -> list[Place]:
    """The first places after a place, in order."""
    ranks = np.concatenate([each.ranks for each in matches])
    slots = np.concatenate([each.slots for each in matches])
    kinds = np.repeat(np.arange(len(matches)), [len(each.slots) for each in matches])
    if after is not None:
        keep = ranks >= after.rank
        ranks, slots, kinds = ranks[keep], slots[keep], kinds[keep]
    found: list[Place] = []
    while len(ranks) and len(found) < count:
        wanted = min(count - len(found), len(ranks))
        last = np.partition(ranks, wanted - 1)[wanted - 1]
        chosen = ranks <= last
        places = [
            _place(matches[kind].index, rank, slot)
            for rank, slot, kind in zip(
                ranks[chosen].tolist(), slots[chosen].tolist(), kinds[chosen].tolist(), strict=True
            )
        ]
        beyond = [place for place in places if after is None or _order(place) > _order(after)]
        found += heapq.nsmallest(count - len(found), beyond, key=_order)
        ranks, slots, kinds = ranks[~chosen], slots[~chosen], kinds[~chosen]
    return found


def _place(index: NameIndex, rank: int, slot: int) -> Place:
    name = index.name(slot)
    kind = KINDS.index(index.subject.kind)
    return Place(rank, sort_key(name), name, index.row_ids[slot], kind)


def _order(place: Place) -> tuple[Any, ...]:
    return place.rank, place.key, place.name, place.id, place.kind


def _keyset(place: Place) -> Keyset:
    value = orjson.dumps([place.rank, place.kind, place.name]).decode()
    return Keyset(value, place.id)


def _place_of(cursor: Keyset | None) -> Place | None:
    """The place that a cursor names. Raises InvalidParams for one made by hand."""
    if cursor is None:
        return None
    try:
        rank, kind, name = orjson.loads(cursor.value)
        return Place(int(rank), sort_key(name), name, cursor.id, int(kind))
    except (ValueError, TypeError, AttributeError):
        raise not_given_out() from None


def _hit(indexes: dict[Kind, NameIndex], place: Place) -> dict[str, Any]:
    """A hit as callers see it, see domain.search.Hit."""
    kind = KINDS[place.kind]
    index = indexes[kind]
    slot = index.slot_of(place.id)
    numbers = {} if slot is None else index.numbers_of(slot)
    store_id = numbers.get("store_id")
    price = numbers.get("price_cents")
    return {
        "kind": kind,
        "source": index.subject.source,
        "id": place.id,
        "name": place.name,
        "match": tier_of(place.rank).match,
        "score": score_of(place.rank),
        "store_id": store_id,
        "store_name": None if store_id is None else indexes["store"].name_of(store_id),
        "price": None if price is None else number_from_cents(price),
        "stock": numbers.get("stock"),
        "authors": index.authors(slot) if kind == "book" and slot is not None else None,
    }
