"""members.*: who may borrow."""

from typing import Annotated

from pydantic import Field

from domain.emails import Email
from domain.errors import Conflict, NotFound
from domain.keys import Role
from domain.members import Member, MemberFilter, MemberId, MemberName, MemberPage, MemberQuery
from domain.paging import PageRequest
from domain.values import CLEARABLE, PAGE_SIZE_DEFAULT, CursorText, PageLimit, changed_fields
from repository import library, members
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method

Archived = Annotated[bool, Field(description="Those who have left, instead of the others.")]


@method(
    "members.create",
    role=Role.CLERK,
    example={"name": "Ada Lovelace", "email": "ada@example.org"},
)
def create(_: ChangeContext, name: MemberName, email: Email | None = None) -> Change[Member]:
    """Add a member to the library."""
    return members.create(name, email)


@method("members.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: MemberId) -> Member:
    """Get one member, with the number of books on loan."""
    return await members.get(context.database, id_)


@method("members.list", role=Role.READER, kept=True, example={"query": "grace hop"})
async def list_(
    context: CallContext,
    query: MemberQuery | None = None,
    archived: Archived = False,  # noqa: FBT002 - by name on the wire
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> MemberPage:
    """List members by id, a page at a time, all of them or those that a query finds.

    A query is words of the name or beginnings of them, in any order, or the whole e-mail address;
    case and accents do not matter.
    """
    filters = MemberFilter(query, archived)
    return await members.list_page(context.database, filters, PageRequest(limit, cursor))


@method(
    "members.update",
    role=Role.CLERK,
    errors=(NotFound,),
    example={"id": 2, "email": "library@example.org"},
)
def update(
    _: ChangeContext,
    id_: MemberId,
    name: MemberName | None = None,
    email: Annotated[Email | None, CLEARABLE] = None,
) -> Change[Member]:
    """Change a member's name or e-mail address; fields left out do not change.

    An `email` of null takes it away.
    """
    return members.update(id_, changed_fields(name=name, email=email))


@method(
    "members.archive",
    role=Role.CLERK,
    errors=(NotFound, Conflict),
    example={"id": 10},
)
def archive(context: ChangeContext, id_: MemberId) -> Change[Member]:
    """Let a member leave, who has no loans and owes nothing; reservations are cancelled.

    Copies held for the member pass to the next in the queue at once. What the member has borrowed
    stays in the lists and in the log.
    """
    return library.archive_member(id_, context.services.librarian.terms)


@method("members.unarchive", role=Role.CLERK, errors=(NotFound,), example={"id": 10})
def unarchive(_: ChangeContext, id_: MemberId) -> Change[Member]:
    """Take a member back who had left."""
    return members.unarchive(id_)
