"""python -m rpc.reference: write docs/methods.md, docs/settings.md, .env.example and others."""

import inspect
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from repository.sharding import shard_keys
from rpc.application import REGISTRY
from rpc.client.__main__ import client
from rpc.error_codes import ErrorCode
from rpc.error_documents import MEANINGS
from rpc.error_mapping import code_of
from rpc.example_results import EXAMPLE_RESULTS
from rpc.method_registry import IDEMPOTENCY_KEY, Method
from rpc.openrpc_document import errors_of, errors_of_all, openrpc_document
from rpc.settings import Settings

ROOT: Final = Path(__file__).resolve().parent.parent
NOT_FOR_PEOPLE: Final = frozenset({"supervisor_pid"})
METHODS_INTRODUCTION: Final = """\
# Methods

`make docs` makes this page from the code. <http://localhost:8000/docs> shows the same and sends
calls; `/openrpc.json` describes it to programs.

Parameters in *italics* are optional. Every method that changes something also takes an
`idempotency_key`. Each role includes the ones before it: public, reader, clerk,
admin. A public key may be in a web page: it reads no personal data and no money.

"""
ERRORS_INTRODUCTION: Final = """
## Errors

`data.type` is the name of the error. `data.retryable` says whether the same request may succeed
later. The errors of the JSON-RPC specification have its message; `data.detail` says what is wrong.

"""
SETTINGS_INTRODUCTION: Final = """\
# Settings

`make docs` makes this page from the code. Settings come from the environment. A value that is not
allowed stops the start, and the message names the setting.

"""
ENVIRONMENT_INTRODUCTION: Final = """\
# `make docs` makes this file from the code. Copy it to `.env`, which git ignores, and take the `#`
# from a setting to change it: `make up` reads that file. docs/operations.md tells more.

# Of the containers. MongoDB takes the first password at its first start, and keeps it.
#MONGO_ADMIN_PASSWORD=admin-of-octavo
#MONGO_PASSWORD=octavo
#MONGO_MEMORY=2g
#SERVICE_MEMORY=2g
#GRAFANA_PASSWORD=admin
#PUBLISH_ADDRESS=127.0.0.1

# Of the service. In containers OCTAVO_HOST and OCTAVO_DATA_DIR have no effect, OCTAVO_DEMO is 1
# unless set, and OCTAVO_MONGO_URL is that of their own MongoDB unless set.
"""


def methods_document() -> str:
    """All methods: a table, then each with its parameters, errors and an example, as Markdown."""
    schemas = {each["name"]: each for each in openrpc_document(REGISTRY)["methods"]}
    parts = [METHODS_INTRODUCTION, _methods_table(), ERRORS_INTRODUCTION, _errors_table()]
    for namespace, methods in _namespaces().items():
        parts.append(f"\n## {namespace}\n")
        parts += [_section(method, schemas[method.name]) for method in methods]
    return "".join(parts)


def _methods_table() -> str:
    lines = (
        f"| `{method.name}` | {_signature(method)} | {_role(method)} | {_summary(method)} |\n"
        for method in REGISTRY.values()
    )
    return "| method | parameters | role | |\n|---|---|---|---|\n" + "".join(lines)


def settings_document() -> str:
    """All settings with their defaults and meanings, as Markdown."""
    lines = (
        f"| `OCTAVO_{name.upper()}` | {_default(field.default)} | {_cell(field.description)} |\n"
        for name, field in Settings.model_fields.items()
        if name not in NOT_FOR_PEOPLE
    )
    table = "| variable | default | meaning |\n|---|---|---|\n" + "".join(lines)
    return SETTINGS_INTRODUCTION + table


def environment_document() -> str:
    """All settings with their defaults, as comments of an environment file."""
    lines = (
        f"\n# {_cell(field.description)}\n#OCTAVO_{name.upper()}={_plain_default(field.default)}\n"
        for name, field in Settings.model_fields.items()
        if name not in NOT_FOR_PEOPLE
    )
    return ENVIRONMENT_INTRODUCTION + "".join(lines)


DOCUMENTS: Final = {"methods.md": methods_document, "settings.md": settings_document}
"""The pages that are made from the code, by the file's name in docs/."""


def _plain_default(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value) if isinstance(value, bool) else value)


def _default(value: Any) -> str:
    return "none" if value is None else f"`{_plain_default(value)}`"


def _namespaces() -> Mapping[str, list[Method]]:
    """The methods by the part of their names before the dot."""
    found: dict[str, list[Method]] = {}
    for each in REGISTRY.values():
        found.setdefault(each.name.partition(".")[0], []).append(each)
    return found


def _cell(text: str | None) -> str:
    """A text in the form of one table cell."""
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
    results = EXAMPLE_RESULTS.get(method.name, [])
    lines += [f"```json\n{_json(result)}\n```\n" for result in results[:1]]
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
    raised = {
        code_of(error): inspect.getdoc(error) or "" for error in errors_of_all(REGISTRY.values())
    }
    meanings = MEANINGS | raised
    lines = (
        f"| {int(code)} | {code.name.lower()} | {_cell(meanings[code])} |\n"
        for code in ErrorCode
        if code in meanings
    )
    return "| code | type | meaning |\n|---|---|---|\n" + "".join(lines)


CLIENTS: Final = {"python": "octavo_client.py", "typescript": "octavo-client.ts"}
"""The files of the clients in examples/, by language."""


def main() -> int:
    """Write the pages that are made from the code, and the clients in examples/."""
    for name, document in DOCUMENTS.items():
        (ROOT / "docs" / name).write_text(document(), encoding="utf-8")
    (ROOT / ".env.example").write_text(environment_document(), encoding="utf-8")
    keys = json.dumps(shard_keys(), indent=2) + "\n"
    (ROOT / "containers" / "shard_keys.json").write_text(keys, encoding="utf-8")
    for language, name in CLIENTS.items():
        (ROOT / "examples" / name).write_text(client(language), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
