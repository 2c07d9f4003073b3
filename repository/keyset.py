"""Keyset pages: each goes on after the last row given; writes never shift or repeat a row."""

from domain.paging import Keyset
from repository.mongo_connection import Document, Documents, Filter


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
