"""python -m rpc.reference: write docs/methods.md and the tables in README.md from the code."""

import inspect
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import orjson

from rpc.application import REGISTRY
from rpc.error_codes import ErrorCode
from rpc.error_mapping import code_of
from rpc.method_registry import IDEMPOTENCY_KEY, Method
from rpc.openrpc_document import errors_of, openrpc_document
from rpc.settings import Settings

ROOT: Final = Path(__file__).resolve().parent.parent
NOT_FOR_PEOPLE: Final = frozenset({"supervisor_pid"})
INTRODUCTION: Final = """\
# Methods

Made by `make docs` from the code; `/docs` shows the same and sends calls, `/openrpc.json` says it
to programs. Parameters in *italics* may be left out. Every change takes an `idempotency_key` too.

"""
ERRORS_INTRODUCTION: Final = """\
## Errors

`data.type` is the name, `data.retryable` says whether the same request may succeed later. The
specification's own errors keep its message and say what is particular in `data.detail`.

"""
MEANINGS: Final = {
    ErrorCode.PARSE_ERROR: "The body is no JSON: bad syntax, NaN, or an object with a name twice.",
    ErrorCode.INVALID_REQUEST: "An element is no request object; the others of its batch go on.",
    ErrorCode.METHOD_NOT_FOUND: "No method bears that name.",
    ErrorCode.INTERNAL_ERROR: "A fault of ours; `correlation_id` finds it in the log.",
    ErrorCode.RESPONSE_TOO_LARGE: "The response is full; `executed` tells whether the call ran.",
    ErrorCode.REQUEST_TOO_LARGE: "The body is over the limit.",
    ErrorCode.BATCH_TOO_LARGE: "The batch holds too many calls.",
}
"""Of the errors that no method raises."""


def methods_document() -> str:
    """All methods with their parameters, results, errors and examples, as Markdown."""
    schemas = {each["name"]: each for each in openrpc_document(REGISTRY)["methods"]}
    parts = [INTRODUCTION, ERRORS_INTRODUCTION, _errors_table()]
    for namespace, methods in _namespaces():
        parts.append(f"\n## {namespace}\n")
        parts += [_section(method, schemas[method.name]) for method in methods]
    return "".join(parts)


def methods_table() -> str:
    """All methods in a line each, as Markdown."""
    lines = (
        f"| `{method.name}` | {_signature(method)} | {_role(method)} | {_summary(method)} |\n"
        for method in REGISTRY.values()
    )
    return "| method | parameters | role | |\n|---|---|---|---|\n" + "".join(lines)


def settings_table() -> str:
    """All settings with their defaults, as Markdown."""
    lines = (
        f"| `OCTAVO_{name.upper()}` | {_default(field.default)} | {_cell(field.description)} |\n"
        for name, field in Settings.model_fields.items()
        if name not in NOT_FOR_PEOPLE
    )
    return "| variable | default | meaning |\n|---|---|---|\n" + "".join(lines)


def with_tables(text: str) -> str:
    """A text whose marked places hold the tables as the code has them now."""
    for name, table in (("methods", methods_table()), ("settings", settings_table())):
        before, begin, rest = text.partition(f"<!-- {name}: made by make docs -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        if begin and end:
            text = before + begin + table + end + after
    return text


def _default(value: Any) -> str:
    return "none" if value is None else f"`{int(value) if isinstance(value, bool) else value}`"


def _namespaces() -> Iterator[tuple[str, Iterable[Method]]]:
    return groupby(REGISTRY.values(), key=lambda method: method.name.partition(".")[0])


def _cell(text: str | None) -> str:
    """A text that fits into one cell of a table."""
    return " ".join((text or "").replace("|", "\\|").split())


def _summary(method: Method) -> str:
    return _cell(method.description.partition("\n")[0])


def _role(method: Method) -> str:
    return "no key" if method.role is None else str(method.role)


def _signature(method: Method) -> str:
    return ", ".join(
        f"`{name}`" if field.is_required() else f"*`{name}`*"
        for name, field in method.parameters.model_fields.items()
        if name != IDEMPOTENCY_KEY or not method.changes
    )


def _section(method: Method, schema: dict[str, Any]) -> str:
    role = "needs no key" if method.role is None else f"role {method.role}"
    kind = "changes something" if method.changes else "reads"
    lines = [f"\n### {method.name}\n\n{method.description}\n\n*{role}, {kind}*\n"]
    if schema["params"]:
        lines.append("\n| parameter | type | meaning |\n|---|---|---|\n")
        lines += [_parameter(content) for content in schema["params"]]
    errors = ", ".join(f"{error.type}" for error in errors_of(method))
    request = {"jsonrpc": "2.0", "method": method.name, "params": method.example, "id": 1}
    lines.append(f"\nErrors: {errors}.\n\n```json\n{_json(request)}\n```\n")
    lines.append(f"```json\n{_json(method.example_result)}\n```\n")
    return "".join(lines)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _parameter(content: dict[str, Any]) -> str:
    name = f"`{content['name']}`" if content["required"] else f"*`{content['name']}`*"
    schema = content["schema"]
    default = f" Default {_json(schema['default'])}." if "default" in schema else ""
    return f"| {name} | {_kind(schema)} | {_cell(content['description'])}{default} |\n"


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "anything"))


def _errors_table() -> str:
    raised = {error for method in REGISTRY.values() for error in errors_of(method)}
    meanings = MEANINGS | {code_of(error): inspect.getdoc(error) or "" for error in raised}
    lines = (
        f"| {int(code)} | {code.name.lower()} | {_cell(meanings[code])} |\n"
        for code in ErrorCode
        if code in meanings
    )
    return "| code | type | meaning |\n|---|---|---|\n" + "".join(lines)


def main() -> int:
    """Write what is made from the code."""
    (ROOT / "docs" / "methods.md").write_text(methods_document(), encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
