"""Wrong values for every parameter of every method, made from the parameters' schemas."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rpc.method_registry import Method

A_VALUE_OF_EACH_KIND: dict[str, Any] = {
    "string": "\u2603",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "array": [[]],
    "object": {"\u2603": 1},
}


@dataclass(frozen=True)
class WrongCall:
    """Parameters that are right but for one, and what is wrong with it."""

    method: str
    params: dict[str, Any]
    parameter: str
    what: str


def wrong_types(method: Method) -> Iterator[WrongCall]:
    """A value of every JSON type that a parameter does not take. null is none: it means missing."""
    for name, schemas in parameters_of(method):
        kinds = {kind for schema in schemas for kind in kinds_of(schema)}
        for kind, value in A_VALUE_OF_EACH_KIND.items():
            if kind not in kinds and not (kind == "integer" and "number" in kinds):
                yield wrong(method, name, value, f"{kind} for {'/'.join(sorted(kinds))}")


def out_of_bounds(method: Method) -> Iterator[WrongCall]:
    """The first value beyond each bound that a parameter's schema names."""
    for name, schemas in parameters_of(method):
        beyond = [list(values_beyond(schema)) for schema in schemas if schema.get("type") != "null"]
        if len(beyond) == 1:
            for what, value in beyond[0]:
                yield wrong(method, name, value, what)


def missing_and_unknown(method: Method) -> Iterator[WrongCall]:
    """Each required parameter left out, or null, and one that there is not."""
    for name in method.parameters.model_json_schema().get("required", []):
        others = {key: value for key, value in method.example.items() if key != name}
        yield WrongCall(method.name, others, name, "left out")
        yield wrong(method, name, None, "null")
    yield wrong(method, "no_such_parameter", 1, "unknown")


def wrong(method: Method, name: str, value: Any, what: str) -> WrongCall:
    return WrongCall(method.name, {**method.example, name: value}, name, what)


def parameters_of(method: Method) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each parameter with the schemas of which it has to satisfy one."""
    document = method.parameters.model_json_schema()
    for name, schema in document.get("properties", {}).items():
        yield name, list(alternatives(schema, document.get("$defs", {})))


def alternatives(schema: dict[str, Any], defs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    options = schema.get("anyOf") or schema.get("oneOf")
    if options is None:
        yield schema
    for option in options or []:
        yield from alternatives(option, defs)


def kinds_of(schema: dict[str, Any]) -> set[str]:
    if "enum" in schema or "const" in schema:
        return {"string"}
    kinds = schema.get("type", list(A_VALUE_OF_EACH_KIND))
    return {kinds} if isinstance(kinds, str) else set(kinds)


def values_beyond(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if "enum" in schema:
        yield "not in the enumeration", "\u2603"
    if "minimum" in schema:
        yield "under the minimum", schema["minimum"] - 1
    if "maximum" in schema:
        yield "over the maximum", schema["maximum"] + 1
        yield "far over the maximum", 10**30
    if "minLength" in schema:
        yield "too short", "x" * (schema["minLength"] - 1)
    if "maxLength" in schema:
        yield "too long", "x" * (schema["maxLength"] + 1)
    if "minItems" in schema:
        yield "too few", ["x"] * (schema["minItems"] - 1)
    if "maxItems" in schema:
        yield "too many", ["x"] * (schema["maxItems"] + 1)
