"""Turns errors into JSON-RPC error objects."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final, TypedDict

from pydantic import ValidationError
from pydantic_core import ErrorDetails

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
    """An error object; the specification's own errors have the specification's message.

    Their own message is in `data.detail`.
    """
    fixed = SPECIFICATION_MESSAGES.get(code)
    data: dict[str, Any] = {"type": code.name.lower(), "retryable": retryable}
    if fixed is not None and message is not None:
        data["detail"] = message
    return {"code": int(code), "message": fixed or message or "", "data": data | details}


def from_error(error: OctavoError) -> ErrorObject:
    """The error object for a refusal."""
    return error_object(code_of(error), error.message, retryable=error.retryable, **error.details)


def from_validation(failure: ValidationError, names: Iterable[str] = ()) -> InvalidParams:
    """The refusal that names the parameters that pydantic found at fault, at most 50.

    `names` are the method's parameters, to suggest one for an unknown name.
    """
    errors = [
        {
            "parameter": _step(error["loc"][0]) if error["loc"] else "",
            "path": [_step(step) for step in error["loc"]],
            "problem": _problem(error, list(names)),
        }
        for error in failure.errors(include_url=False)[:ERRORS_LISTED_MAX]
    ]
    return InvalidParams(errors=errors)


def _step(step: str | int) -> str:
    """One step of the path to a fault, shortened: it may be a client's text of any length."""
    return str(step)[:NAME_CHARACTERS_MAX]


def _problem(error: ErrorDetails, names: list[str]) -> str:
    """What is wrong, as the rest of a sentence that begins with the parameter's name."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        if len(error["loc"]) > 1:
            return "is not a field of this object"
        return "is not a parameter of this method" + _meant(_step(error["loc"][-1]), names)
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_json_kind(error['input'])}"
    if kind in _LIMITED:
        return _LIMITED[kind].format(**limits)
    text = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]


def _meant(unknown: str, names: list[str]) -> str:
    near = get_close_matches(unknown, names, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; it takes {', '.join(names)}" if names else ""


def _json_kind(value: Any) -> str:
    """The JSON type of a value."""
    for types, kind in _JSON_KINDS:
        if isinstance(value, types):
            return kind
    return "null"


_WANTED: Final = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "a string",
    "string_unicode": "Unicode text",
    "bool_type": "true or false",
    "list_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
_LIMITED: Final = {
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be over {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be under {lt}",
    "too_short": "must have at least {min_length} item(s)",
    "too_long": "must have at most {max_length} items",
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be {expected}",
}
_JSON_KINDS: Final = (
    (bool, "a boolean"),
    (int, "a whole number"),
    (float, "a number with a fraction"),
    (str, "a string"),
    (list, "an array"),
    (dict, "an object"),
)
