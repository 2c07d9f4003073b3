"""The prices of all listings in memory, in order: how many listings each store has in a range."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import Any

from domain.stores import BooksCount
from repository.mongo.collections import Document

_Place = tuple[int, int]
"""A price in cents, and the store that asks it."""


class Prices:
    """The price and the store of each listing. The order is made when it is first asked for."""

    def __init__(self) -> None:
        self._listings: dict[int, _Place] = {}
        self._in_all: Counter[int] = Counter()
        """How many listings each store has."""
        self._cents: array[int] | None = None
        self._stores: array[int] = array("q")
        """The store of each of `_cents`, which are in order."""

    def put(self, document: Document) -> None:
        """Put in a listing."""
        listing_id, place = document["_id"], (document["price_cents"], document["store_id"])
        if self._listings.get(listing_id) == place:
            return
        self.drop(listing_id)
        self._listings[listing_id] = place
        self._in_all[place[1]] += 1
        if self._cents is not None:
            at = bisect_left(self._cents, place[0])
            self._cents.insert(at, place[0])
            self._stores.insert(at, place[1])

    def drop(self, row_id: Any) -> None:
        """Remove a listing."""
        place = self._listings.pop(row_id, None)
        if place is None:
            return
        self._in_all[place[1]] -= 1
        if self._cents is not None:
            at = bisect_left(self._cents, place[0])
            at = self._stores.index(place[1], at)
            del self._cents[at]
            del self._stores[at]

    def clear(self) -> None:
        """Remove all."""
        self._listings.clear()
        self._in_all.clear()
        self._cents = None

    def counts(self, bounds: BooksCount) -> Mapping[int, int]:
        """How many listings each store has in the price range of the bounds.

        Stores without any may be left out.
        """
        cents = self._in_order()
        first = 0 if bounds.min_price is None else bisect_left(cents, bounds.min_price)
        last = len(cents) if bounds.max_price is None else bisect_right(cents, bounds.max_price)
        if 2 * (last - first) <= len(cents):
            return Counter(self._stores[first:last])
        counts = Counter(self._in_all)
        counts.subtract(Counter(self._stores[:first]))
        counts.subtract(Counter(self._stores[last:]))
        return counts

    def _in_order(self) -> "array[int]":
        if self._cents is None:
            places = sorted(self._listings.values())
            self._cents = array("q", [cents for cents, _ in places])
            self._stores = array("q", [store for _, store in places])
        return self._cents
