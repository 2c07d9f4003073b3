"""The library as one would write it by hand: a transaction a step, with a line in the log."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from bson import ObjectId
from pymongo import ReturnDocument

from bench.by_hand_transactions import RefusedError, transaction

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

LOANS_MAX: Final = 5
LOAN_PERIOD: Final = timedelta(days=14)
HOLD_PERIOD: Final = timedelta(days=3)
COPIES_AVAILABLE: Final = 2003
NOT_READY: Final = 2005
NOT_LENT: Final = 2001
TOO_MANY: Final = 2002
INDEXES: Final[dict[str, list[list[tuple[str, int]]]]] = {
    "loans": [[("book_id", 1), ("member_id", 1)]],
    "reservations": [[("book_id", 1), ("status", 1), ("place", 1)]],
}

Document = dict[str, Any]


def library_of(books: Sequence[int], members: Sequence[int]) -> dict[str, list[Document]]:
    """The documents of a library with one copy of each book, by collection."""
    empty = {"available": 1, "held": 0, "waiting": 0, "places": 0}
    return {
        "holdings": [{"_id": each, **empty} for each in books],
        "members": [{"_id": each, "loans": 0} for each in members],
    }


class Library:
    """The methods."""

    def __init__(self, database: "AsyncIOMotorDatabase[Document]") -> None:
        self._database = database

    async def checkout(self, member_id: int, book_id: int) -> Document:
        """Lend a free copy, or reserve."""

        async def work(session: Any) -> Document:
            free = {"_id": book_id, "available": {"$gte": 1}}
            if await self._change("holdings", free, {"available": -1}, session) is None:
                reservation = await self._reserve(member_id, book_id, session)
                return {"outcome": "reserved", "reservation": reservation}
            return {"outcome": "loaned", "loan": await self._lend(member_id, book_id, session)}

        return await transaction(self._database, work)

    async def reserve(self, member_id: int, book_id: int) -> Document:
        """Wait for a copy."""

        async def work(session: Any) -> Document:
            return {"reservation": await self._reserve(member_id, book_id, session)}

        return await transaction(self._database, work)

    async def give_back(self, member_id: int, book_id: int) -> Document:
        """Return a copy, which is held for the first who waits."""

        async def work(session: Any) -> Document:
            now = datetime.now(UTC)
            loan = await self._database["loans"].find_one_and_delete(
                {"book_id": book_id, "member_id": member_id}, session=session
            )
            if loan is None:
                raise RefusedError(NOT_LENT, "The member has no copy of the book.")
            await self._change("members", {"_id": member_id}, {"loans": -1}, session)
            following: Document | None = await self._database["reservations"].find_one_and_update(
                {"book_id": book_id, "status": "waiting"},
                {"$set": {"status": "ready", "until": now + HOLD_PERIOD}},
                sort=[("place", 1)],
                session=session,
            )
            moved = {"available": 1} if following is None else {"waiting": -1, "held": 1}
            await self._change("holdings", {"_id": book_id}, moved, session)
            await self._log("return", member_id, book_id, session)
            handed_to = None if following is None else following["member_id"]
            return {"loan": _shown(loan) | {"returned_at": now}, "handed_to": handed_to}

        return await transaction(self._database, work)

    async def fulfill(self, member_id: int, book_id: int) -> Document:
        """Lend the copy that is held for a member."""

        async def work(session: Any) -> Document:
            ready = {"book_id": book_id, "status": "ready", "member_id": member_id}
            held = await self._database["reservations"].find_one_and_delete(ready, session=session)
            if held is None:
                raise RefusedError(NOT_READY, "No copy is held for the member.")
            await self._change("holdings", {"_id": book_id}, {"held": -1}, session)
            return {"loan": await self._lend(member_id, book_id, session)}

        return await transaction(self._database, work)

    async def _lend(self, member_id: int, book_id: int, session: Any) -> Document:
        allowed = {"_id": member_id, "loans": {"$lt": LOANS_MAX}}
        if await self._change("members", allowed, {"loans": 1}, session) is None:
            raise RefusedError(TOO_MANY, "The member has too many loans.")
        now = datetime.now(UTC)
        loan = {
            "_id": ObjectId(),
            "book_id": book_id,
            "member_id": member_id,
            "loaned_at": now,
            "due_at": now + LOAN_PERIOD,
        }
        await self._database["loans"].insert_one(loan, session=session)
        await self._log("loan", member_id, book_id, session)
        return _shown(loan)

    async def _reserve(self, member_id: int, book_id: int, session: Any) -> Document:
        lent = {"_id": book_id, "available": 0}
        holding = await self._change("holdings", lent, {"waiting": 1, "places": 1}, session)
        if holding is None:
            raise RefusedError(COPIES_AVAILABLE, "There is a free copy.")
        reservation = {
            "_id": ObjectId(),
            "book_id": book_id,
            "member_id": member_id,
            "status": "waiting",
            "place": holding["places"],
        }
        await self._database["reservations"].insert_one(reservation, session=session)
        await self._log("reserve", member_id, book_id, session)
        return _shown(reservation) | {"position": holding["waiting"]}

    async def _change(
        self, name: str, guard: Document, moved: Document, session: Any
    ) -> Document | None:
        changed: Document | None = await self._database[name].find_one_and_update(
            guard, {"$inc": moved}, return_document=ReturnDocument.AFTER, session=session
        )
        return changed

    async def _log(self, kind: str, member_id: int, book_id: int, session: Any) -> None:
        at = datetime.now(UTC)
        event = {"kind": kind, "member_id": member_id, "book_id": book_id, "at": at}
        await self._database["events"].insert_one(event, session=session)


def _shown(row: Document) -> Document:
    return {("id" if name == "_id" else name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, ObjectId) else value
