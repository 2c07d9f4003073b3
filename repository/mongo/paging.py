"""Pages by keyset: each begins after the last row given, so writes never shift or repeat a row."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import orjson

from domain.paging import Keyset, PageRequest, decode_cursor, not_given_out, page_of
from domain.time_ranges import TimeRange
from repository.mongo.clock import EPOCH, MILLISECOND, milliseconds
from repository.mongo.collections import Collection, Document, RowOf, Sort

Clause = Mapping[str, Any]


class Finds(Protocol):
    """What pages are read from: the database, or what is held of it in memory."""

    async def find(
        self, collection: Collection[Any], query: Clause, *, sort: Sort, limit: int
    ) -> list[Document]:
        """The first documents that match, in order."""


async def read_page(
    finds: Finds,
    collection: Collection[RowOf],
    clauses: Sequence[Clause],
    page: PageRequest,
    *,
    field: str = "_id",
    is_unique: bool = False,
    listing: Any = None,
    ids_are_text: bool = False,
) -> tuple[list[RowOf], str | None]:
    """A page of the rows that match all clauses, and the next cursor if more rows follow.

    The rows are sorted by `field` of their documents, then by id, unless no two of them have the
    same value there (`is_unique`). A cursor is valid for
    one list only: that of these clauses, or `listing` where a clause changes with time. Raises
    InvalidParams for a cursor of another list.
    """
    shown, cursor = await read_documents(
        finds,
        collection,
        clauses,
        page,
        field=field,
        is_unique=is_unique,
        listing=listing,
        ids_are_text=ids_are_text,
    )
    return [collection.row_of(document) for document in shown], cursor


async def read_documents(
    finds: Finds,
    collection: Collection[Any],
    clauses: Sequence[Clause],
    page: PageRequest,
    *,
    field: str = "_id",
    is_unique: bool = False,
    listing: Any = None,
    ids_are_text: bool = False,
) -> tuple[list[Document], str | None]:
    """The same page as documents, which nobody may change: they can be those held in memory."""
    of_list = [collection.name, clauses if listing is None else listing, field, page.descending]
    name = orjson.dumps(of_list, default=str).decode()
    after = decode_cursor(name, page.cursor, ids_are_text=ids_are_text)
    is_time = field in collection.times
    if after is not None and is_time:
        after = Keyset(_time_of(after.value), after.id)
    find = _find_unique if is_unique or field == "_id" else _find
    found = await find(finds, collection, clauses, page, field, after)

    def keyset(document: Document) -> Keyset:
        value = document[field]
        return Keyset(milliseconds(value) if is_time else value, document["_id"])

    return page_of(name, found, page.limit, keyset)


async def _find(
    finds: Finds,
    collection: Collection[Any],
    clauses: Sequence[Clause],
    page: PageRequest,
    field: str,
    after: Keyset | None,
) -> list[Document]:
    """The documents of a page and one more, which tells that more follow.

    Two queries, one for the ties of the last row given and one for the rows beyond it: each is one
    range of the index (field, _id). A single `$or` is not, on some engines.
    """
    direction, beyond = _direction(page)
    sort: Sort = [(field, direction), ("_id", direction)]

    async def find(*more: Clause, limit: int) -> list[Document]:
        query = all_of([*clauses, *more])
        return await finds.find(collection, query, sort=sort, limit=limit)

    most = page.limit + 1
    if after is None:
        return await find(limit=most)
    found = await find({field: after.value, "_id": {beyond: after.id}}, limit=most)
    if len(found) < most:
        found += await find({field: {beyond: after.value}}, limit=most - len(found))
    return found


async def _find_unique(
    finds: Finds,
    collection: Collection[Any],
    clauses: Sequence[Clause],
    page: PageRequest,
    field: str,
    after: Keyset | None,
) -> list[Document]:
    """The same where no two documents have the same value, so that there are no ties."""
    direction, beyond = _direction(page)
    if after is not None:
        clauses = [*clauses, {field: {beyond: after.id if field == "_id" else after.value}}]
    query, most = all_of(clauses), page.limit + 1
    return await finds.find(collection, query, sort=[(field, direction)], limit=most)


def _direction(page: PageRequest) -> tuple[int, str]:
    return (-1, "$lt") if page.descending else (1, "$gt")


def equal(**values: Any) -> list[Clause]:
    """A clause for each field that has a value: it equals that value."""
    return [{name: value} for name, value in values.items() if value is not None]


def within(field: str, **limits: Any) -> list[Clause]:
    """The clause that a field is within limits (gte, gt, lte, lt); no clause if all are None."""
    given = {f"${name}": limit for name, limit in limits.items() if limit is not None}
    return [{field: given}] if given else []


def within_period(field: str, period: TimeRange) -> list[Clause]:
    """The clause that a field is in a period; no clause for a period open at both ends."""
    return within(field, gte=period.start, lt=period.end)


def all_of(clauses: Sequence[Clause]) -> Clause:
    """The filter that combines all clauses."""
    if len(clauses) == 1:
        return clauses[0]
    return {"$and": list(clauses)} if clauses else {}


def _time_of(value: Any) -> datetime:
    """The time that a cursor names, which may be made by hand. Raises InvalidParams."""
    try:
        moment: datetime = EPOCH + value * MILLISECOND
    except (TypeError, ValueError, OverflowError):
        raise not_given_out() from None
    return moment
