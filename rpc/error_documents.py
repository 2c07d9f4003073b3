"""The documentation of an error: an example of its data, and the schema of its data."""

import inspect
import re
from typing import Any, Final

from domain.errors import OctavoError
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
