"""search.*: stores, listings and catalogue books by name."""

from typing import Annotated

from pydantic import Field

from domain.keys import Role
from domain.search import Hits, Kinds
from domain.stores import OpenAt
from domain.values import PAGE_SIZE_DEFAULT, PageLimit, Text
from repository import search
from rpc.method_registry import CallContext, method


@method("search.find", role=Role.PUBLIC, example={"query": "Ruby!", "limit": 3})
async def find(
    context: CallContext,
    query: Annotated[
        Text, Field(description="A name or words of it, misspelt or not.", examples=["Ruby!"])
    ],
    kinds: Kinds | None = None,
    open_at: OpenAt | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
) -> Hits:
    """Find stores, listings and books of the catalogue by name, in one ranked list.

    Exact matches come first, then names that begin with the query, then those with all its words,
    then those with each of them as a part of a word, then those with typos: none is forgiven in up
    to 4 letters, one from 5, two from 9. Within each of these the most similar come first. Case,
    accents and punctuation do not matter, but the literal name comes first. `open_at` leaves out
    stores that are closed at that time, and their listings; books of the catalogue remain.
    """
    of_stores = None if open_at is None else await context.services.stores.open_at(open_at)
    return await search.find(
        context.database,
        query,
        kinds=kinds or ["store", "book"],
        of_stores=of_stores,
        limit=limit,
    )
