"""members.*: who may borrow."""

from domain.emails import Email
from domain.errors import InvalidParams, NotFound
from domain.keys import Role
from domain.members import Member, MemberId, MemberName, MemberPage
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import members
from rpc.method_registry import CallContext, ChangeContext, method


@method(
    "members.create",
    role=Role.CLERK,
    changes=True,
    example={"name": "Ada Lovelace", "email": "ada@example.org"},
)
async def create(context: ChangeContext, name: MemberName, email: Email | None = None) -> Member:
    """Add a member to the library."""
    return await members.create(context.transaction, name, email, context.now)


@method("members.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: MemberId) -> Member:
    """Get one member, with the number of books on loan."""
    return await members.get(context.database, id_)


@method("members.list", role=Role.READER, example={"limit": 10})
async def list_(
    context: CallContext, limit: PageLimit = PAGE_SIZE_DEFAULT, cursor: CursorText | None = None
) -> MemberPage:
    """List members by id, a page at a time."""
    return await members.list_page(context.database, limit=limit, cursor=cursor)


@method(
    "members.update",
    role=Role.CLERK,
    changes=True,
    errors=(NotFound,),
    example={"id": 2, "email": "library@example.org"},
)
async def update(
    context: ChangeContext,
    id_: MemberId,
    name: MemberName | None = None,
    email: Email | None = None,
) -> Member:
    """Change a member's name or e-mail address, those that are given."""
    if name is None and email is None:
        raise InvalidParams.parameter("name", "give at least one field to change")
    return await members.update(context.transaction, id_, name=name, email=email)
