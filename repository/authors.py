"""Authors with their books: a row for each name, kept by the changes of books."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain.authors import AuthorRow, author_id, recount
from domain.books import BookRow
from domain.effects import Effect
from domain.paging import PageRequest, page_json
from domain.words import words_of
from repository.mongo.changes import Need, State, need
from repository.mongo.collections import Collection, Document, Held, Index
from repository.mongo.connection import Database
from repository.mongo.held import kept
from repository.mongo.paging import Clause, read_documents
from repository.name_search import beginnings_of

BEGINNING_LETTERS_MAX: Final = 6
"""Longer beginnings are found by their first letters, then compared."""


def _found_by(fields: Mapping[str, Any]) -> Document:
    if "name" not in fields:
        return {}
    words = words_of(fields["name"])
    return {"words": words, "beginnings": beginnings_of(words, BEGINNING_LETTERS_MAX)}


AUTHORS: Final = Collection(
    "authors",
    AuthorRow,
    derive=_found_by,
    held=Held(found_by=("beginnings",), also=("words",)),
    indexes=(
        Index(
            "name",
            [("listed", 1), ("_id", 1)],
            query={"listed": True, "_id": {"$gt": "m"}},
            sort=[("_id", 1)],
        ),
        Index(
            "beginnings",
            [("beginnings", 1), ("listed", 1), ("_id", 1)],
            query={"beginnings": "tol", "listed": True, "_id": {"$gt": "m"}},
            sort=[("_id", 1)],
        ),
    ),
)


def authors_needed(books: Iterable[BookRow], *names: str) -> list[Need]:
    """The needs of a change of these books, which may get further authors."""
    wanted = dict.fromkeys([*names, *(name for book in books for name in book.authors)])
    return [need(AUTHORS, *map(author_id, wanted))] if wanted else []


def recounted(
    state: State, *, before: Iterable[BookRow] = (), after: Iterable[BookRow] = ()
) -> tuple[Effect, ...]:
    """The effects on the authors of books that change."""

    def known(name: str) -> AuthorRow | None:
        return state.get(AUTHORS, author_id(name))

    return recount(known, before=before, after=after)


async def list_page(database: Database, query: str | None, page: PageRequest) -> bytes:
    """An AuthorPage by name, as JSON; `query` are beginnings of words of it.

    Raises InvalidParams for a cursor of another list.
    """
    words = [] if query is None else words_of(query)
    clauses: list[Clause] = []
    for word in sorted(set(words), key=len, reverse=True):
        clauses.append({"beginnings": word[:BEGINNING_LETTERS_MAX]})
        if len(word) > BEGINNING_LETTERS_MAX:
            clauses.append({"words": {"$regex": f"^{word}"}})
    clauses.append({"listed": True})
    documents, cursor = await read_documents(
        database.lists, AUTHORS, clauses, page, ids_are_text=True
    )
    return page_json([kept(document, _as_json) for document in documents], cursor)


def _as_json(document: Document) -> bytes:
    return AUTHORS.row_of(document).shown().model_dump_json().encode()
