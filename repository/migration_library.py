"""A step of the library: a member's row has what the member has of each book, and what is owed."""

from collections import defaultdict
from datetime import datetime

from repository.circulation import HOLDINGS
from repository.members import MEMBERS
from repository.migration_tools import give_missing, pages
from repository.mongo.collections import Document
from repository.mongo.connection import Database

OpenByMember = defaultdict[int, dict[str, datetime]]


async def library_step(database: Database) -> None:
    """Bring members into the form that can be archived, blocked, fined and found by name."""
    loans_due, reserved = await _open_by_member(database)

    def given(member: Document) -> Document:
        return {
            "archived": False,
            "fines_cents": 0,
            "loans_due": loans_due.get(member["_id"], {}),
            "reserved": reserved.get(member["_id"], {}),
            **MEMBERS.derive({"name": member["name"], "email": member["email"]}),
        }

    await give_missing(database, MEMBERS, "loans_due", given)


async def _open_by_member(database: Database) -> tuple[OpenByMember, OpenByMember]:
    """When each member's loans are due, and since when reservations are open, by book."""
    loans_due, reserved = OpenByMember(dict), OpenByMember(dict)
    async for page in pages(database, HOLDINGS, {}):
        for holding in page:
            book = str(holding["_id"])
            for loan in holding["loans"]:
                loans_due[loan["member_id"]][book] = loan["due_at"]
            for each in holding["reservations"]:
                reserved[each["member_id"]][book] = each["reserved_at"]
    return loans_due, reserved
