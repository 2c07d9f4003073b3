"""JSON-RPC 2.0 on the wire: requests, batches and ids. Pure; sections are the specification's."""

import json
import math
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import jiter
import orjson
from jsonrpcserver.request import Request

from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object

Id = str | int | float | None


class NoId:
    """The id of a notification, which has none (section 4.1)."""


NO_ID: Final = NoId()


class Call(Request):
    """A valid request object (section 4), as jsonrpcserver takes it; a notification has NO_ID."""

    __slots__ = ()

    @property
    def is_notification(self) -> bool:
        """Whether nobody waits for an answer (section 4.1)."""
        return self.id is NO_ID


@dataclass(frozen=True, slots=True)
class Fault:
    """The answer to an element that is not a valid call."""

    error: ErrorObject
    id: Id = None


@dataclass(slots=True)
class Message:
    """A parsed body: a batch (section 6) or a single element.

    It is not frozen because each request makes one, at half the cost.
    """

    elements: Sequence[Call | Fault]
    is_batch: bool


@dataclass(frozen=True, slots=True)
class ProtocolLimits:
    """The limits of a body."""

    batch_calls_max: int
    method_name_characters_max: int
    nesting_levels_max: int


def parse(body: bytes, limits: ProtocolLimits) -> Message:
    """The calls in a body, each invalid element replaced by its fault.

    A byte order mark before the body is skipped (RFC 8259, section 8.1).

    NaN, Infinity and an object with the same key twice are not JSON here: readers understand them
    differently (RFC 8259, sections 4 and 6).
    """
    try:
        parsed = jiter.from_json(
            body.removeprefix(BOM_UTF8),
            allow_inf_nan=False,
            catch_duplicate_keys=True,
            cache_mode="keys",
        )
    except ValueError as failure:
        return _single(Fault(error_object(ErrorCode.PARSE_ERROR, str(failure))))
    if not isinstance(parsed, list):
        # What has few brackets nests no deeper.
        is_shallow = body.count(b"{") + body.count(b"[") <= limits.nesting_levels_max
        return _single(_element(parsed, limits, is_shallow=is_shallow))
    if not parsed:
        return _single(_invalid("A batch needs at least one call."))
    if len(parsed) > limits.batch_calls_max:
        message = f"A batch may hold {limits.batch_calls_max} calls, this one holds {len(parsed)}."
        error = error_object(
            ErrorCode.BATCH_TOO_LARGE, message, calls=len(parsed), calls_max=limits.batch_calls_max
        )
        return _single(Fault(error))
    return Message([_element(element, limits) for element in parsed], is_batch=True)


def id_of(message: Message) -> Id:
    """The id of a single call, null for a batch and where it has none."""
    call_id = None if message.is_batch else message.elements[0].id
    return None if call_id is NO_ID else call_id


def _single(element: Call | Fault) -> Message:
    return Message([element], is_batch=False)


def _invalid(detail: str, call_id: Id = None) -> Fault:
    return Fault(error_object(ErrorCode.INVALID_REQUEST, detail), call_id)


def _element(element: Any, limits: ProtocolLimits, *, is_shallow: bool = False) -> Call | Fault:
    """Section 4. A fault has the id of its element if that can be read."""
    if not isinstance(element, dict):
        return _invalid("A request is an object.")
    call_id = element.get("id", NO_ID)
    if type(call_id) not in _IDS or call_id in _NO_NUMBERS:
        return _invalid("`id` is a string, a number or null.")
    method: Any = element.get("method")
    params = element.get("params")
    problem = _problem(element, method, params, limits)
    if problem is None and not is_shallow and _nests_deeper(element, limits.nesting_levels_max):
        problem = f"A request nests at most {limits.nesting_levels_max} levels, itself included."
    if problem is not None:
        return _invalid(problem, None if call_id is NO_ID else call_id)
    return Call(method, params or {}, call_id)


def _problem(
    request: dict[str, Any], method: Any, params: Any, limits: ProtocolLimits
) -> str | None:
    """What is wrong with the members of a request object, if anything."""
    if request.get("jsonrpc") != "2.0":
        return '`jsonrpc` is exactly "2.0".'
    if not isinstance(method, str):
        return "`method` is a string."
    if len(method) > limits.method_name_characters_max:
        return f"`method` has at most {limits.method_name_characters_max} characters."
    if not (params is None or type(params) in _CONTAINERS):
        return "`params` is an object or an array."
    return None


_IDS: Final = (int, str, float, type(None), NoId)
_NO_NUMBERS: Final = (math.inf, -math.inf)
_CONTAINERS: Final = (dict, list)


def _nests_deeper(value: dict[str, Any], levels: int) -> bool:
    """Whether there are more levels, looked through one after the other."""
    level: list[Any] = [value]
    for _ in range(levels):
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) in _CONTAINERS
        ]
        if not level:
            return False
    return True


def success(call_id: Id, result: bytes) -> bytes:
    """Section 5: a response with a result given as JSON."""
    return b'{"jsonrpc":"2.0","result":' + result + b',"id":' + encode_id(call_id) + b"}"


def failure(call_id: Id, error: ErrorObject) -> bytes:
    """Section 5.1: a response with an error."""
    return (
        b'{"jsonrpc":"2.0","error":' + _encode_error(error) + b',"id":' + encode_id(call_id) + b"}"
    )


def _encode_error(error: ErrorObject) -> bytes:
    try:
        return orjson.dumps(error, default=str)
    except TypeError:  # an integer beyond 64 bits among the details, or text with half a surrogate
        return json.dumps(error, default=str, ensure_ascii=False).encode(errors="replace")


def encode_id(call_id: Id) -> bytes:
    """The id as it was sent; integers of any size lose no digit."""
    if isinstance(call_id, int):
        return str(call_id).encode()
    return orjson.dumps(call_id)


def batch(responses: Sequence[bytes]) -> bytes:
    """Section 6: the responses of a batch."""
    return b"[" + b",".join(responses) + b"]"
