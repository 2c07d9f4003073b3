"""Copies for loan and members from files."""

from collections.abc import Sequence
from functools import partial

from domain.books import BookRow
from domain.circulation import EventKind, HoldingRow
from domain.desk import Desk
from domain.effects import Add, Decision, Effect
from repository.authors import authors_needed, recounted
from repository.books import BOOKS
from repository.circulation import EVENTS, HOLDINGS
from repository.mongo.changes import Change, State, need
from repository.mongo.connection import Database


def add_copies(
    copies: Sequence[tuple[BookRow, int]],
) -> Change[list[tuple[BookRow | None, int | None]]]:
    """Give copies for loan to books that have none; add books that the catalogue lacks.

    A book with another title in the catalogue does not change. The result has, for each book, the
    row that the catalogue had and the copies for loan of before (None: it has them now).
    """
    ids = [book.id for book, _ in copies]

    def decide(state: State) -> Decision[list[tuple[BookRow | None, int | None]]]:
        result: list[tuple[BookRow | None, int | None]] = []
        effects, added = list[Effect](), list[BookRow]()
        for book, count in copies:
            stored, holding = state.get(BOOKS, book.id), state.get(HOLDINGS, book.id)
            total = None if holding is None else holding.total
            result.append((stored, total))
            if holding is not None or not (stored is None or stored.has_title(book.title)):
                continue
            new = HoldingRow(book.id, archived=stored is not None and stored.archived)
            desk = Desk(new, partial(state.new_id, EVENTS))
            desk.record(EventKind.SET_COPIES, None, state.now, copies=count)
            added += [] if stored is not None else [book]
            effects += [Add(new), *desk.effects()]
        return Decision(result, (*map(Add, added), *recounted(state, after=added), *effects))

    authors = authors_needed([book for book, _ in copies])
    return Change(decide, (need(BOOKS, *ids), need(HOLDINGS, *ids), *authors))


async def copies_of(
    database: Database, book_ids: Sequence[int]
) -> dict[int, tuple[BookRow | None, int | None]]:
    """For each book its row in the catalogue, and how many copies are for loan."""
    wanted = {"_id": {"$in": list(book_ids)}}
    books = {row.id: row for row in await database.rows(BOOKS, wanted)}
    totals = {row.id: row.total for row in await database.rows(HOLDINGS, wanted)}
    return {book_id: (books.get(book_id), totals.get(book_id)) for book_id in book_ids}
