"""The handler that jsonrpcserver calls for a method: authorise, validate, call, reply; never raise.

What depends on the method alone is computed once, when the handler is made.
"""

import asyncio
import inspect
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import structlog
from jsonrpcserver.result import Error, Result, Success
from prometheus_client import Counter

from domain.errors import ChangeWithoutId, Forbidden, OctavoError, TimedOut, Unauthenticated
from domain.keys import ANYBODY, Caller
from repository.mongo.idempotency import RequestKey, Shown, once
from repository.mongo.steps import AnsweredBefore, Steps
from rpc.correlation import correlation_id
from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object, from_error
from rpc.in_time import in_time
from rpc.method_registry import (
    IDEMPOTENCY_KEY,
    CallContext,
    ChangeContext,
    Method,
    Params,
    Services,
    StepsContext,
)
from rpc.metrics import Metrics

CHANGE_SHARE_OF_DEADLINE: Final = 0.95
"""A change gives up so long before its call does, so that it can say that nothing happened."""

log = structlog.get_logger("octavo.dispatcher")


@dataclass(frozen=True, slots=True)
class Invocation:
    """The context that jsonrpcserver passes to the handler of one call."""

    caller: Caller | None
    is_notification: bool
    arrived_at: datetime


class _AnyArguments(inspect.Signature):
    """Accepts any arguments: the handler validates them itself, with better messages."""

    def bind(self, /, *_: Any, **__: Any) -> Any:
        """Accept the arguments."""
        return None


_ANY_ARGUMENTS: Final = _AnyArguments()


class CallHandler:
    """Answers calls of one method."""

    __signature__ = _ANY_ARGUMENTS

    def __init__(
        self, method: Method, services: Services, metrics: Metrics, call_deadline_s: float
    ) -> None:
        self._method = method
        self._services = services
        self._metrics = metrics
        self._deadline_s = call_deadline_s
        self._seconds = metrics.call_seconds.labels(method.name)
        self._shown = Shown(method.to_json, method.recorded)

    @cached_property
    def _succeeded(self) -> Counter:
        return self._metrics.calls.labels(self._method.name, "ok")

    async def __call__(self, invocation: Invocation, /, *args: Any, **kwargs: Any) -> Result:
        """The result as JSON, or the error."""
        started = time.perf_counter()
        try:
            try:
                answer = await self._answer(invocation, args or kwargs)
            except OctavoError as refusal:
                return self._refused(from_error(refusal))
            self._succeeded.inc()
            return Success(answer)
        except Exception as fault:  # noqa: BLE001 - the one place that handles unforeseen errors
            return self._refused(_unforeseen(self._method, fault))
        finally:
            self._seconds.observe(time.perf_counter() - started)

    def _refused(self, error: ErrorObject) -> Result:
        self._metrics.calls.labels(self._method.name, error["data"]["type"]).inc()
        return Error(error["code"], error["message"], error["data"])

    async def _answer(
        self, invocation: Invocation, given: Sequence[Any] | Mapping[str, Any]
    ) -> bytes:
        """The result of one call as JSON, within its deadline. Raises its refusal."""
        method = self._method
        caller = _authorised(method, invocation.caller)
        params = method.bind(given)
        now = asyncio.get_running_loop().time()
        if method.does == "read":
            context = CallContext(caller, now + self._deadline_s, self._services)
            answer = self._read(context, params)
        elif invocation.is_notification:
            return self._refuse_notification()
        else:
            deadline = now + self._deadline_s * CHANGE_SHARE_OF_DEADLINE
            text = params.pop(IDEMPOTENCY_KEY)
            key = None if text is None else _request_key(method, params, text, invocation)
            change = self._change if method.does == "change" else self._change_in_steps
            answer = change(caller, params, deadline, key)
        try:
            return await in_time(answer, self._deadline_s)
        except TimeoutError:
            raise TimedOut(deadline_s=self._deadline_s) from None

    async def _read(self, context: CallContext, params: Params) -> bytes:
        return self._method.to_json(await self._method.call(context, params))

    async def _change(
        self, caller: Caller, params: Params, deadline: float, key: RequestKey | None
    ) -> bytes:
        """Run a change, once for the idempotency key if there is one."""
        method, core = self._method, self._services.core
        change = method.call(ChangeContext(caller, deadline, self._services), params)
        if key is None:
            return method.to_json(await core.submit(change, deadline=deadline))
        answer = await core.submit(once(change, key, self._shown), deadline=deadline)
        return answer.unwrap()

    async def _change_in_steps(
        self, caller: Caller, params: Params, deadline: float, key: RequestKey | None
    ) -> bytes:
        """Run a change of several transactions; once begun, it runs to its end."""
        method, core = self._method, self._services.core
        steps = Steps(core, self._services.answers, key, deadline)
        context = StepsContext(caller, deadline, self._services, steps)

        async def perform() -> bytes:
            try:
                return method.to_json(await method.call(context, params))
            except AnsweredBefore as earlier:
                return earlier.answer.unwrap()

        return await core.see_through(perform())

    def _refuse_notification(self) -> bytes:
        """Refuse a change that came as a notification: nobody would learn of its failure."""
        name = self._method.name
        self._metrics.refused_notifications.labels(name).inc()
        log.warning("a change came as a notification and was refused", method=name)
        raise ChangeWithoutId(method=name)


def _request_key(method: Method, params: Params, text: str, invocation: Invocation) -> RequestKey:
    scope = (invocation.caller or ANYBODY).key_id
    fingerprint = method.fingerprint(params)
    return RequestKey(scope, text, method.name, fingerprint, invocation.arrived_at)


def _authorised(method: Method, caller: Caller | None) -> Caller:
    """The caller, if allowed. Raises Unauthenticated or Forbidden."""
    if method.role is None:
        return caller or ANYBODY
    if caller is None:
        raise Unauthenticated
    if not caller.role.allows(method.role):
        raise Forbidden(method=method.name, role=caller.role, needed_role=method.role)
    return caller


def _unforeseen(method: Method, fault: Exception) -> ErrorObject:
    """Log an exception under a correlation id, and tell the client only that id."""
    found_by = correlation_id()
    log.error("a call failed", method=method.name, correlation_id=found_by, exc_info=fault)
    return error_object(
        ErrorCode.INTERNAL_ERROR,
        "The fault is ours; report the correlation id.",
        correlation_id=found_by,
    )
