"""From calls to responses: look up, authorise, validate, call, reply."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from jsonrpcserver.async_dispatcher import dispatch_request
from jsonrpcserver.request import Request
from jsonrpcserver.result import Error, Result, Success
from oslash.either import Left

from domain.errors import Forbidden, InvalidRequest, OctavoError, TimedOut, Unauthenticated
from domain.keys import ANYBODY, Caller
from repository.group_commit import Change
from repository.idempotency import RequestKey
from repository.steps import AnsweredBefore, Steps
from repository.transactions import Transaction
from rpc import protocol
from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object, from_error
from rpc.method_registry import (
    IDEMPOTENCY_KEY,
    CallContext,
    ChangeContext,
    Method,
    MethodRegistry,
    Params,
    Services,
    StepsContext,
)
from rpc.metrics import Metrics
from rpc.protocol import Call, Fault, Message

log = structlog.get_logger("octavo.dispatcher")

UNKNOWN_METHOD: Final = "unknown"
"""How metrics call what is no call of a method: a client's own words could be any number."""

CHANGE_SHARE_OF_DEADLINE: Final = 0.95
"""A change gives up a little before its call does, so that it can say that nothing happened."""


@dataclass(frozen=True, slots=True)
class DispatchLimits:
    """What a request may take at the most."""

    batch_concurrency_max: int
    response_bytes_max: int
    call_deadline_s: float
    calls_at_once_max: int


@dataclass(frozen=True, slots=True)
class _Invocation:
    """What jsonrpcserver hands through to the handler of one call."""

    caller: Caller | None
    is_notification: bool
    arrived_at: datetime


class _Room:
    """What is left of the bytes that all answers of one request may have.

    Who finishes first is answered first; only errors, which are short, may go beyond the limit.
    """

    def __init__(self, bytes_max: int) -> None:
        self._left = bytes_max

    @property
    def is_full(self) -> bool:
        """Whether no result fits any more."""
        return self._left <= 0

    def has(self, response: bytes) -> bool:
        """Whether a response fits."""
        return len(response) <= self._left

    def take(self, response: bytes) -> bytes:
        """The response, once its bytes and the comma after it are counted."""
        self._left -= len(response) + 1
        return response


class Dispatcher:
    """Answers parsed messages. jsonrpcserver dispatches each single call; the rest is here."""

    def __init__(
        self,
        registry: MethodRegistry,
        services: Services,
        limits: DispatchLimits,
        metrics: Metrics,
    ) -> None:
        self._registry = registry
        self._services = services
        self._limits = limits
        self._metrics = metrics
        self._free_calls = asyncio.Semaphore(limits.calls_at_once_max)
        self._handlers = {name: self._handler(each) for name, each in registry.items()}

    def is_open_to_anybody(self, message: Message) -> bool:
        """Whether some call in the message needs no key."""
        return any(
            isinstance(element, Call)
            and (method := self._registry.get(element.method)) is not None
            and method.role is None
            for element in message.elements
        )

    async def answer(self, message: Message, caller: Caller | None) -> bytes | None:
        """The response to a message, None when it holds notifications only (sections 5 and 6)."""
        bytes_max = self._limits.response_bytes_max
        if not message.is_batch:
            return await self._answer_one(message.elements[0], caller, _Room(bytes_max))
        room = _Room(bytes_max - len(protocol.batch([])))
        responses = await self._answer_all(message.elements, caller, room)
        answered = [response for response in responses if response is not None]
        return protocol.batch(answered) if answered else None

    async def _answer_all(
        self, elements: Sequence[Call | Fault], caller: Caller | None, room: _Room
    ) -> list[bytes | None]:
        """One response an element, in their order, worked on by a bounded number at once."""
        responses: list[bytes | None] = [None] * len(elements)
        waiting = iter(enumerate(elements))

        async def work() -> None:
            for position, element in waiting:
                responses[position] = await self._answer_one(element, caller, room)

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(self._limits.batch_concurrency_max, len(elements))):
                workers.create_task(work())
        return responses

    async def _answer_one(
        self, element: Call | Fault, caller: Caller | None, room: _Room
    ) -> bytes | None:
        if isinstance(element, Fault):
            return room.take(self._not_performed(element.id, UNKNOWN_METHOD, element.error))
        if isinstance(element.id, protocol.NoId):
            await self._dispatch(element, caller)
            return None
        if room.is_full:
            name = element.method if element.method in self._handlers else UNKNOWN_METHOD
            return self._not_performed(element.id, name, self._too_large(executed=False))
        result = await self._dispatch(element, caller)
        if isinstance(result, Left):
            refusal = result._error  # noqa: SLF001 - the library offers no other access
            error = ErrorObject(code=refusal.code, message=refusal.message, data=refusal.data)
            return room.take(protocol.failure(element.id, error))
        response = protocol.success(element.id, result._value.result)  # noqa: SLF001 - as above
        if not room.has(response):
            return room.take(protocol.failure(element.id, self._too_large(executed=True)))
        return room.take(response)

    def _not_performed(self, call_id: protocol.Id, method_name: str, error: ErrorObject) -> bytes:
        self._metrics.calls.labels(method_name, error["data"]["type"]).inc()
        return protocol.failure(call_id, error)

    def _too_large(self, *, executed: bool) -> ErrorObject:
        return error_object(
            ErrorCode.RESPONSE_TOO_LARGE,
            "The answer is too large; ask for less at once.",
            retryable=not executed,
            executed=executed,
            response_bytes_max=self._limits.response_bytes_max,
        )

    async def _dispatch(self, call: Call, caller: Caller | None) -> Result:
        if call.method not in self._handlers:
            self._metrics.calls.labels(UNKNOWN_METHOD, "method_not_found").inc()
            error = error_object(
                ErrorCode.METHOD_NOT_FOUND, "rpc.discover lists all methods.", method=call.method
            )
            return _as_result(error)
        request = Request(call.method, call.params, call.id)
        invocation = _Invocation(caller, call.is_notification, datetime.now(UTC))
        async with self._free_calls:
            _, result = await dispatch_request(self._handlers, invocation, request)
        return result

    def _handler(self, method: Method) -> Callable[..., Awaitable[Result]]:
        """What jsonrpcserver calls for a method: it takes any parameters and never raises."""
        seconds = self._metrics.call_seconds.labels(method.name)

        async def handle(invocation: _Invocation, /, *args: Any, **kwargs: Any) -> Result:
            started = time.perf_counter()
            try:
                answer = await self._answer_or_refusal(method, invocation, args or kwargs)
            except Exception as fault:  # noqa: BLE001 - the one place where the unforeseen ends
                answer = _unforeseen(method, fault)
            finally:
                seconds.observe(time.perf_counter() - started)
            outcome = "ok" if isinstance(answer, bytes) else answer["data"]["type"]
            self._metrics.calls.labels(method.name, outcome).inc()
            return Success(answer) if isinstance(answer, bytes) else _as_result(answer)

        return handle

    async def _answer_or_refusal(
        self,
        method: Method,
        invocation: _Invocation,
        given: Sequence[Any] | Mapping[str, Any],
    ) -> bytes | ErrorObject:
        try:
            return await self._perform(method, invocation, given)
        except OctavoError as refusal:
            return from_error(refusal)

    async def _perform(
        self,
        method: Method,
        invocation: _Invocation,
        given: Sequence[Any] | Mapping[str, Any],
    ) -> bytes:
        """The result of one call as JSON, in time. Raises its refusal."""
        caller = _authorised(method, invocation.caller)
        params = method.bind(given)
        limit_s = self._limits.call_deadline_s
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(limit_s) as timeout:
                if not method.changes:
                    context = CallContext(caller, started + limit_s, self._services)
                    return await method.answer(context, params)
                if invocation.is_notification:
                    return self._refuse_notification(method)
                deadline = started + limit_s * CHANGE_SHARE_OF_DEADLINE
                text = params.pop(IDEMPOTENCY_KEY)
                key = None if text is None else _request_key(method, params, text, invocation)
                return await self._change(method, caller, params, deadline, key)
        except TimeoutError:
            if not timeout.expired():
                raise
            raise TimedOut(
                f"The call took longer than {limit_s:g} seconds.", deadline_s=limit_s
            ) from None

    async def _change(
        self,
        method: Method,
        caller: Caller,
        params: Params,
        deadline: float,
        key: RequestKey | None,
    ) -> bytes:
        """Run a changing method in a transaction, once for each idempotency key."""
        if method.in_steps:
            return await self._change_in_steps(method, caller, params, deadline, key)

        async def perform(transaction: Transaction) -> bytes:
            context = ChangeContext(caller, deadline, self._services, transaction)
            return await method.answer(context, params)

        change = Change(
            perform=perform,
            deadline=deadline,
            key=key,
            lane=None if method.lane is None else method.lane(params),
            recorded=method.recorded,
        )
        return await self._services.changes.submit(change)

    async def _change_in_steps(
        self,
        method: Method,
        caller: Caller,
        params: Params,
        deadline: float,
        key: RequestKey | None,
    ) -> bytes:
        """Run a method that takes several transactions; once begun, it is seen through."""
        changes = self._services.changes
        steps = Steps(changes, self._services.answers, key, deadline)
        context = StepsContext(caller, deadline, self._services, steps)

        async def perform() -> bytes:
            try:
                return await method.answer(context, params)
            except AnsweredBefore as earlier:
                return earlier.answer.unwrap()

        return await changes.see_through(perform())

    def _refuse_notification(self, method: Method) -> bytes:
        """Refuse a change that nobody would learn the failure of."""
        self._metrics.refused_notifications.labels(method.name).inc()
        log.warning("a change came as a notification and was refused", method=method.name)
        raise InvalidRequest(f"{method.name} changes something, so it needs an id.")


def _request_key(method: Method, params: Params, text: str, invocation: _Invocation) -> RequestKey:
    scope = (invocation.caller or ANYBODY).key_id
    fingerprint = method.fingerprint(params)
    return RequestKey(scope, text, method.name, fingerprint, invocation.arrived_at)


def _authorised(method: Method, caller: Caller | None) -> Caller:
    """The caller, if allowed. Raises Unauthenticated or Forbidden."""
    if method.role is None:
        return caller or ANYBODY
    if caller is None:
        raise Unauthenticated("Send a valid key in the X-API-Key header.")
    if not caller.role.allows(method.role):
        raise Forbidden(
            f"{method.name} needs a key of role {method.role} or above.",
            role=caller.role,
            needed_role=method.role,
        )
    return caller


def _unforeseen(method: Method, fault: Exception) -> ErrorObject:
    """Log all of an exception under a correlation id, and tell the client only that id."""
    correlation_id = structlog.contextvars.get_contextvars().get("correlation_id", uuid.uuid4().hex)
    log.error("a call failed", method=method.name, correlation_id=correlation_id, exc_info=fault)
    return error_object(
        ErrorCode.INTERNAL_ERROR,
        "The fault is ours; report the correlation id.",
        correlation_id=correlation_id,
    )


def _as_result(error: ErrorObject) -> Result:
    return Error(error["code"], error["message"], error["data"])
