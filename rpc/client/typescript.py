"""The TypeScript client: interfaces, a class for each kind of error, methods by namespace."""

import json
import re
from collections.abc import Iterator
from typing import Final

from rpc.client.described import (
    EXPLAINED_ONCE,
    Described,
    DescribedError,
    DescribedMethod,
    Parameter,
    Schema,
    component_of,
    pascal,
    template,
    variants,
)

PLAIN: Final = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
PLAIN_NAME: Final = re.compile(r"[A-Za-z_]\w*")


def typescript_client(document: Schema) -> str:
    """The text of the file octavo-client.ts."""
    described = Described(document)
    parts = {
        "VERSION": described.version,
        "MODELS": "\n".join(
            line for name, schema in described.models.items() for line in _model(name, schema)
        ),
        "ERRORS": "\n".join(line for error in described.errors for line in _error(error)),
        "KINDS": "\n".join(f"  {error.type}: {error.class_name}," for error in described.errors),
        "NAMESPACES": "\n".join(
            line
            for namespace, methods in described.namespaces()
            for line in _namespace(namespace, methods)
        ),
        "ATTRIBUTES": "\n".join(
            f"  readonly {namespace}: {pascal(namespace)}Methods<M>;"
            for namespace, _ in described.namespaces()
        ),
        "MADE": "\n".join(
            f"    this.{namespace} = new {pascal(namespace)}Methods<M>(send);"
            for namespace, _ in described.namespaces()
        ),
    }
    text = template("typescript.template")
    for name, part in parts.items():
        text = text.replace(f"// {{{name}}}", part)
    return text


def _model(name: str, schema: Schema) -> Iterator[str]:
    yield from _comment(schema.get("description", name))
    if "properties" in schema:
        yield f"export interface {name} {_object(schema)}"
    else:
        yield f"export type {name} = {_type(schema)};"
    yield ""


def _object(schema: Schema, indent: str = "", *, explained: bool = True) -> str:
    """An object's fields between braces, explained or not."""
    needed = set(schema.get("required", ()))
    inner = f"{indent}  "
    lines = ["{"]
    for field, each in schema["properties"].items():
        lines += _comment(each.get("description", ""), inner) if explained else []
        mark = "" if field in needed else "?"
        lines.append(f"{inner}{_key(field)}{mark}: {_type(each, inner)};")
    return "\n".join([*lines, f"{indent}}}"])


def _type(schema: Schema, indent: str = "") -> str:
    """How TypeScript names the type of a schema's values."""
    return " | ".join(dict.fromkeys(_one(each, indent) for each in variants(schema)))


def _one(schema: Schema, indent: str) -> str:
    if "$ref" in schema:
        return component_of(schema)
    if "const" in schema or "enum" in schema:
        return " | ".join(map(json.dumps, schema.get("enum", [schema.get("const")])))
    kind = schema.get("type")
    if kind == "array":
        return f"Array<{_type(schema.get('items', {}), indent)}>"
    if kind == "object" and "properties" in schema:
        return _object(schema, indent)
    if kind == "object":
        inner = schema.get("additionalProperties", True)
        return f"Record<string, {'unknown' if inner is True else _type(inner, indent)}>"
    return PLAIN.get(str(kind), "unknown")


def _key(name: str) -> str:
    return name if PLAIN_NAME.fullmatch(name) else json.dumps(name)


def _comment(text: str, indent: str = "") -> list[str]:
    """A comment for an editor to show, if there is something to say."""
    lines = text.replace("*/", "* /").splitlines()
    if len(lines) <= 1:
        return [f"{indent}/** {line} */" for line in lines]
    return [
        f"{indent}/**",
        *(f"{indent} * {line}".rstrip() for line in lines),
        f"{indent} */",
    ]


def _error(error: DescribedError) -> Iterator[str]:
    name = error.class_name
    yield f"export interface {name}Data {_object(error.data, explained=False)}"
    yield ""
    yield f"/** {error.meaning} */"
    yield f"export class {name} extends OctavoError {{"
    yield f"  declare readonly data: {name}Data;"
    yield "}"
    yield ""


def _namespace(namespace: str, methods: list[DescribedMethod]) -> Iterator[str]:
    yield f"/** {namespace}.* */"
    yield f"export class {pascal(namespace)}Methods<M extends Mode> {{"
    yield "  readonly #send: Send;"
    yield ""
    yield "  constructor(send: Send) {"
    yield "    this.#send = send;"
    yield "  }"
    for method in methods:
        yield ""
        yield from _method(method)
    yield "}"
    yield ""


def _method(method: DescribedMethod) -> Iterator[str]:
    result = _type(method.result, "  ")
    is_needed = any(each.required for each in method.parameters)
    yield from _comment(method.description, "  ")
    if method.parameters:
        default = "" if is_needed else " = {}"
        yield f"  {method.verb}(params: {{"
        for each in method.parameters:
            yield from _parameter(each)
        yield f"  }}{default}): Answer<M, {result}> {{"
    else:
        yield f"  {method.verb}(params: Record<string, never> = {{}}): Answer<M, {result}> {{"
    yield (
        f'    return this.#send("{method.name}", params, {json.dumps(method.changes)})'
        f" as Answer<M, {result}>;"
    )
    yield "  }"


def _parameter(parameter: Parameter) -> Iterator[str]:
    if parameter.name not in EXPLAINED_ONCE:
        yield from _comment(parameter.description, "    ")
    kind = _type(parameter.schema, "    ")
    mark = "" if parameter.required else "?"
    null = "" if parameter.required or parameter.clearable else " | null | undefined"
    yield f"    {_key(parameter.name)}{mark}: {kind}{null};"
