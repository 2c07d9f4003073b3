"""JSON-RPC 2.0 on the wire: requests, batches and ids. Pure; sections are the specification's."""

import json
import math
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import jiter
import orjson

from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object

Id = str | int | float | None


class NoId:
    """The id of a notification, which has none (section 4.1)."""


NO_ID: Final = NoId()


@dataclass(frozen=True, slots=True)
class Call:
    """A valid request object (section 4); a notification has NO_ID."""

    method: str
    params: list[Any] | dict[str, Any]
    id: Id | NoId

    @property
    def is_notification(self) -> bool:
        """Whether nobody waits for an answer (section 4.1)."""
        return isinstance(self.id, NoId)


@dataclass(frozen=True, slots=True)
class Fault:
    """The answer to an element that is not a valid call."""

    error: ErrorObject
    id: Id = None


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed body: a batch (section 6) or a single element."""

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
        return _single(_element(parsed, limits))
    if not parsed:
        return _single(_invalid("A batch needs at least one call."))
    if len(parsed) > limits.batch_calls_max:
        message = f"A batch may hold {limits.batch_calls_max} calls, this one holds {len(parsed)}."
        error = error_object(
            ErrorCode.BATCH_TOO_LARGE, message, calls=len(parsed), calls_max=limits.batch_calls_max
        )
        return _single(Fault(error))
    return Message([_element(element, limits) for element in parsed], is_batch=True)


def _single(element: Call | Fault) -> Message:
    return Message([element], is_batch=False)


def _invalid(detail: str, call_id: Id = None) -> Fault:
    return Fault(error_object(ErrorCode.INVALID_REQUEST, detail), call_id)


def _element(element: Any, limits: ProtocolLimits) -> Call | Fault:
    """Section 4. A fault has the id of its element if that can be read."""
    if not isinstance(element, dict):
        return _invalid("A request is an object.")
    call_id = element.get("id", NO_ID)
    if not _is_id(call_id):
        return _invalid("`id` is a string, a number or null.")
    problem = _problem(element, limits)
    if problem is not None:
        return _invalid(problem, None if isinstance(call_id, NoId) else call_id)
    return Call(element["method"], element.get("params") or {}, call_id)


def _problem(request: dict[str, Any], limits: ProtocolLimits) -> str | None:
    """What is wrong with the members of a request object, if anything."""
    if request.get("jsonrpc") != "2.0":
        return '`jsonrpc` is exactly "2.0".'
    method = request.get("method")
    if not isinstance(method, str):
        return "`method` is a string."
    if len(method) > limits.method_name_characters_max:
        return f"`method` has at most {limits.method_name_characters_max} characters."
    params = request.get("params")
    if not (params is None or isinstance(params, dict | list)):
        return "`params` is an object or an array."
    if _nests_deeper(request, limits.nesting_levels_max):
        return f"A request nests at most {limits.nesting_levels_max} levels, itself included."
    return None


def _is_id(call_id: Any) -> bool:
    if isinstance(call_id, bool):
        return False
    if isinstance(call_id, float):
        return math.isfinite(call_id)
    return call_id is None or isinstance(call_id, str | int | NoId)


def _nests_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_nests_deeper(item, levels - 1) for item in inner)


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
