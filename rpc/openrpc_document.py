"""The OpenRPC document, made from the registry: what is registered is what is described."""

from typing import Any, Final

from pydantic.json_schema import models_json_schema

from domain.errors import (
    Busy,
    Forbidden,
    IdempotencyKeyReused,
    InvalidParams,
    OctavoError,
    RequestInProgress,
    StorageUnavailable,
    TimedOut,
    Unauthenticated,
)
from rpc.error_codes import SPECIFICATION_MESSAGES
from rpc.error_mapping import code_of
from rpc.method_registry import Method, MethodRegistry, Params

OPENRPC_VERSION: Final = "1.2.6"
API_VERSION: Final = "1.0.0"
SCHEMAS: Final = "#/components/schemas/{model}"
VALIDATION: Final = "validation"
SERIALIZATION: Final = "serialization"

ERRORS_OF_ALL: Final = (InvalidParams, TimedOut, Busy, StorageUnavailable)
ERRORS_WITH_KEY: Final = (Unauthenticated, Forbidden)
ERRORS_OF_CHANGES: Final = (IdempotencyKeyReused, RequestInProgress)

DESCRIPTION: Final = """\
A bookshop behind one JSON-RPC 2.0 endpoint: POST to /rpc with the header X-API-Key.

Parameters go by name or, in the order given here, by position; null means missing. Elements of a
batch run concurrently and answer in request order; a batch is not a transaction. An error's
`data.type` is stable, `data.retryable` tells whether the same request may succeed later."""


def openrpc_document(registry: MethodRegistry) -> dict[str, Any]:
    """The document for all methods of a registry."""
    references, definitions = models_json_schema(
        [(each.parameters, VALIDATION) for each in registry.values()]
        + [(each.result_model, SERIALIZATION) for each in registry.values()],
        ref_template=SCHEMAS,
    )
    components = definitions["$defs"]
    schemas = {
        each.name: components.pop(_component(references[each.parameters, VALIDATION]))
        for each in registry.values()
    }
    return {
        "openrpc": OPENRPC_VERSION,
        "info": {"title": "Octavo", "version": API_VERSION, "description": DESCRIPTION},
        "methods": [
            _method(each, schemas[each.name], references[each.result_model, SERIALIZATION])
            for each in sorted(registry.values(), key=lambda each: each.name)
        ],
        "components": {"schemas": dict(sorted(components.items()))},
    }


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
        "paramStructure": "by-name",
        "params": [
            _content(name, schema, required=name in required)
            for name, schema in parameters.get("properties", {}).items()
        ],
        "result": {"name": method.result_model.__name__, "schema": result},
        "errors": [_error(error) for error in errors_of(method)],
        "examples": [_example(method)],
        "x-role": None if method.role is None else str(method.role),
        "x-changes": method.changes,
    }


def _content(name: str, schema: Params, *, required: bool) -> dict[str, Any]:
    """A parameter's content descriptor; that null means missing goes without saying each time."""
    schema = {key: value for key, value in schema.items() if key not in {"title", "default"}} | (
        {"default": schema["default"]} if schema.get("default") is not None else {}
    )
    variants = schema.get("anyOf", [])
    given = [each for each in variants if each != {"type": "null"}]
    if len(given) == 1 and len(variants) > 1:
        schema = {key: value for key, value in schema.items() if key != "anyOf"} | given[0]
    description = schema.get("description")
    content: dict[str, Any] = {"name": name, "required": required, "schema": schema}
    return content if description is None else content | {"description": description}


def errors_of(method: Method) -> list[type[OctavoError]]:
    """All that a method may refuse with, its own errors first."""
    errors = [*method.errors, *ERRORS_OF_ALL]
    errors += ERRORS_WITH_KEY if method.role is not None else ()
    errors += ERRORS_OF_CHANGES if method.changes else ()
    return errors


def _error(error: type[OctavoError]) -> dict[str, Any]:
    code = code_of(error)
    return {
        "code": int(code),
        "message": SPECIFICATION_MESSAGES.get(code, error.summary()),
        "data": {"type": error.type, "retryable": error.retryable},
    }


def _example(method: Method) -> dict[str, Any]:
    return {
        "name": f"{method.name} example",
        "params": [{"name": name, "value": value} for name, value in method.example.items()],
        "result": {"name": method.result_model.__name__, "value": method.example_result},
    }
