"""From errors to JSON-RPC error objects, in one place."""

from typing import Any, Final, TypedDict

from pydantic import ValidationError

from domain.errors import InvalidParams, OctavoError
from rpc.error_codes import SPECIFICATION_MESSAGES, ErrorCode

ERRORS_LISTED_MAX: Final = 50
NAME_CHARACTERS_MAX: Final = 100


class ErrorObject(TypedDict):
    """JSON-RPC 2.0 section 5.1."""

    code: int
    message: str
    data: dict[str, Any]


def code_of(error: OctavoError | type[OctavoError]) -> ErrorCode:
    """The code whose name is the error's type."""
    return ErrorCode[error.type.upper()]


def error_object(
    code: ErrorCode, message: str | None = None, *, retryable: bool = False, **details: Any
) -> ErrorObject:
    """An error as sent; the specification's own errors keep the specification's message.

    What is particular about one of those stands in `data.detail` instead.
    """
    fixed = SPECIFICATION_MESSAGES.get(code)
    data: dict[str, Any] = {"type": code.name.lower(), "retryable": retryable}
    if fixed is not None and message is not None:
        data["detail"] = message
    return {"code": int(code), "message": fixed or message or "", "data": data | details}


def from_error(error: OctavoError) -> ErrorObject:
    """The error object for a refusal."""
    return error_object(code_of(error), error.message, retryable=error.retryable, **error.details)


def from_validation(failure: ValidationError) -> InvalidParams:
    """The refusal that names the parameters that pydantic found at fault, the first 50 of them."""
    found = failure.errors(include_url=False, include_input=False, include_context=False)
    errors = [
        {
            "parameter": _step(error["loc"][0]) if error["loc"] else "",
            "path": [_step(step) for step in error["loc"]],
            "problem": _problem(error["type"], error["msg"]),
        }
        for error in found[:ERRORS_LISTED_MAX]
    ]
    first = errors[0]
    return InvalidParams(f"{'.'.join(first['path'])}: {first['problem']}", errors=errors)


def _step(step: str | int) -> str:
    """One step of the way to a fault; it may be a client's own word of any length."""
    return str(step)[:NAME_CHARACTERS_MAX]


def _problem(kind: str, message: str) -> str:
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return "is not a parameter of this method"
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]
