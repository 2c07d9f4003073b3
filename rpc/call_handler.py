"""The handler that jsonrpcserver calls for a method: authorise, validate, call, reply; never raise.

A call that does not wait is answered at once, without a task, a timer or a turn of the loop.

What depends on the method alone is computed once, when the handler is made.
"""

import asyncio
import time
from collections.abc import Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import orjson
import structlog
from jsonrpcserver.result import Error, Result, Success
from prometheus_client import Counter

from domain.errors import ChangeWithoutId, Forbidden, OctavoError, TimedOut, Unauthenticated
from domain.keys import ANYBODY, Caller, Role
from repository.mongo.clock import at
from repository.mongo.deadlines import limit_time
from repository.mongo.idempotency import RequestKey, Shown, once
from repository.mongo.steps import AnsweredBefore, Steps
from rpc.begin import Waiting, begin
from rpc.correlation import correlation_id
from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object, from_error
from rpc.kept_answers import KeptAnswers
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
from rpc.shared_turn import SharedTurn, TurnOfKey

CHANGE_SHARE_OF_DEADLINE: Final = 0.95
"""A change gives up so long before its call does, so that it can say that nothing happened."""

log = structlog.get_logger("octavo.dispatcher")


@dataclass(slots=True)
class Invocation:
    """The context that jsonrpcserver passes to the handler: who calls, and since when.

    `arrived_s` is when the request came in, in seconds since 1970.
    """

    caller: Caller | None
    is_notification: bool
    arrived_s: float


class Unfinished:
    """A call that waits: it is awaited, or resumed each time when what it waits for is done."""

    __slots__ = ("_begun", "_caller", "_handler", "_started")

    def __init__(
        self, handler: "CallHandler", begun: Waiting[Any], started: float, caller: Caller | None
    ) -> None:
        self._handler = handler
        self._begun = begun
        self._started = started
        self._caller = caller

    def __await__(self) -> Generator[Any, Any, Result]:
        """The result as JSON, or the error."""
        return self._handler.finish(self._begun, self._started, self._caller).__await__()

    @property
    def waited_for(self) -> asyncio.Future[Any]:
        """What it waits for."""
        return self._begun.waited_for

    def resume(self) -> Result | None:
        """The result; None if it waits again. For plain changes, see `Waiting.resume`."""
        result = self._handler.resumed(self._begun, self._started)
        if type(result) is Waiting:
            self._begun = result
            return None
        return result

    def give_up(self) -> Result:
        """Cancel it; the error that it takes too long."""
        self.abandon()
        return self._handler.too_late(self._started)

    def abandon(self) -> None:
        """Cancel it; its caller has left."""
        self._begun.give_up()


class CallHandler:
    """Answers calls of one method."""

    def __init__(
        self,
        method: Method,
        services: Services,
        metrics: Metrics,
        call_deadline_s: float,
        turn: SharedTurn,
        kept_answers: KeptAnswers | None = None,
    ) -> None:
        self._method = method
        self._services = services
        self._metrics = metrics
        self._deadline_s = call_deadline_s
        self._turn = turn
        self._kept_answers = kept_answers
        self._seconds = metrics.call_seconds.labels(method.name)
        self._shown = Shown(method.to_json, method.recorded)
        self._reads = method.does == "read"
        needed = method.role
        self._roles = tuple(role for role in Role if needed is None or role.allows(needed))

    @cached_property
    def _succeeded(self) -> Counter:
        return self._metrics.calls.labels(self._method.name, "ok")

    def __call__(self, invocation: Invocation, /, *args: Any, **kwargs: Any) -> Result:
        """The result as JSON, or the error; if the call has to wait, an awaitable of either."""
        started = time.perf_counter()
        limit_time(self._deadline_s)
        try:
            answer = begin(self._work(invocation, args or kwargs))
            if type(answer) is Waiting:
                return Success(Unfinished(self, answer, started, invocation.caller))
            result = Success(self._method.to_json(answer))
            self._succeeded.inc()
        except Exception as fault:  # noqa: BLE001 - the one place that handles unforeseen errors
            result = self._failed(fault)
        limit_time(None)
        self._seconds.observe(time.perf_counter() - started)
        return result

    def resumed(self, begun: Waiting[Any], started: float) -> Result | Waiting[Any]:
        """The same as a call, of one that waited for what is done now; or what it waits for now."""
        try:
            answer = begun.resume()
            if type(answer) is Waiting:
                return answer
            result = Success(self._method.to_json(answer))
            self._succeeded.inc()
        except Exception as fault:  # noqa: BLE001 - as above
            result = self._failed(fault)
        self._seconds.observe(time.perf_counter() - started)
        return result

    def too_late(self, started: float) -> Result:
        """The error of a call that takes too long."""
        self._seconds.observe(time.perf_counter() - started)
        return self._failed(TimedOut(deadline_s=self._deadline_s))

    async def finish(self, begun: Waiting[Any], started: float, caller: Caller | None) -> Result:
        """The result as JSON, or the error, of a call that waits."""
        try:
            result = Success(self._method.to_json(await self._in_time(begun, caller)))
            self._succeeded.inc()
        except Exception as fault:  # noqa: BLE001 - as above
            return self._failed(fault)
        else:
            return result
        finally:
            limit_time(None)
            self._seconds.observe(time.perf_counter() - started)

    async def _in_time(self, begun: Waiting[Any], caller: Caller | None) -> Any:
        # The steps of a change are short, and it is not to wait for those of others.
        turn = TurnOfKey(self._turn, (caller or ANYBODY).key_id) if self._reads else None
        try:
            return await begun.finish_in_time(self._deadline_s, turn)
        except TimeoutError:
            raise TimedOut(deadline_s=self._deadline_s) from None

    def _failed(self, fault: Exception) -> Result:
        """The error for a refusal, or for a fault that nobody has foreseen."""
        error = self._error_of(fault)
        self._metrics.calls.labels(self._method.name, error["data"]["type"]).inc()
        return Error(error["code"], error["message"], error["data"])

    def _error_of(self, fault: Exception) -> ErrorObject:
        if isinstance(fault, OctavoError):
            try:
                return from_error(fault)
            except Exception as unforeseen:  # noqa: BLE001 - as above
                return _unforeseen(self._method, unforeseen)
        return _unforeseen(self._method, fault)

    def _work(
        self, invocation: Invocation, given: Sequence[Any] | Mapping[str, Any]
    ) -> Coroutine[Any, Any, Any]:
        """What makes the result of one call, which may be JSON already. Raises its refusal."""
        method = self._method
        caller = self._authorised(invocation.caller)
        if method.kept and self._kept_answers is not None:
            question = _question(method, caller, given)
            turn = TurnOfKey(self._turn, caller.key_id)
            return self._kept_answers.answer(question, lambda: self._read(caller, given), turn)
        params = method.bind(given)
        now = time.monotonic()
        if self._reads:
            context = CallContext(caller, now + self._deadline_s, self._services)
            work: Coroutine[Any, Any, Any] = method.call(context, params)
            return work
        if invocation.is_notification:
            raise self._refused_notification()
        deadline = now + self._deadline_s * CHANGE_SHARE_OF_DEADLINE
        text = params.pop(IDEMPOTENCY_KEY)
        key = None if text is None else _request_key(method, params, text, invocation)
        change = self._change if method.does == "change" else self._change_in_steps
        return change(invocation, params, deadline, key)

    async def _read(self, caller: Caller, given: Sequence[Any] | Mapping[str, Any]) -> bytes:
        """The result of a call that reads, as JSON. Raises its refusal."""
        context = CallContext(caller, time.monotonic() + self._deadline_s, self._services)
        return self._method.to_json(await self._method.call(context, self._method.bind(given)))

    def _authorised(self, caller: Caller | None) -> Caller:
        """The caller, if allowed. Raises Unauthenticated or Forbidden."""
        needed = self._method.role
        if needed is None:
            return caller or ANYBODY
        if caller is None:
            raise Unauthenticated
        if caller.role not in self._roles:
            raise Forbidden(method=self._method.name, role=caller.role, needed_role=needed)
        return caller

    async def _change(
        self, invocation: Invocation, params: Params, deadline: float, key: RequestKey | None
    ) -> bytes:
        """Run a change, once for the idempotency key if there is one."""
        method, core = self._method, self._services.core
        context = ChangeContext(invocation.caller or ANYBODY, deadline, self._services)
        change = method.call(context, params)
        if key is None:
            return method.to_json(await core.submit(change, deadline=deadline, request=invocation))
        repeatable = once(change, key, self._shown)
        answer = await core.submit(repeatable, deadline=deadline, request=invocation)
        return answer.unwrap()

    async def _change_in_steps(
        self, invocation: Invocation, params: Params, deadline: float, key: RequestKey | None
    ) -> bytes:
        """Run a change of several transactions; once begun, it runs to its end."""
        method, core = self._method, self._services.core
        steps = Steps(core, self._services.answers, key, deadline)
        caller = invocation.caller or ANYBODY
        context = StepsContext(caller, deadline, self._services, steps)

        async def perform() -> bytes:
            try:
                return method.to_json(await method.call(context, params))
            except AnsweredBefore as earlier:
                return earlier.answer.unwrap()

        return await core.see_through(perform())

    def _refused_notification(self) -> ChangeWithoutId:
        """The refusal of a change as a notification: nobody would learn of its failure."""
        name = self._method.name
        self._metrics.refused_notifications.labels(name).inc()
        log.warning("a change came as a notification and was refused", method=name)
        return ChangeWithoutId(method=name)


def _question(method: Method, caller: Caller, given: Sequence[Any] | Mapping[str, Any]) -> bytes:
    """What two calls have in common that get the same answer."""
    asked = [method.name, caller.role, given]
    try:
        return orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number of more than 64 bits
        return repr(asked).encode()


def _request_key(method: Method, params: Params, text: str, invocation: Invocation) -> RequestKey:
    scope = (invocation.caller or ANYBODY).key_id
    fingerprint = method.fingerprint(params)
    return RequestKey(scope, text, method.name, fingerprint, at(invocation.arrived_s))


def _unforeseen(method: Method, fault: Exception) -> ErrorObject:
    """Log an exception under a correlation id, and tell the client only that id."""
    found_by = correlation_id()
    log.error("a call failed", method=method.name, correlation_id=found_by, exc_info=fault)
    return error_object(
        ErrorCode.INTERNAL_ERROR,
        "The fault is ours; report the correlation id.",
        correlation_id=found_by,
    )
