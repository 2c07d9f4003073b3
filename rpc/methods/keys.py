"""keys.*: who may call."""

from domain.errors import NotFound
from domain.keys import ApiKey, ApiKeyPage, KeyId, KeyName, NewApiKey, Role, RoleName
from domain.paging import PageRequest
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import keys
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method


@method(
    "keys.create",
    role=Role.ADMIN,
    example={"name": "till 3", "role": "clerk"},
)
def create(_: ChangeContext, name: KeyName, role: RoleName) -> Change[NewApiKey]:
    """Make an API key. Only this answer shows it; a repetition of the request gives null."""
    return keys.create(name, role)


@method("keys.list", role=Role.ADMIN, example={})
async def list_(
    context: CallContext, limit: PageLimit = PAGE_SIZE_DEFAULT, cursor: CursorText | None = None
) -> ApiKeyPage:
    """List all API keys, revoked ones included, without their secrets."""
    return await keys.list_page(context.database, PageRequest(limit, cursor))


@method("keys.revoke", role=Role.ADMIN, errors=(NotFound,), example={"id": 1})
def revoke(context: ChangeContext, id_: KeyId) -> Change[ApiKey]:
    """Revoke an API key; it is refused from now on, by other processes within a second."""
    return keys.revoke(id_, context.services.keys)
