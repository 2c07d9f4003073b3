"""The documentation of an error: an example of its data, and the schema of its data."""

import inspect
import re
from typing import Any, Final

from domain.errors import OctavoError
from rpc.error_codes import ErrorCode
from rpc.error_mapping import code_of, error_object

JSON_TYPES: Final = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


INSTANT: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"
PATTERNS: Final = {"date-time": INSTANT, "date": r"^\d{4}-\d\d-\d\d$"}
"""The patterns of formats in results; those of parameters allow more."""


MEANINGS: Final = {
    ErrorCode.PARSE_ERROR: "The body is not JSON: bad syntax, NaN, or an object with a name twice.",
    ErrorCode.INVALID_REQUEST: "An element is not a request object; the others of its batch go on.",
    ErrorCode.METHOD_NOT_FOUND: "No method has that name.",
    ErrorCode.INTERNAL_ERROR: "A fault of ours; `correlation_id` finds it in the log.",
    ErrorCode.RESPONSE_TOO_LARGE: "The response is full; `executed` says whether the call ran.",
    ErrorCode.REQUEST_TOO_LARGE: "The body is over the limit.",
    ErrorCode.BATCH_TOO_LARGE: "The batch holds too many calls.",
}
"""The meanings of the errors that no method raises."""

_DETAILS: Final[dict[ErrorCode, dict[str, Any]]] = {
    ErrorCode.METHOD_NOT_FOUND: {"method": "books.gett"},
    ErrorCode.INTERNAL_ERROR: {"correlation_id": "4f6c0b1e9d2a7c35000000000000002a"},
    ErrorCode.RESPONSE_TOO_LARGE: {"executed": True, "response_bytes_max": 25_000_000},
    ErrorCode.REQUEST_TOO_LARGE: {"body_bytes_max": 5_242_880},
    ErrorCode.BATCH_TOO_LARGE: {"calls": 1_001, "calls_max": 1_000},
}
"""Examples of what the data of these errors have besides `type` and `retryable`."""


def example_of(error: type[OctavoError]) -> dict[str, Any]:
    """An example of the error in a response: code, message and data."""
    shown = error_object(
        code_of(error), error.summary(), retryable=error.retryable, **error.example
    )
    return dict(shown)


def data_schema_of(error: type[OctavoError]) -> dict[str, Any]:
    """The JSON Schema of `data` in a response that refuses with this error."""
    data = example_of(error)["data"]
    properties = {name: _schema_of(value) for name, value in data.items()}
    for name in error.nullable & {each for each in data if data[each] is not None}:
        properties[name]["type"] = [properties[name]["type"], "null"]
    properties["type"] = {"type": "string", "const": error.type}
    properties["retryable"] = {"type": "boolean"} | (
        {} if _may_differ(error) else {"const": error.retryable}
    )
    return {
        "title": error.__name__,
        "description": inspect.getdoc(error) or "",
        "type": "object",
        "properties": properties,
        "required": [name for name in data if name not in error.sometimes],
    }


def _may_differ(error: type[OctavoError]) -> bool:
    """Whether some refusals of this type are retryable and others are not."""
    return any(each.retryable != error.retryable for each in error.__subclasses__())


def _schema_of(value: Any) -> dict[str, Any]:
    """The schema of all values with the structure of this one."""
    if value is None:
        return {}
    schema: dict[str, Any] = {"type": JSON_TYPES[type(value)]}
    if isinstance(value, str) and re.match(INSTANT, value):
        return schema | {"format": "date-time", "pattern": INSTANT}
    if isinstance(value, list) and value:
        return schema | {"items": _schema_of(value[0])}
    if isinstance(value, dict):
        properties = {name: _schema_of(each) for name, each in value.items()}
        return schema | {"properties": properties, "required": list(value)}
    return schema


def component_of_endpoint(code: ErrorCode) -> str:
    """The name of the schema of an error that no method raises."""
    return code.name.title().replace("_", "")


def endpoint_data_schema(code: ErrorCode) -> dict[str, Any]:
    """The JSON Schema of `data` in an error that no method raises."""
    details = _DETAILS.get(code, {})
    return {
        "title": component_of_endpoint(code),
        "description": MEANINGS[code],
        "type": "object",
        "properties": {
            "type": {"type": "string", "const": code.name.lower()},
            "retryable": {"type": "boolean"},
            "detail": {"type": "string"},
            **{name: _schema_of(value) for name, value in details.items()},
        },
        "required": ["type", "retryable", *details],
    }
