"""From messages to responses: the calls of a batch, each answered in its place."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jsonrpcserver.async_dispatcher import dispatch_request
from jsonrpcserver.request import Request
from jsonrpcserver.result import Error, Result
from oslash.either import Left

from domain.keys import Caller
from repository.mongo.clock import now
from rpc import protocol
from rpc.call_handler import CallHandler, Invocation
from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object
from rpc.method_registry import MethodRegistry, Services
from rpc.metrics import Metrics
from rpc.protocol import Call, Fault, Message

UNKNOWN_METHOD: Final = "unknown"
"""The method name in metrics for unknown methods: clients could send any number of names."""


@dataclass(frozen=True, slots=True)
class DispatchLimits:
    """The limits of a request."""

    batch_concurrency_max: int
    response_bytes_max: int
    call_deadline_s: float
    calls_at_once_max: int


class _Room:
    """The bytes left for the answers of one request.

    The first to finish is counted first; only errors, which are short, may exceed the limit.
    """

    def __init__(self, bytes_max: int) -> None:
        self._left = bytes_max

    @property
    def is_full(self) -> bool:
        """Whether no further result fits."""
        return self._left <= 0

    def has(self, response: bytes) -> bool:
        """Whether a response fits."""
        return len(response) <= self._left

    def take(self, response: bytes) -> bytes:
        """The response, once its bytes and the comma after it are counted."""
        self._left -= len(response) + 1
        return response


class Dispatcher:
    """Answers parsed messages. jsonrpcserver dispatches each single call; the rest happens here."""

    def __init__(
        self,
        registry: MethodRegistry,
        services: Services,
        limits: DispatchLimits,
        metrics: Metrics,
    ) -> None:
        self._limits = limits
        self._metrics = metrics
        self._free_calls = asyncio.Semaphore(limits.calls_at_once_max)
        self._handlers: dict[str, Callable[..., Any]] = {
            name: CallHandler(method, services, metrics, limits.call_deadline_s)
            for name, method in registry.items()
        }
        self._open_to_anybody = {name for name, each in registry.items() if each.role is None}

    def admits(self, message: Message, caller: Caller | None) -> bool:
        """Whether a message gets an answer: with a key, or for a call that needs no key."""
        return caller is not None or any(
            isinstance(element, Call) and element.method in self._open_to_anybody
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
        """One response per element, in their order; a bounded number of calls run at once."""
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
            return Error(error["code"], error["message"], error["data"])
        request = Request(call.method, call.params, call.id)
        invocation = Invocation(caller, call.is_notification, now())
        async with self._free_calls:
            _, result = await dispatch_request(self._handlers, invocation, request)
        return result
