"""requests.*: what became of a request whose answer was lost."""

import orjson

from domain.keys import Role
from domain.requests import RequestOutcome
from domain.values import IdempotencyKey
from repository.mongo import idempotency
from rpc.error_mapping import from_error
from rpc.method_registry import CallContext, method


@method("requests.lookup", role=Role.READER, example={"idempotency_key": "2f1c6a52-till-3-0042"})
async def lookup(context: CallContext, idempotency_key: IdempotencyKey) -> RequestOutcome:
    """Tell what happened to the change that this API key requested with an idempotency key.

    `unknown`: nothing has happened so far; repeat the request with its key, so that it happens, and
    only once. `in_progress`: the request is running. `done`: the answer is here, whether or not it
    arrived before.
    """
    scope = context.caller.key_id
    is_in_progress = idempotency.is_in_progress(context.services.core, scope, idempotency_key)
    found = await idempotency.lookup(context.database, scope, idempotency_key)
    if found is None:
        return RequestOutcome(status="in_progress" if is_in_progress else "unknown")
    method_name, answer = found
    if answer is None:
        return RequestOutcome(status="in_progress", method=method_name)
    return RequestOutcome(
        status="done",
        method=method_name,
        result=None if answer.result is None else orjson.loads(answer.result),
        error=None if answer.refusal is None else dict(from_error(answer.refusal)),
    )
