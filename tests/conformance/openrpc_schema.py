"""A JSON Schema of OpenRPC 1.2.6, written from the field tables of the specification.

It is ours and covers the objects that our document uses. Where npm is there, .ci/run also holds the
document against the meta-schema that the OpenRPC project publishes.
"""

from typing import Any, Final

JSON_SCHEMA: Final = "http://json-schema.org/draft-07/schema#"
TEXT: Final = {"type": "string"}
NAME: Final = {"type": "string", "minLength": 1}
ANYTHING: Final = True


def fixed_fields(needed: list[str], /, **fields: Any) -> dict[str, Any]:
    """An object with these fields and extensions, and nothing else."""
    return {
        "type": "object",
        "required": needed,
        "properties": fields,
        "patternProperties": {"^x-": ANYTHING},
        "additionalProperties": False,
    }


def or_reference(name: str) -> dict[str, Any]:
    reference = {
        "type": "object",
        "required": ["$ref"],
        "properties": {"$ref": TEXT},
        "additionalProperties": False,
    }
    return {"oneOf": [{"$ref": f"#/definitions/{name}"}, reference]}


def list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": or_reference(name)}


DEFINITIONS: Final = {
    "info": fixed_fields(["title", "version"], title=NAME, version=NAME, description=TEXT),
    "server": fixed_fields(["name", "url"], name=NAME, url=NAME, summary=TEXT, description=TEXT),
    "tag": fixed_fields(["name"], name=NAME, summary=TEXT, description=TEXT),
    "content": fixed_fields(
        ["name", "schema"],
        name=NAME,
        summary=TEXT,
        description=TEXT,
        required={"type": "boolean"},
        schema={"$ref": JSON_SCHEMA},
        deprecated={"type": "boolean"},
    ),
    "error": {
        "type": "object",
        "required": ["code", "message"],
        "properties": {"code": {"type": "integer"}, "message": NAME, "data": ANYTHING},
        "additionalProperties": False,
    },
    "example": fixed_fields(
        ["name", "value"], name=NAME, summary=TEXT, description=TEXT, value=ANYTHING
    ),
    "pairing": fixed_fields(
        ["name", "params", "result"],
        name=NAME,
        summary=TEXT,
        description=TEXT,
        params=list_of("example"),
        result=or_reference("example"),
    ),
    "method": fixed_fields(
        ["name", "params", "result"],
        name=NAME,
        summary=TEXT,
        description=TEXT,
        tags=list_of("tag"),
        params=list_of("content"),
        result=or_reference("content"),
        errors=list_of("error"),
        examples=list_of("pairing"),
        paramStructure={"enum": ["by-name", "by-position", "either"]},
        deprecated={"type": "boolean"},
    ),
}

OPENRPC_SCHEMA: Final = {
    "$schema": JSON_SCHEMA,
    "definitions": DEFINITIONS,
    **fixed_fields(
        ["openrpc", "info", "methods"],
        openrpc={"const": "1.2.6"},
        info={"$ref": "#/definitions/info"},
        servers={"type": "array", "items": {"$ref": "#/definitions/server"}},
        methods=list_of("method"),
        components=fixed_fields(
            [], schemas={"type": "object", "additionalProperties": {"$ref": JSON_SCHEMA}}
        ),
    ),
}
