"""Fines of members and their payments: the rows that explain what a member owes."""

from collections.abc import Iterable, Mapping
from typing import Final

from domain.books import BookRow
from domain.effects import Decision, Increase
from domain.errors import found
from domain.fines import Fine, FineRow, Fines
from domain.fines import pay_fine as paid_by
from domain.members import MemberRow
from domain.paging import PageRequest
from repository.books import BOOKS
from repository.circulation import EVENTS
from repository.members import MEMBERS, known_member
from repository.mongo.changes import Change, Need, State, need, need_by, need_to_read
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database
from repository.mongo.paging import read_page

FINES: Final = Collection(
    "fines",
    FineRow,
    times=frozenset({"at"}),
    indexes=(
        Index(
            "member",
            [("member_id", 1), ("at", 1), ("_id", 1)],
            query={"member_id": 1, "at": {"$gt": None}},
            sort=[("at", 1), ("_id", 1)],
        ),
    ),
)


async def fines_page(database: Database, member_id: int, page: PageRequest) -> Fines:
    """What a member owes, and the rows that it is the sum of, the oldest first.

    Raises NotFound, or InvalidParams for a cursor of another list.
    """
    member = found(await database.get(MEMBERS, member_id), "member", id=member_id)
    rows, cursor = await read_page(database, FINES, [{"member_id": member_id}], page, field="at")
    books = await database.get_all(BOOKS, _books_of(rows))
    return Fines(balance=member.fines_cents, items=_shown(rows, books), next_cursor=cursor)


def _books_of(rows: Iterable[FineRow]) -> list[int]:
    return [row.book_id for row in rows if row.book_id is not None]


def _shown(rows: Iterable[FineRow], books: Mapping[int, BookRow]) -> list[Fine]:
    titles = {None: None} | {book_id: book.title for book_id, book in books.items()}
    return [row.shown(titles.get(row.book_id)) for row in rows]


def pay_fine(member_id: int, amount_cents: int) -> Change[Fines]:
    """Take a payment of a member. Refused with NotFound or FinesExceeded."""

    def books(state: State) -> list[Need]:
        return [need_to_read(BOOKS, *_books_of(state.all_by(FINES, "member_id", member_id)))]

    def decide(state: State) -> Decision[Fines]:
        member = known_member(state, member_id)
        payment_id = state.new_id(EVENTS)  # of the same ids as fines, which are those of events
        decision = paid_by(member, amount_cents, payment_id, state.now)
        before = sorted(state.all_by(FINES, "member_id", member_id), key=lambda row: row.at)
        known = (state.get(BOOKS, book_id) for book_id in _books_of(before))
        rows = [*before, decision.result]
        items = _shown(rows, {book.id: book for book in known if book is not None})
        balance = member.fines_cents - amount_cents
        return Decision(Fines(balance=balance, items=items, next_cursor=None), decision.effects)

    foreseen = Increase(MemberRow, member_id, {"fines_cents": -amount_cents})
    needs = (need(MEMBERS, member_id, foreseen=foreseen), need_by(FINES, "member_id", [member_id]))
    return Change(decide, needs, further=(books,))
