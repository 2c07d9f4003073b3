"""requests.*: what became of a request whose answer was lost."""

import orjson

from domain.keys import Role
from domain.requests import RequestOutcome
from domain.values import IdempotencyKey
from repository import idempotency
from rpc.error_mapping import from_error
from rpc.method_registry import CallContext, method


@method("requests.lookup", role=Role.READER, example={"idempotency_key": "2f1c6a52-till-3-0042"})
async def lookup(context: CallContext, idempotency_key: IdempotencyKey) -> RequestOutcome:
    """Tell what happened to the change that this API key asked for under an idempotency key.

    `unknown`: nothing has happened so far; to be sure that it happens, and once only, repeat the
    request with its key. `in_progress`: it is being worked on. `done`: here is the answer that was
    given, or would have been.
    """
    scope = context.caller.key_id
    in_progress = context.services.changes.is_in_progress(scope, idempotency_key)
    found = await idempotency.lookup(context.database, scope, idempotency_key)
    if found is None:
        return RequestOutcome(status="in_progress" if in_progress else "unknown")
    method_name, answer = found
    return RequestOutcome(
        status="done",
        method=method_name,
        result=None if answer.result is None else orjson.loads(answer.result),
        error=None if answer.refusal is None else dict(from_error(answer.refusal)),
    )
