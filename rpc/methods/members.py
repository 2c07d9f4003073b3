"""members.*: who may borrow."""

from domain.emails import Email
from domain.errors import InvalidParams, NotFound
from domain.keys import Role
from domain.members import Member, MemberId, MemberName, MemberPage
from domain.paging import PageRequest
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import members
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method


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


@method("members.list", role=Role.READER, example={"limit": 10})
async def list_(
    context: CallContext, limit: PageLimit = PAGE_SIZE_DEFAULT, cursor: CursorText | None = None
) -> MemberPage:
    """List members by id, a page at a time."""
    return await members.list_page(context.database, PageRequest(limit, cursor))


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
    email: Email | None = None,
) -> Change[Member]:
    """Change a member's name or e-mail address; fields left out do not change."""
    given = {"name": name, "email": email}
    changes = {field: value for field, value in given.items() if value is not None}
    if not changes:
        raise InvalidParams.parameter("name", "give at least one field to change")
    return members.update(id_, changes)
