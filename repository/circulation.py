"""Circulation: a holding for each book, a claim for each loan or reservation, and the log.

Every event of a book writes its holding, so of two transactions on one book only one commits. A
holding includes all open loans and reservations; claims are rows of their own, for the lists.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, TypeVar

from domain.audit import Difference
from domain.circulation import (
    COUNTERS,
    ClaimRow,
    Event,
    EventKind,
    HoldingRow,
    OpenLoan,
    OpenReservation,
)
from domain.shelf import History, history
from repository.members import MEMBERS
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Documents
from repository.mongo.scanning import pages

BOOKS_AT_ONCE: Final = 200
RowOf = TypeVar("RowOf", Event, ClaimRow)

HOLDINGS: Final = Collection(
    "holdings",
    HoldingRow,
    cached=True,
    decode={
        "loans": lambda loans: [OpenLoan(**each) for each in loans],
        "reservations": lambda open_ones: [OpenReservation(**each) for each in open_ones],
    },
    indexes=(
        Index(
            "next_expiry",
            [("next_expiry_at", 1)],
            query={"next_expiry_at": {"$lte": None}},
            sort=[("next_expiry_at", 1)],
        ),
    ),
)
CLAIMS: Final = Collection(
    "claims",
    ClaimRow,
    times=frozenset({"due_at", "expires_at"}),
    indexes=(
        Index(
            "one_open",
            [("kind", 1), ("book_id", 1), ("member_id", 1)],
            query={"kind": "loan", "book_id": 1, "open": True},
            options={"unique": True, "partialFilterExpression": {"open": True}},
        ),
        Index(
            "member",
            [("kind", 1), ("member_id", 1), ("_id", 1)],
            query={"kind": "loan", "member_id": 1, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "book",
            [("kind", 1), ("book_id", 1), ("_id", 1)],
            query={"kind": "loan", "book_id": 1, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "kind",
            [("kind", 1), ("_id", 1)],
            query={"kind": "loan", "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "kind_and_open",
            [("kind", 1), ("open", 1), ("_id", 1)],
            query={"kind": "loan", "open": True, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "overdue",
            [("due_at", 1), ("_id", 1)],
            query={"open": True, "due_at": {"$lt": None}},
            sort=[("due_at", 1), ("_id", 1)],
            options={"partialFilterExpression": {"open": True}},
        ),
        Index(
            "ready",
            [("expires_at", 1), ("_id", 1)],
            query={"status": "ready", "expires_at": {"$gt": None}},
            sort=[("expires_at", 1), ("_id", 1)],
            options={"partialFilterExpression": {"status": "ready"}},
        ),
    ),
)
EVENTS: Final = Collection(
    "circulation_events",
    Event,
    decode={"kind": EventKind},
    times=frozenset({"at"}),
    indexes=(
        Index(
            "book",
            [("book_id", 1), ("number", 1)],
            query={"book_id": 1, "number": {"$gt": 3}},
            sort=[("number", 1)],
            options={"unique": True},
            formerly=("7d3ab500bca35e58",),
        ),
        Index(
            "member",
            [("member_id", 1), ("at", 1), ("_id", 1)],
            query={"member_id": 1, "at": {"$gt": None}},
            sort=[("at", 1), ("_id", 1)],
        ),
        Index(
            "at",
            [("at", 1), ("_id", 1)],
            query={"at": {"$gt": None}},
            sort=[("at", 1), ("_id", 1)],
        ),
    ),
)


@dataclass
class LogAudit:
    """How many of each kind were compared with the replayed log, and the differences."""

    checked: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


@dataclass
class Open:
    """The open loans and reservations of one member, by book, as in a member's row."""

    loans_due: dict[str, datetime] = field(default_factory=dict)
    reserved: dict[str, datetime] = field(default_factory=dict)


async def audit_log(documents: Documents) -> LogAudit:
    """Replay the circulation log and compare the library with it, page by page of books.

    The events of a book must be numbered without gaps. Their replay is compared with the book's
    holding and all its claims; a member's loans and reservations are gathered over all books.
    """
    audit = LogAudit(Counter(dict.fromkeys((*COUNTERS, "open_loans"), 0)))
    told_of: defaultdict[int, Open] = defaultdict(Open)
    books = await _books(documents)
    for start in range(0, len(books), BOOKS_AT_ONCE):
        page = books[start : start + BOOKS_AT_ONCE]
        of_books = {"book_id": {"$in": page}}
        holdings = {row.id: row for row in await documents.rows(HOLDINGS, {"_id": {"$in": page}})}
        events = _by_book(await documents.rows(EVENTS, of_books, sort=[("number", 1)]))
        claims = _by_book(await documents.rows(CLAIMS, of_books))
        audit.checked.update(name for name in COUNTERS for _ in holdings)
        for book_id in page:
            told = history(book_id, events[book_id])
            for loan in told.shelf.loans.values():
                told_of[loan.member_id].loans_due[str(book_id)] = loan.due_at
            for reservation in told.shelf.reservations.values():
                told_of[reservation.member_id].reserved[str(book_id)] = reservation.reserved_at
            holding = holdings.get(book_id, HoldingRow(book_id))
            audit.differences += _of_events(told, events[book_id], holding) or [
                *_of_holding(told.shelf.row(), holding),
                *_of_claims(told.claims, {row.id: row for row in claims[book_id]}),
            ]
    await _audit_members(documents, told_of, audit)
    return audit


async def _books(documents: Documents) -> list[int]:
    """The ids of all books with a holding, events or claims, in order."""
    found: set[int] = set()
    for collection, field_name in ((HOLDINGS, "_id"), (EVENTS, "book_id"), (CLAIMS, "book_id")):
        rows = await documents.aggregate(collection, [{"$group": {"_id": f"${field_name}"}}])
        found |= {row["_id"] for row in rows}
    return sorted(found)


def _by_book(rows: Iterable[RowOf]) -> defaultdict[int, list[RowOf]]:
    found: defaultdict[int, list[RowOf]] = defaultdict(list)
    for row in rows:
        found[row.book_id].append(row)
    return found


def _of_events(told: History, events: list[Event], holding: HoldingRow) -> list[Difference]:
    """The first event of a book that is missing or impossible."""
    numbers = [event.number for event in events]
    gap = next((n for n, number in enumerate(numbers, 1) if n != number), len(numbers) + 1)
    if gap <= max([*numbers, holding.events]):
        return _differing(EVENTS, holding.id, "number", gap, None)
    if told.broken is not None:
        return _differing(EVENTS, told.broken.id, "kind", None, told.broken.kind)
    return []


def _of_holding(told: HoldingRow, holding: HoldingRow) -> list[Difference]:
    found: list[Difference] = []
    for name in (*COUNTERS, "next_expiry_at", "loans", "reservations"):
        expected, actual = getattr(told, name), getattr(holding, name)
        found += _differing(HOLDINGS, holding.id, name, expected, actual)
    return found


def _of_claims(told: dict[int, ClaimRow], actual: dict[int, ClaimRow]) -> list[Difference]:
    """The claims of a book, open or not, that differ from the replayed log."""
    found: list[Difference] = []
    for claim_id in sorted(told.keys() | actual.keys()):
        wanted, claim = told.get(claim_id), actual.get(claim_id)
        if wanted is None or claim is None:
            is_told, is_there = (claim_id if row else None for row in (wanted, claim))
            found += _differing(CLAIMS, claim_id, "id", is_told, is_there)
            continue
        for each in fields(ClaimRow):
            values = getattr(wanted, each.name), getattr(claim, each.name)
            found += _differing(CLAIMS, claim_id, each.name, *values)
    return found


async def _audit_members(
    documents: Documents, told_of: Mapping[int, Open], audit: LogAudit
) -> None:
    members = {
        each["_id"]: MEMBERS.row_of(each)
        async for page in pages(documents, MEMBERS)
        for each in page
    }
    audit.checked["open_loans"] = len(members)
    for member_id in sorted(members.keys() | told_of.keys()):
        member, told = members.get(member_id), told_of.get(member_id, Open())
        counted = None if member is None else member.open_loans
        audit.differences += _differing(
            MEMBERS, member_id, "open_loans", len(told.loans_due), counted
        )
        for name in ("loans_due", "reserved") if member is not None else ():
            audit.differences += _differing(
                MEMBERS, member_id, name, getattr(told, name), getattr(member, name)
            )


def _differing(
    collection: Collection[Any], row_id: int, name: str, expected: Any, actual: Any
) -> list[Difference]:
    if expected == actual:
        return []
    return [
        Difference(
            scope="library",
            kind=name if name in {*COUNTERS, "open_loans"} else "circulation_log",
            collection=collection.name,
            id=row_id,
            field=name,
            expected=_plain(expected),
            actual=_plain(actual),
        )
    ]


def _plain(value: Any) -> int | str | None:
    return value if isinstance(value, int | str | None) else str(value)
