"""All documents of a collection, page by page along their ids: no server holds more than a page."""

import math
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

from bson import ObjectId

from repository.mongo.collections import Collection, Document
from repository.mongo.connection import Documents, Filter

PAGE_DOCUMENTS: Final = 1_000
FIRST_IDS: Final = (-math.inf, "", ObjectId("0" * 24))
"""The least id of each type: a comparison finds ids of its own type only."""


async def pages(
    documents: Documents,
    collection: Collection[Any],
    *,
    match: Filter | None = None,
    fields: Iterable[str] | None = None,
) -> AsyncIterator[list[Document]]:
    """The documents that match, with some of their fields or with all, in pages by id.

    Those whose ids are neither numbers nor text nor object ids are left out if there are many.
    """
    projection = None if fields is None else dict.fromkeys(fields, 1)

    async def page(bounds: Mapping[str, Any]) -> list[Document]:
        return await documents.find(
            collection,
            {**(match or {}), **bounds},
            sort=[("_id", 1)],
            limit=PAGE_DOCUMENTS,
            projection=projection,
        )

    found = await page({})
    if len(found) < PAGE_DOCUMENTS:
        if found:
            yield found
        return
    for first in FIRST_IDS:
        found = await page({"_id": {"$gte": first}})
        while found:
            yield found
            if len(found) < PAGE_DOCUMENTS:
                break
            found = await page({"_id": {"$gt": found[-1]["_id"]}})
