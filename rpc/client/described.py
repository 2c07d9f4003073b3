"""What a client needs to know of the OpenRPC document, in the order of the document."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Schema = dict[str, Any]
EXPLAINED_ONCE: Final = frozenset({"idempotency_key", "limit", "cursor"})
"""Parameters that many methods have, and mean the same in all."""
PAGE_FIELDS: Final = ("items", "next_cursor")
BASE_FIELDS_MIN: Final = 5
"""How many fields two models share before one is written as the other with more fields."""
ERROR_FIELDS: Final = frozenset({"type", "retryable"})
"""What the data of all errors have."""
NULL: Final = {"type": "null"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; one that is `clearable` may be null, which clears the field."""

    name: str
    schema: Schema
    required: bool
    clearable: bool
    description: str


@dataclass(frozen=True, slots=True)
class DescribedMethod:
    """A method: `books.get` is `get` of the namespace `books`."""

    namespace: str
    verb: str
    description: str
    parameters: tuple[Parameter, ...]
    result: Schema
    changes: bool

    @property
    def name(self) -> str:
        """The name on the wire."""
        return f"{self.namespace}.{self.verb}"

    @property
    def summary(self) -> str:
        """The first line of the description."""
        return self.description.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class DescribedError:
    """A kind of error: its class is its type in PascalCase."""

    type: str
    code: int
    data: Schema
    component: str

    @property
    def class_name(self) -> str:
        """The name of the class."""
        return pascal(self.type)

    @property
    def details(self) -> Schema:
        """The data without what all errors have."""
        return without(self.data, ERROR_FIELDS)

    @property
    def meaning(self) -> str:
        """The first line of its description."""
        return str(self.data["description"]).partition("\n")[0]


class Described:
    """The methods, errors and other models of a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        self.version: str = document["info"]["version"]
        self.methods = [_method(each) for each in document["methods"]]
        self.errors = [
            DescribedError(kind, each["code"], schemas[name], name)
            for kind, each in document["x-errors"].items()
            if (name := component_of(each["data"]))
        ]
        of_errors = {error.component for error in self.errors}
        self.models: dict[str, Schema] = {
            name: schema for name, schema in schemas.items() if name not in of_errors
        }

    def base_of(self, name: str) -> str | None:
        """The largest model whose fields are the first of this one's, each the same."""
        fields = self._fields(name)
        bases = [
            each
            for each in self.models
            if BASE_FIELDS_MIN <= len(self._fields(each)) < len(fields)
            and all(item in fields for item in self._fields(each))
        ]
        return max(bases, key=lambda each: len(self._fields(each)), default=None)

    def _fields(self, name: str) -> list[tuple[str, Schema, bool]]:
        schema = self.models[name]
        needed = schema.get("required", ())
        return [
            (field, each, field in needed) for field, each in schema.get("properties", {}).items()
        ]

    def own_fields(self, name: str) -> tuple[str | None, Schema]:
        """A model's base, if it has one, and the model without the base's fields."""
        base = self.base_of(name)
        inherited = self.models[base]["properties"] if base else {}
        return base, without(self.models[name], inherited)

    def namespaces(self) -> Iterator[tuple[str, list[DescribedMethod]]]:
        """The namespaces with their methods."""
        for namespace in dict.fromkeys(method.namespace for method in self.methods):
            yield namespace, [each for each in self.methods if each.namespace == namespace]


def without(schema: Schema, fields: Container[str]) -> Schema:
    """An object's schema without some of its fields."""
    properties = schema.get("properties", {}).items()
    return schema | {"properties": {name: each for name, each in properties if name not in fields}}


def page_of(schema: Schema) -> Schema | None:
    """The schema of a page's items; None for what is no page of a list."""
    properties = schema.get("properties", {})
    if not all(field in properties for field in PAGE_FIELDS):
        return None
    items: Schema = properties["items"]["items"]
    return items


def _method(method: dict[str, Any]) -> DescribedMethod:
    namespace, _, verb = method["name"].partition(".")
    return DescribedMethod(
        namespace,
        verb,
        method["description"],
        tuple(map(_parameter, method["params"])),
        method["result"]["schema"],
        method["x-changes"],
    )


def _parameter(content: dict[str, Any]) -> Parameter:
    schema = content["schema"]
    clearable = NULL in schema.get("anyOf", [])
    description = " ".join(content["description"].split())
    return Parameter(content["name"], schema, content["required"], clearable, description)


def component_of(reference: Schema) -> str:
    """The name of the component that a reference names."""
    return str(reference["$ref"]).rpartition("/")[2]


def pascal(name: str) -> str:
    """A name in snake_case as PascalCase: out_of_stock is OutOfStock."""
    return "".join(map(str.capitalize, name.split("_")))


def variants(schema: Schema) -> list[Schema]:
    """The kinds of values that a schema allows, each once."""
    if "anyOf" in schema:
        return [one for each in schema["anyOf"] for one in variants(each)]
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return [schema | {"type": kind} for kind in kinds]
    return [schema]


def template(name: str) -> str:
    """The part of a client that is the same whatever the methods are."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
