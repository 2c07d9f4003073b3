"""The OpenRPC document, made from the registry: it describes exactly the registered methods."""

import functools
from collections.abc import Iterable
from typing import Any, Final

import orjson
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from domain.errors import (
    Busy,
    Forbidden,
    IdempotencyKeyReused,
    InvalidParams,
    OctavoError,
    RateLimited,
    RequestInProgress,
    StorageUnavailable,
    TimedOut,
    Unauthenticated,
)
from rpc.error_documents import (
    MEANINGS,
    PATTERNS,
    component_of_endpoint,
    data_schema_of,
    endpoint_data_schema,
    example_of,
)
from rpc.error_mapping import code_of
from rpc.example_results import EXAMPLE_RESULTS
from rpc.field_meanings import describe
from rpc.method_registry import Method, MethodRegistry, Params

OPENRPC_VERSION: Final = "1.2.6"
API_VERSION: Final = "1.0.0"
SCHEMAS: Final = "#/components/schemas/{model}"
VALIDATION: Final = "validation"
SERIALIZATION: Final = "serialization"

DEFAULT_URL: Final = "http://localhost:8000/rpc"
"""Where a service on this machine answers, if it does not know where it was reached."""

ERRORS_OF_ALL: Final = (InvalidParams, TimedOut, Busy, StorageUnavailable)
ERRORS_WITH_KEY: Final = (Unauthenticated, Forbidden, RateLimited)
ERRORS_OF_CHANGES: Final = (IdempotencyKeyReused, RequestInProgress)

DESCRIPTION: Final = """\
One JSON-RPC 2.0 endpoint: POST calls and batches to `/rpc`.

**Key.** Send the header `X-API-Key` with every call but `rpc.discover`. `x-role` names the least
role that a method needs: public, reader, clerk or admin; each may do all that the ones before it
may. A public key may be in a web page: it reads no personal data and no money.

**Parameters** go by name or, in the order given here, by position; null means missing, except in
an update, where it clears a field that may be empty. Text is kept in NFC, its ends trimmed, white
space in it folded to one space. Ids are integers; money is a number with at most two decimals;
times are ISO 8601.

**Batches.** The calls of a batch run concurrently and are answered in request order. A batch is not
a transaction.

**Changes** (`x-changes`) take an `idempotency_key`: repeat a request with the same key and it
happens once. They are refused as notifications.

**Errors.** `data.type` is a stable name, `data.retryable` tells whether the same request may
succeed later, and the rest of `data` is what you need to act; `x-errors` has its schema by type.

The examples give the results shown when they are sent to a fresh demo in the order of this
document, but for the present time, new keys and UUIDs."""

SECURITY: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "X-API-Key",
    "description": "Needed by every method whose x-role is not null.",
}


class _Untitled(GenerateJsonSchema):
    """Fields without titles: generators of clients make types of them, which collide."""

    def field_title_should_be_set(self, _: Any) -> bool:
        return False


def openrpc_document(registry: MethodRegistry, server_url: str = DEFAULT_URL) -> dict[str, Any]:
    """The document for all methods of a registry; `server_url` is where clients reach them."""
    servers = [{"name": "service", "url": server_url}]
    everywhere: dict[str, Any] = orjson.loads(_everywhere(tuple(registry.values())))
    return everywhere | {"servers": servers}


@functools.cache
def _everywhere(methods: tuple[Method, ...]) -> bytes:
    """The document without the server, as JSON: a third of a second goes into the schemas."""
    references, definitions = models_json_schema(
        [(each.parameters, VALIDATION) for each in methods]
        + [(each.result_model, SERIALIZATION) for each in methods],
        ref_template=SCHEMAS,
        schema_generator=_Untitled,
    )
    components = _with_patterns(definitions["$defs"])
    schemas = {
        each.name: components.pop(_component(references[each.parameters, VALIDATION]))
        for each in methods
    }
    for parameters in schemas.values():
        _describe_references(parameters, components)
    errors = errors_of_all(methods)
    components |= {error.__name__: data_schema_of(error) for error in errors}
    components |= {component_of_endpoint(code): endpoint_data_schema(code) for code in MEANINGS}
    for name, schema in components.items():
        describe(name, schema)
    document = {
        "openrpc": OPENRPC_VERSION,
        "info": {"title": "Octavo", "version": API_VERSION, "description": DESCRIPTION},
        "servers": [],
        "methods": [
            _method(each, schemas[each.name], references[each.result_model, SERIALIZATION])
            for each in methods
        ],
        "components": {"schemas": dict(sorted(components.items()))},
        "x-security": SECURITY,
        "x-errors": _errors_by_type(errors),
    }
    return orjson.dumps(document)


def _errors_by_type(errors: list[type[OctavoError]]) -> dict[str, Any]:
    """All errors: those of the methods, and those that no method raises."""
    of_methods = [(code_of(each), each.retryable, each.__name__) for each in errors]
    of_endpoint = [(code, False, component_of_endpoint(code)) for code in MEANINGS]
    return {
        code.name.lower(): {
            "code": int(code),
            "retryable": retryable,
            "data": {"$ref": SCHEMAS.format(model=component)},
        }
        for code, retryable, component in (*of_methods, *of_endpoint)
    }


def errors_of_all(methods: Iterable[Method]) -> list[type[OctavoError]]:
    """Every error of the methods, once, by its code."""
    errors = {error for method in methods for error in errors_of(method)}
    return sorted(errors, key=code_of)


def _with_patterns(schema: Any) -> Any:
    """A schema with a pattern beside each format, for readers who ignore formats."""
    if isinstance(schema, list):
        return [_with_patterns(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {
        name: each if name == "examples" else _with_patterns(each) for name, each in schema.items()
    }
    pattern = PATTERNS.get(schema["format"]) if _is_formatted(schema) else None
    return whole if pattern is None else {"pattern": pattern} | whole


def _is_formatted(schema: Params) -> bool:
    """Whether a schema has a format; an object may have a field of that name."""
    return schema.get("type") == "string" and isinstance(schema.get("format"), str)


def _describe_references(parameters: Params, components: Params) -> None:
    """Restore the descriptions of parameters that are left out where their model has the same."""
    for schema in parameters.get("properties", {}).values():
        if "$ref" in schema:
            schema.setdefault("description", components[_component(schema)]["description"])


def _component(reference: Params) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[-1]


def _method(method: Method, parameters: Params, result: Params) -> dict[str, Any]:
    summary, _, _ = method.description.partition("\n")
    required = set(parameters.get("required", []))
    return {
        "name": method.name,
        "summary": summary,
        "description": method.description,
        "tags": [{"name": method.name.split(".")[0]}],
        "paramStructure": "either",
        "params": [
            _content(name, schema, required=name in required, nullable=name in method.clearable)
            for name, schema in parameters.get("properties", {}).items()
        ],
        "result": {"name": method.result_model.__name__, "schema": result},
        "errors": [example_of(error) for error in errors_of(method)],
        "examples": _examples(method),
        "x-role": None if method.role is None else str(method.role),
        "x-changes": method.changes,
    }


def _content(name: str, schema: Params, *, required: bool, nullable: bool) -> dict[str, Any]:
    """A parameter's content descriptor; it does not repeat that null means missing.

    `nullable` says that null means something else here: it clears the field.
    """
    schema = {key: value for key, value in schema.items() if key not in {"title", "default"}} | (
        {"default": schema["default"]} if schema.get("default") is not None else {}
    )
    variants = schema.get("anyOf", [])
    given = [each for each in variants if each != {"type": "null"}]
    if len(given) == 1 and len(variants) > 1 and not nullable:
        schema = {key: value for key, value in schema.items() if key != "anyOf"} | given[0]
    description = schema.get("description") or next(
        (each["description"] for each in given if "description" in each), None
    )
    content: dict[str, Any] = {"name": name, "required": required, "schema": schema}
    return content if description is None else content | {"description": description}


def errors_of(method: Method) -> list[type[OctavoError]]:
    """All errors of a method, its own first."""
    errors = [*method.errors, *ERRORS_OF_ALL]
    errors += ERRORS_WITH_KEY if method.role is not None else ()
    errors += ERRORS_OF_CHANGES if method.changes else ()
    return list(dict.fromkeys(errors))


def _examples(method: Method) -> list[dict[str, Any]]:
    """Example calls, each with its result on a fresh demo; instants, keys and UUIDs differ."""
    results = EXAMPLE_RESULTS.get(method.name, [])
    return [
        {
            "name": f"{method.name} {number}",
            "params": _without_gaps(method, example),
            "result": {"name": method.result_model.__name__, "value": result},
        }
        for number, (example, result) in enumerate(
            zip(method.examples, results, strict=False), start=1
        )
    ]


def _without_gaps(method: Method, example: Params) -> list[Params]:
    """An example's parameters in the documented order, up to the last one given.

    Tools pair them with the method's parameters by position, so a parameter left out before the
    last one has its default here, or null, which means the same.
    """
    fields = method.parameters.model_fields
    names = list(fields)
    last = max((names.index(name) for name in example), default=-1)
    return [
        {"name": name, "value": example.get(name, fields[name].get_default())}
        for name in names[: last + 1]
    ]
