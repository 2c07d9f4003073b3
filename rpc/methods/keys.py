"""keys.*: who may call."""

from domain.errors import NotFound
from domain.keys import ApiKey, ApiKeyPage, KeyId, KeyName, NewApiKey, Role, RoleName
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import keys
from rpc.method_registry import CallContext, ChangeContext, method


@method(
    "keys.create",
    role=Role.ADMIN,
    changes=True,
    shown_once=("key",),
    example={"name": "till 3", "role": "clerk"},
)
async def create(context: ChangeContext, name: KeyName, role: RoleName) -> NewApiKey:
    """Make an API key. This answer alone shows it; a repetition of the request gives null."""
    return await keys.create(context.transaction, name, role)


@method("keys.list", role=Role.ADMIN, example={})
async def list_(
    context: CallContext, limit: PageLimit = PAGE_SIZE_DEFAULT, cursor: CursorText | None = None
) -> ApiKeyPage:
    """List all API keys, revoked ones included, without their secrets."""
    return await keys.list_page(context.database, limit=limit, cursor=cursor)


@method("keys.revoke", role=Role.ADMIN, changes=True, errors=(NotFound,), example={"id": 1})
async def revoke(context: ChangeContext, id_: KeyId) -> ApiKey:
    """End an API key; it is refused from now on, by other processes within a second."""
    return await keys.revoke(context.transaction, id_, context.services.keys)
