"""search.*: stores, listings and catalogue books in one ranked list."""

from typing import Annotated

from pydantic import Field

from domain.keys import Role
from domain.paging import PageRequest
from domain.search import KINDS, Hits, Kinds
from domain.stores import OpenAt
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit, Text
from repository import search
from rpc.method_registry import CallContext, method


@method("search.find", role=Role.PUBLIC, kept=True, example={"query": "Ruby!", "limit": 3})
async def find(
    context: CallContext,
    query: Annotated[
        Text,
        Field(
            description="A name or words of it, misspelt or not; of a book its author or ISBN too.",
            examples=["Ruby!"],
        ),
    ],
    kinds: Kinds | None = None,
    open_at: OpenAt | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> Hits | bytes:
    """Find stores by name, listings by name, and books by title, author and ISBN.

    Exact matches come first: the whole name, then a title without the series in its brackets, then
    one without its subtitle, then one that differs by an article or by spaces alone, then an
    author's whole name. Then names that begin with the query, then those with all its words, of
    title and author together; then those with each of them as a part of a word, then those with
    typos: none is forgiven in up to 4 letters, one from 5, two from 9. A whole title with a typo
    comes before titles that have the query as a part of a word. Ties come by name, then by id.

    Case, accents and punctuation do not matter, but the literal name comes first; `&` is `and`.
    Joined words and initials are found parted and the other way round (spiderman, jrr tolkien).
    The signs of C#, C++ and .NET count. A query of signs alone finds names that have them.
    `open_at` leaves out stores that are closed at that time, and their listings; books remain.
    """
    of_stores = None if open_at is None else await context.services.stores.open_at(open_at)
    return await search.find(
        context.services.search,
        query,
        kinds=kinds or KINDS,
        of_stores=of_stores,
        page=PageRequest(limit, cursor),
    )
