"""A step of the bookshop: books may be archived, and authors have rows that count their books."""

from typing import Final

from domain.authors import AuthorRow, names_of
from repository.authors import AUTHORS
from repository.books import BOOKS
from repository.migration_tools import PAGE_SIZE, pages, unless_gone, write_missing
from repository.mongo.connection import Database

_OLD_INDEXES: Final = ("author_words", "title_words", "title", "price")
"""Indexes of books that do not tell archived ones apart."""


async def bookshop_step(database: Database) -> None:
    """Bring the books into the form that can be archived, and count them for their authors."""
    for name in _OLD_INDEXES:
        with unless_gone():
            await database.collection(BOOKS).drop_index(name)
    await _count_authors(database)
    unmarked = {"archived": {"$exists": False}}
    async for page in pages(database, BOOKS, unmarked):
        marks = {row["_id"]: {"$set": {"archived": False}} for row in page}
        await write_missing(database, BOOKS, "archived", marks)


async def _count_authors(database: Database) -> None:
    """Add the authors that are missing; a process that counts later adds nothing."""
    authors: dict[str, AuthorRow] = {}
    async for page in pages(database, BOOKS, {}):
        for document in page:
            book = BOOKS.row_of(document)
            for name in names_of(book):
                counted = authors.get(name)
                authors[name] = AuthorRow.of(name, 1 if counted is None else counted.books + 1)
    rows = [AUTHORS.document_of(author) for author in authors.values()]
    for start in range(0, len(rows), PAGE_SIZE):
        await database.add_missing(AUTHORS, rows[start : start + PAGE_SIZE])
