"""Books of files without ids: new ids are given to them, and a file loaded again adds nothing."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson

from domain.books import BookRow, arrival
from domain.effects import Add, Decision, Effect
from domain.words import title_sort_key
from repository.authors import authors_needed, recounted
from repository.books import BOOKS
from repository.mongo.changes import Change, Need, State, need, need_by, need_to_read
from repository.mongo.collections import Collection
from repository.mongo.connection import Database


@dataclass(frozen=True, slots=True)
class FileBookRow:
    """The book that a row of a file became; `id` is the row's identity."""

    id: str
    book_id: int


FILE_BOOKS: Final = Collection("file_books", FileBookRow)

Stored = list[BookRow | None]
"""The stored book of each row, in their order; None for a row that none is stored of."""


def identity(book: BookRow) -> str:
    """What tells a row without an id from others: its ISBN, else all that describes the book."""
    content = [book.isbn] if book.isbn else _description(book)
    return hashlib.sha256(orjson.dumps(content)).hexdigest()[:32]


def _description(book: BookRow) -> tuple[str, tuple[str, ...], int, int]:
    return book.title, tuple(book.authors), book.pages, book.price_cents


async def compare(database: Database, arriving: Sequence[BookRow]) -> Stored:
    """The stored books of the rows of a file."""
    identities = [identity(book) for book in arriving]
    loaded = await database.rows(FILE_BOOKS, {"_id": {"$in": identities}})
    isbns = [book.isbn for book in arriving if book.isbn]
    holders = await database.rows(BOOKS, {"isbn": {"$in": isbns}}) if isbns else []
    rows = await database.rows(BOOKS, {"_id": {"$in": [row.book_id for row in loaded]}})
    by_id = {row.id: row for row in rows}
    known = {row.id: by_id[row.book_id] for row in loaded}
    alike = await _alike(database, arriving) | {identity(book): book for book in holders}
    return [known.get(each) or alike.get(each) for each in identities]


async def described(database: Database, arriving: Sequence[BookRow]) -> dict[str, int]:
    """The books that equal rows without an ISBN, by the row's identity; for `add_new`."""
    alike = await _alike(database, arriving)
    return {key: book.id for key, book in alike.items()}


async def _alike(database: Database, arriving: Iterable[BookRow]) -> dict[str, BookRow]:
    """The stored books that equal rows without an ISBN, by the row's identity."""
    wanted = {_description(book): identity(book) for book in arriving if book.isbn is None}
    keys = sorted({title_sort_key(title) for title, *_ in wanted})
    found: list[BookRow] = []
    for archived in (True, False) if keys else ():
        query = {"archived": archived, "title_key": {"$in": keys}}
        found += await database.rows(BOOKS, query)
    described = ((_description(book), book) for book in found)
    return {wanted[each]: book for each, book in described if each in wanted}


def add_new(arriving: Sequence[BookRow], alike: Mapping[str, int]) -> Change[Stored]:
    """Add the rows of a file that no book is stored of, with new ids; stored books do not change.

    No two rows may have the same identity. `alike` are books that equal rows, by identity.
    """
    identities = [identity(book) for book in arriving]
    isbns = [book.isbn for book in arriving if book.isbn]

    def loaded_before(state: State) -> list[Need]:
        rows = (state.get(FILE_BOOKS, each) for each in identities)
        ids = [row.book_id for row in rows if row is not None]
        return [need_to_read(BOOKS, *ids)] if ids else []

    def stored_of(state: State, key: str, book: BookRow) -> BookRow | None:
        row = state.get(FILE_BOOKS, key)
        if row is not None:
            return state.get(BOOKS, row.book_id)
        if book.isbn:
            return next(iter(state.all_by(BOOKS, "isbn", book.isbn)), None)
        like = alike.get(key)
        return None if like is None else state.get(BOOKS, like)

    def decide(state: State) -> Decision[Stored]:
        before = [
            stored_of(state, key, book) for key, book in zip(identities, arriving, strict=True)
        ]
        new_ids = iter(state.new_ids_of_file(BOOKS, before.count(None)))
        effects: list[Effect] = []
        added: list[BookRow] = []
        for key, book, stored in zip(identities, arriving, before, strict=True):
            if stored is None:
                added.append(replace(book, id=next(new_ids)))
                first = arrival(added[-1], "loaded", state.unique_id(), state.now)
                effects += [Add(added[-1]), first]
            if state.get(FILE_BOOKS, key) is None:
                effects.append(Add(FileBookRow(key, stored.id if stored else added[-1].id)))
        return Decision(before, (*effects, *recounted(state, after=added)))

    needs = (
        need(FILE_BOOKS, *identities),
        need_by(BOOKS, "isbn", isbns),
        need_to_read(BOOKS, *alike.values()),
        *authors_needed(arriving),
    )
    return Change(decide, needs, further=(loaded_before,))
