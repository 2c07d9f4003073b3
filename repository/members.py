"""Members of the library."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.effects import Add, Assign, Decision
from domain.emails import email_key
from domain.errors import found
from domain.members import Member, MemberFilter, MemberPage, MemberRow, edit_member, join
from domain.paging import PageRequest
from repository.mongo.changes import Change, State, need
from repository.mongo.collections import Collection, Document, Index
from repository.mongo.connection import Database
from repository.mongo.paging import Clause, read_page
from repository.name_search import found_by_name, named_like


def _found_by(fields: Mapping[str, Any]) -> Document:
    """The fields by which a member is found."""
    derived: Document = {}
    if "name" in fields:
        derived |= found_by_name(fields["name"])
    if "email" in fields:
        email = fields["email"]
        derived["email_key"] = None if email is None else email_key(email)
    return derived


MEMBERS: Final = Collection(
    "members",
    MemberRow,
    derive=_found_by,
    cached=True,
    ids_per_block=1,
    indexes=(
        Index(
            "archived",
            [("archived", 1), ("_id", 1)],
            query={"archived": False, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "name_beginnings",
            [("name_beginnings", 1), ("archived", 1), ("_id", 1)],
            query={"name_beginnings": "lov", "archived": False, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "email",
            [("email_key", 1), ("archived", 1), ("_id", 1)],
            query={"email_key": "ada@example.org", "archived": False, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
    ),
)


def known_member(state: State, member_id: int) -> MemberRow:
    """The member in a group's state. Raises NotFound."""
    return found(state.get(MEMBERS, member_id), "member", id=member_id)


def create(name: str, email: str | None) -> Change[Member]:
    """Add a member."""
    return Change(lambda state: join(state.new_id(MEMBERS), name, email, state.now))


async def get(database: Database, member_id: int) -> Member:
    """The member with that id. Raises NotFound."""
    return found(await database.get(MEMBERS, member_id), "member", id=member_id).shown()


async def list_page(database: Database, filters: MemberFilter, page: PageRequest) -> MemberPage:
    """The members that match, by id. Raises InvalidParams for a cursor of another list."""
    rows, cursor = await read_page(database, MEMBERS, _clauses(filters), page)
    return MemberPage(items=[row.shown() for row in rows], next_cursor=cursor)


def _clauses(filters: MemberFilter) -> list[Clause]:
    """All words of `query` begin a word of the name; a query with @ is an e-mail address."""
    archived: list[Clause] = [{"archived": filters.archived}]
    if filters.query is None:
        return archived
    if "@" in filters.query:
        return [{"email_key": email_key(filters.query)}, *archived]
    return [*named_like(filters.query), *archived]


def update(member_id: int, changes: Mapping[str, Any]) -> Change[Member]:
    """Give fields new values, by the names of MemberRow. Refused with NotFound."""

    def decide(state: State) -> Decision[Member]:
        return edit_member(known_member(state, member_id), changes)

    foreseen = Assign(MemberRow, member_id, changes)
    return Change(decide, (need(MEMBERS, member_id, foreseen=foreseen),), is_certain=True)


async def names_of(database: Database, ids: Sequence[int]) -> dict[int, str]:
    """The names of the members that exist, by id."""
    rows = await database.rows(MEMBERS, {"_id": {"$in": list(ids)}})
    return {row.id: row.name for row in rows}


def add_missing(members: Sequence[tuple[int, str, str | None]]) -> Change[dict[int, str]]:
    """Add members by id, name and e-mail address; return the names of those that existed."""

    def decide(state: State) -> Decision[dict[int, str]]:
        present = {row.id: row.name for each in members if (row := state.get(MEMBERS, each[0]))}
        effects = tuple(
            Add(MemberRow(member_id, name, email, state.now))
            for member_id, name, email in members
            if member_id not in present
        )
        return Decision(present, effects)

    return Change(decide, (need(MEMBERS, *(member_id for member_id, _, _ in members)),))


def unarchive(member_id: int) -> Change[Member]:
    """Take a member back who had left. Refused with NotFound."""
    return update(member_id, {"archived": False})
