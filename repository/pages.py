"""Pages by keyset from one aggregation that many filters compose in."""

from typing import Any, Literal

import orjson

from domain.paging import Keyset, decode_cursor, page_of
from repository.mongo_connection import Document, Documents

Clause = dict[str, Any]
Pipeline = list[dict[str, Any]]


async def filtered_page(
    documents: Documents,
    collection: str,
    clauses: list[Clause],
    *,
    field: str = "_id",
    order: Literal["asc", "desc"] = "asc",
    limit: int,
    cursor: str | None,
) -> tuple[list[Document], str | None]:
    """A page of rows for which all clauses hold, and the cursor after it if more follow.

    Raises InvalidParams for a cursor of another list.
    """
    listing = orjson.dumps([collection, clauses, field, order]).decode()
    after = decode_cursor(listing, cursor)
    pipeline = page_pipeline(
        clauses, field=field, descending=order == "desc", after=after, limit=limit
    )
    rows = await documents.aggregate(collection, pipeline)
    return page_of(listing, rows, limit, lambda row: Keyset(row[field], row["_id"]))


def page_pipeline(
    clauses: list[Clause], *, field: str, descending: bool, after: Keyset | None, limit: int
) -> Pipeline:
    """Rows for which all clauses hold, sorted by `field`, then id, after a place in that order.

    Gives up to `limit + 1` rows; the one too many says that more follow. The first clause stands in
    a stage of its own: not every engine finds the index for a filter with more in it than that, and
    those that do join the stages by themselves.
    """
    direction, beyond = (-1, "$lt") if descending else (1, "$gt")
    places = [] if after is None else _after(field, beyond, after)
    first, *others = [*clauses, *places] or [{}]
    return [
        *([{"$match": first}] if first else []),
        *([{"$match": {"$and": others}}] if others else []),
        {"$sort": {field: direction} | ({} if field == "_id" else {"_id": direction})},
        {"$limit": limit + 1},
    ]


def _after(field: str, beyond: str, after: Keyset) -> list[Clause]:
    if field == "_id":
        return [{"_id": {beyond: after.id}}]
    # The range alone is what an index is good for; the alternative then settles the ties.
    further = {field: {beyond: after.value}}
    tied = {field: after.value, "_id": {beyond: after.id}}
    return [{field: {f"{beyond}e": after.value}}, {"$or": [further, tied]}]
