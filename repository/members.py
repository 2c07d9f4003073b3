"""Members of the library. `open_loans` counts their loans; the limit is held by it."""

from datetime import datetime
from typing import Final

from domain.errors import found
from domain.members import Member, MemberPage
from repository.keyset import read_page
from repository.mongo_connection import Database, Document, Documents
from repository.transactions import Transaction

MEMBERS: Final = "members"


def member_document(member_id: int, name: str, email: str | None, joined_at: datetime) -> Document:
    """A new member as it is kept."""
    return {
        "_id": member_id,
        "name": name,
        "email": email,
        "open_loans": 0,
        "joined_at": joined_at,
    }


def _as_member(document: Document) -> Member:
    return Member(
        id=document["_id"],
        name=document["name"],
        email=document["email"],
        open_loans=document["open_loans"],
        joined_at=document["joined_at"],
    )


async def create(
    transaction: Transaction, name: str, email: str | None, joined_at: datetime
) -> Member:
    """Add a member."""
    member_id = await transaction.database.ids.next(MEMBERS, block_size=1)
    document = member_document(member_id, name, email, joined_at)
    transaction.add(MEMBERS, document)
    return _as_member(document)


async def get(database: Database, member_id: int) -> Member:
    """The member with that id. Raises NotFound."""
    document = found(await database.get(MEMBERS, member_id), "member", id=member_id)
    return _as_member(document)


async def list_page(documents: Documents, *, limit: int, cursor: str | None) -> MemberPage:
    """Members by id. Raises InvalidParams for a cursor of another list."""
    rows, next_cursor = await read_page(
        documents, MEMBERS, {}, listing=MEMBERS, limit=limit, cursor=cursor
    )
    return MemberPage(items=[_as_member(row) for row in rows], next_cursor=next_cursor)


async def hold_member(transaction: Transaction, member_id: int) -> Document:
    """The member as the transaction sees it. Raises NotFound."""
    return found(await transaction.hold(MEMBERS, member_id), "member", id=member_id)


async def update(
    transaction: Transaction, member_id: int, *, name: str | None, email: str | None
) -> Member:
    """Change the given fields. Raises NotFound."""
    member = await hold_member(transaction, member_id)
    given = {"name": name, "email": email}
    changes = {field: value for field, value in given.items() if value is not None}
    transaction.change(MEMBERS, member, assign=changes)
    return _as_member(member)


async def present_of(documents: Documents, ids: list[int]) -> dict[int, str]:
    """The names of those of the members that there are."""
    rows = await documents.find(MEMBERS, {"_id": {"$in": ids}})
    return {row["_id"]: row["name"] for row in rows}
