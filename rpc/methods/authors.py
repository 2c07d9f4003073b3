"""authors.*: who wrote the books of the catalogue."""

from typing import Annotated

from pydantic import Field

from domain.authors import AuthorPage
from domain.keys import Role
from domain.paging import PageRequest
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import authors
from rpc.method_registry import CallContext, method
from rpc.methods.books import Words


@method("authors.list", role=Role.PUBLIC, kept=True, example={"query": "tolk"})
async def list_(
    context: CallContext,
    query: Annotated[Words, Field(description="Words of the name, or their beginnings.")]
    | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> AuthorPage | bytes:
    """List authors by name, each with the number of books; archived books do not count.

    `query` finds names with all of its words, whole or begun; case and accents do not matter.
    """
    return await authors.list_page(context.database, query, PageRequest(limit, cursor))
