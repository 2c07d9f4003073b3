"""The TypeScript client: interfaces, a class for each kind of error, methods by namespace."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from rpc.client.described import (
    PAGE_FIELDS,
    Described,
    DescribedError,
    DescribedMethod,
    Parameter,
    Schema,
    component_of,
    page_of,
    pascal,
    template,
    variants,
    without,
)

PLAIN: Final = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
SHARED: Final = {"Keyed": {"idempotency_key"}, "Paged": {"limit", "cursor"}}
"""The types of parameters that many methods have."""
PLAIN_NAME: Final = re.compile(r"[A-Za-z_]\w*")


COLUMNS: Final = 100


def typescript_client(document: Schema) -> str:
    """The text of the file octavo-client.ts."""
    described = Described(document)
    kinds = (f"{each.type}: {each.class_name}" for each in described.errors)
    changes = (f'"{each.name}": {json.dumps(each.changes)}' for each in described.methods)
    parts = {
        "VERSION": described.version,
        "MODELS": "\n".join(line for name in described.models for line in _model(name, described)),
        "ERRORS": "\n".join(line for error in described.errors for line in _error(error)),
        "KINDS": _filled(kinds),
        "NAMESPACES": "\n".join(
            line
            for namespace, methods in described.namespaces()
            for line in _namespace(namespace, methods)
        ),
        "ATTRIBUTES": "\n".join(
            f"  readonly {namespace}: {pascal(namespace)}Methods<M>;"
            for namespace, _ in described.namespaces()
        ),
        "CHANGES": _filled(changes),
    }
    text = template("typescript.template")
    for name, part in parts.items():
        text = text.replace(f"// {{{name}}}", part)
    return text


def _filled(entries: Iterable[str]) -> str:
    """Entries of a table, as many on a line as it takes."""
    text = ", ".join(each.replace(" ", "\0") for each in entries)
    return textwrap.fill(
        text, COLUMNS, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    ).replace("\0", " ")


def _model(name: str, described: Described) -> Iterator[str]:
    schema = described.models[name]
    yield from _comment(schema.get("description", name))
    if "properties" not in schema:
        yield f"export type {name} = {_type(schema)};"
    elif items := page_of(schema):
        page, more = f"Page<{_type(items)}>", without(schema, PAGE_FIELDS)
        if more["properties"]:
            yield f"export interface {name} extends {page} {_object(more)}"
        else:
            yield f"export type {name} = {page};"
    else:
        base, own = described.own_fields(name)
        yield f"export interface {name} {f'extends {base} ' if base else ''}{_object(own)}"
    yield ""


def _object(schema: Schema, indent: str = "") -> str:
    """An object's fields between braces."""
    needed = set(schema.get("required", ()))
    inner = f"{indent}  "
    lines = ["{"]
    for field, each in schema["properties"].items():
        mark = "" if field in needed else "?"
        lines.append(f"{inner}{_about(each)}{_key(field)}{mark}: {_type(each, inner)};")
    return "\n".join([*lines, f"{indent}}}"])


def _details(schema: Schema) -> str:
    """The fields of an error's data, on one line."""
    needed = set(schema.get("required", ()))
    fields = (
        f"{_key(field)}{'' if field in needed else '?'}: {' '.join(_type(each).split())}"
        for field, each in schema["properties"].items()
    )
    return f"{{ {'; '.join(fields)} }}"


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


def _about(described: Schema) -> str:
    """A comment before a field, on its line, if there is something to say."""
    text = " ".join(described.get("description", "").replace("*/", "* /").split())
    return f"/** {text} */ " if text else ""


def _comment(text: str, indent: str = "") -> list[str]:
    """A comment for an editor to show."""
    lines = text.replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return [f"{indent}/** {text} */"]
    return [
        f"{indent}/**",
        *(f"{indent} * {line}".rstrip() for line in lines),
        f"{indent} */",
    ]


def _error(error: DescribedError) -> Iterator[str]:
    details = f", {_details(error.details)}" if error.details["properties"] else ""
    yield f"/** {error.meaning} */"
    yield f'export class {error.class_name} extends OctavoError<"{error.type}"{details}> {{}}'


def _namespace(namespace: str, methods: list[DescribedMethod]) -> Iterator[str]:
    yield f"export interface {pascal(namespace)}Methods<M extends Mode> {{"
    for method in methods:
        yield from _method(method)
    yield "}"
    yield ""


def _method(method: DescribedMethod) -> Iterator[str]:
    yield from _comment(method.description, "  ")
    names = {each.name for each in method.parameters}
    shared = [kind for kind, fields in SHARED.items() if fields <= names]
    of_shared = {name for kind in shared for name in SHARED[kind]}
    own = [each for each in method.parameters if each.name not in of_shared]
    mark = "" if any(each.required for each in own) else "?"
    fields = [_parameter(each) for each in own]
    end = f"): Answer<M, {_type(method.result, '  ')}>;"
    start = f"  {method.verb}(params{mark}: {' & '.join(shared)}"
    if not fields:
        yield f"{start}{'' if shared else 'Record<string, never>'}{end}"
        return
    start += " & {" if shared else "{"
    line = f"{start} {' '.join(fields).removesuffix(';')} }}{end}"
    if len(fields) == 1 and len(line) <= COLUMNS:
        yield line
    else:
        yield start
        yield from (f"    {field}" for field in fields)
        yield f"  }}{end}"


def _parameter(parameter: Parameter) -> str:
    kind = _type(parameter.schema, "    ")
    about = _about({"description": parameter.description})
    if parameter.required:
        return f"{about}{_key(parameter.name)}: {kind};"
    given = kind if parameter.clearable else f"Maybe<{kind}>"
    return f"{about}{_key(parameter.name)}?: {given};"
