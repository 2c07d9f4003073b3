"""From messages to responses: the calls of a batch, each answered in its place."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from jsonrpcserver.dispatcher import call as call_method
from jsonrpcserver.result import Error, Result
from oslash.either import Left

from domain.keys import ANYBODY, Caller
from rpc import protocol
from rpc.begin import Waiting, begin
from rpc.begun_changes import BegunChanges
from rpc.call_handler import CallHandler, Invocation
from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object
from rpc.fair_slots import FairSlots
from rpc.kept_answers import KeptAnswers
from rpc.method_registry import MethodRegistry, Services
from rpc.metrics import Metrics
from rpc.protocol import Call, Fault, Message
from rpc.shared_turn import SharedTurn, TurnOfKey

UNKNOWN_METHOD: Final = "unknown"
"""The method name in metrics for unknown methods: clients could send any number of names."""


ONE_WITHOUT_A_KEY: Final = error_object(
    ErrorCode.BUSY,
    "A batch without a key has one answer; send a key, or ask again.",
    retryable=True,
)


@dataclass(frozen=True, slots=True)
class DispatchLimits:
    """The limits of a request."""

    batch_concurrency_max: int
    response_bytes_max: int
    call_deadline_s: float
    calls_at_once_max: int
    calls_at_once_per_key_max: int


class _Room:
    """The bytes left for the answers of one request.

    The first to finish is counted first; only errors, which are short, may exceed the limit.
    """

    __slots__ = ("left",)

    def __init__(self, bytes_max: int) -> None:
        self.left = bytes_max

    def take(self, response: bytes) -> bytes:
        """The response, once its bytes and the comma after it are counted."""
        self.left -= len(response) + 1
        return response


class Dispatcher:
    """Answers parsed messages. jsonrpcserver dispatches each single call; the rest happens here."""

    def __init__(
        self,
        registry: MethodRegistry,
        services: Services,
        limits: DispatchLimits,
        metrics: Metrics,
        kept_answers: KeptAnswers | None = None,
        handler: type[CallHandler] = CallHandler,
        turn: SharedTurn | None = None,
    ) -> None:
        self._services = services
        self._limits = limits
        self._metrics = metrics
        self._slots = FairSlots(limits.calls_at_once_max, limits.calls_at_once_per_key_max)
        self._turn = turn or SharedTurn()
        self._handlers: dict[str, Callable[..., Any]] = {
            name: handler(
                method, services, metrics, limits.call_deadline_s, self._turn, kept_answers
            )
            for name, method in registry.items()
        }
        self._long = {name for name, each in registry.items() if each.kept}
        self._changes = {name for name, each in registry.items() if each.does == "change"}
        self._open_to_anybody = {name for name, each in registry.items() if each.role is None}

    def admits(self, message: Message, caller: Caller | None) -> bool:
        """Whether a message gets an answer: with a key, or for a call that needs no key."""
        return caller is not None or any(
            isinstance(element, Call) and element.method in self._open_to_anybody
            for element in message.elements
        )

    async def answer(self, message: Message, caller: Caller | None) -> bytes | None:
        """The response to a message, None when it holds notifications only (sections 5 and 6)."""
        invocation = Invocation(caller, is_notification=False, arrived_s=time.time())
        brackets = len(protocol.batch([])) if message.is_batch else 0
        room = _Room(self._limits.response_bytes_max - brackets)
        if not message.is_batch:
            if self._is_long(message.elements[0]) and self._turn.is_over():
                await self._turn.next(_key_of(invocation))
            return await self._answer_one(message.elements[0], invocation, room)
        elements = message.elements if caller else self._first_open(message.elements)
        responses = await self._answer_all(elements, invocation, room)
        answered = [response for response in responses if response is not None]
        return protocol.batch(answered) if answered else None

    def _is_long(self, element: Call | Fault) -> bool:
        """Whether it asks for a list, a search or a report."""
        return isinstance(element, Call) and element.method in self._long

    def _first_open(self, elements: Sequence[Call | Fault]) -> Sequence[Call | Fault]:
        """The elements of a batch without a key: the first call that needs none, others refused."""
        is_open = [
            isinstance(each, Call)
            and each.method in self._open_to_anybody
            and not each.is_notification
            for each in elements
        ]
        first = is_open.index(True) if any(is_open) else 0
        return [
            Fault(ONE_WITHOUT_A_KEY, each.id) if repeats and position > first else each
            for position, (each, repeats) in enumerate(zip(elements, is_open, strict=True))
        ]

    async def _answer_all(
        self, elements: Sequence[Call | Fault], invocation: Invocation, room: _Room
    ) -> list[bytes | None]:
        """One response per element, in their order; a bounded number of calls run at once.

        Calls that do not wait are answered here, one after the other, and changes are begun here,
        so that many of them share a group. The first other call that waits lets workers begin,
        which share those that are left.
        """
        key = _key_of(invocation)
        responses: list[bytes | None] = [None] * len(elements)
        left = iter(enumerate(elements))

        async def work() -> None:
            for position, element in left:
                if self._turn.is_over():
                    await self._turn.next(key)
                responses[position] = await self._answer_one(element, invocation, room)

        changes = BegunChanges(self._limits.call_deadline_s, responses)
        try:
            for position, element in left:
                if await self._begin_change(element, invocation, room, changes, position):
                    continue
                if not self._slots.has_room(key):
                    await changes.finish(TurnOfKey(self._turn, key))
                answer = begin(self._answer_one(element, invocation, room))
                if isinstance(answer, Waiting):
                    others = self._limits.batch_concurrency_max - len(changes)
                    async with asyncio.TaskGroup() as workers:
                        for _ in range(min(others, len(elements)) - 1):
                            workers.create_task(work())
                        responses[position] = await answer.finish()
                        await work()
                else:
                    responses[position] = answer
                    if self._turn.is_over():
                        await self._turn.next(key)
            await changes.finish(TurnOfKey(self._turn, key))
        finally:
            changes.abandon()
        return responses

    async def _begin_change(
        self,
        element: Call | Fault,
        invocation: Invocation,
        room: _Room,
        changes: BegunChanges,
        position: int,
    ) -> bool:
        """Begin a call that is a plain change; whether it is one, and may begin."""
        if (
            not isinstance(element, Call)
            or element.method not in self._changes
            or element.id is protocol.NO_ID
        ):
            return False
        key = _key_of(invocation)
        while changes and (
            len(changes) >= self._limits.batch_concurrency_max or not self._slots.has_room(key)
        ):
            await changes.finish_some(TurnOfKey(self._turn, key))
        if room.left <= 0 or not self._slots.has_room(key):
            return False
        result = self._begin(element, invocation)
        if isinstance(result, Left) or type(_value(result)) is bytes:
            changes.responses[position] = self._response(element, result, room)
        else:
            self._slots.take(key)
            changes.add(
                position,
                _value(result),
                lambda finished: self._response(element, finished, room),
                lambda: self._slots.leave(key),
            )
        if changes.turn.is_over():
            with self._services.core.more_to_come():
                await changes.turn.next()
        return True

    async def _answer_one(
        self, element: Call | Fault, invocation: Invocation, room: _Room
    ) -> bytes | None:
        if isinstance(element, Fault):
            return room.take(self._not_performed(element.id, UNKNOWN_METHOD, element.error))
        if element.id is protocol.NO_ID:
            await self._dispatch(element, replace(invocation, is_notification=True))
            return None
        if room.left <= 0:
            name = element.method if element.method in self._handlers else UNKNOWN_METHOD
            return self._not_performed(element.id, name, self._too_large(executed=False))
        return self._response(element, await self._dispatch(element, invocation), room)

    def _response(self, element: Call, result: Result, room: _Room) -> bytes:
        """The response with a call's result, if there is room for it."""
        if isinstance(result, Left):
            refusal = result._error  # noqa: SLF001 - the library offers no other access
            error = ErrorObject(code=refusal.code, message=refusal.message, data=refusal.data)
            return room.take(protocol.failure(element.id, error))
        response = protocol.success(element.id, _value(result))
        if len(response) > room.left:
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

    async def _dispatch(self, call: Call, invocation: Invocation) -> Result:
        """The result of a call as JSON, or its error. It waits if too many calls run."""
        if call.method not in self._handlers:
            self._metrics.calls.labels(UNKNOWN_METHOD, "method_not_found").inc()
            error = error_object(
                ErrorCode.METHOD_NOT_FOUND, "rpc.discover lists all methods.", method=call.method
            )
            return Error(error["code"], error["message"], error["data"])
        key = _key_of(invocation)
        if not self._slots.has_room(key):
            async with self._slots.slot(key):
                return await _finished(self._begin(call, invocation))
        result = self._begin(call, invocation)
        if isinstance(result, Left) or type(_value(result)) is bytes:
            return result
        async with self._slots.slot(key):  # this does not wait: there is room for it
            return await _finished(result)

    def _begin(self, call: Call, invocation: Invocation) -> Result:
        """The result, or an awaitable of it as the value of a result."""
        # Not by `dispatch_request`, which inspects the handler each time: it validates arguments.
        return call_method(call, invocation, self._handlers[call.method])


def _key_of(invocation: Invocation) -> str:
    return (invocation.caller or ANYBODY).key_id


def _value(result: Result) -> Any:
    return result._value.result  # noqa: SLF001 - the library offers no other access


async def _finished(result: Result) -> Result:
    """The result of a call that was begun."""
    if isinstance(result, Left) or type(_value(result)) is bytes:
        return result
    return await _value(result)
