"""Keyset pages: each goes on after the last row given; writes never shift or repeat a row."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.errors import InvalidParams
from domain.paging import Keyset, decode_cursor, page_of
from repository.mongo_connection import Document, Documents, Filter

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)


async def find_page(
    documents: Documents,
    collection: str,
    query: Filter,
    *,
    field: str = "_id",
    descending: bool = False,
    after: Keyset | None,
    limit: int,
    hint: str | None = None,
) -> list[Document]:
    """Up to `limit + 1` rows sorted by `field`, then id; the one too many says that more follow.

    Rows that tie with the last one given are asked for apart from those beyond it: each of the two
    queries is one range of the index (field, _id), which a single `$or` is not on every engine.
    """
    direction = -1 if descending else 1
    beyond = "$lt" if descending else "$gt"
    sort = [("_id", direction)] if field == "_id" else [(field, direction), ("_id", direction)]
    if after is None:
        return await documents.find(collection, query, sort=sort, limit=limit + 1, hint=hint)
    if field == "_id":
        rest = {**query, "_id": {beyond: after.id}}
        return await documents.find(collection, rest, sort=sort, limit=limit + 1, hint=hint)
    ties = {**query, field: after.value, "_id": {beyond: after.id}}
    rows = await documents.find(collection, ties, sort=sort, limit=limit + 1, hint=hint)
    if len(rows) > limit:
        return rows
    rest = {**query, field: {**query.get(field, {}), beyond: after.value}}
    rows += await documents.find(
        collection, rest, sort=sort, limit=limit + 1 - len(rows), hint=hint
    )
    return rows


async def read_page(
    documents: Documents,
    collection: str,
    query: Filter,
    *,
    listing: str,
    field: str = "_id",
    of_times: bool = False,
    descending: bool = False,
    limit: int,
    cursor: str | None,
    hint: str | None = None,
) -> tuple[list[Document], str | None]:
    """A page of rows sorted by `field`, then id, and the cursor after it if more follow.

    `listing` says of which list; the cursor of another one raises InvalidParams. `of_times` says
    that the field holds times, which stand in a cursor as milliseconds since 1970.
    """
    after = decode_cursor(listing, cursor)
    if after is not None and of_times:
        after = Keyset(_time_of(after.value), after.id)
    rows = await find_page(
        documents,
        collection,
        query,
        field=field,
        descending=descending,
        after=after,
        limit=limit,
        hint=hint,
    )

    def keyset(row: Document) -> Keyset:
        value = (row[field] - EPOCH) // MILLISECOND if of_times else row[field]
        return Keyset(value, row["_id"])

    return page_of(listing, rows, limit, keyset)


def _time_of(milliseconds: Any) -> datetime:
    """The time that a cursor names, which may be made by hand. Raises InvalidParams."""
    try:
        moment: datetime = EPOCH + milliseconds * MILLISECOND
    except (TypeError, ValueError, OverflowError):
        raise InvalidParams.parameter("cursor", "is not a cursor that was given out") from None
    return moment
