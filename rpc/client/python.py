"""The Python client: typed dictionaries, a class for each kind of error, methods by namespace."""

import keyword
from collections.abc import Iterator
from typing import Final

from rpc.client.described import (
    EXPLAINED_ONCE,
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
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}


def python_client(document: Schema) -> str:
    """The text of the file octavo_client.py."""
    described = Described(document)
    types = _Types()
    parts = {
        "VERSION": described.version,
        "MODELS": "\n".join(
            [line for name in _ordered(described) for line in _model(name, described, types)]
        ),
        "ERRORS": "\n".join(line for error in described.errors for line in _error(error, types)),
        "NAMESPACES": "\n".join(
            line
            for namespace, methods in described.namespaces()
            for line in _namespace(namespace, methods, types)
        ),
        "ATTRIBUTES": "\n".join(
            f"        self.{namespace}: {pascal(namespace)}[Mode] = {pascal(namespace)}(send)"
            for namespace, _ in described.namespaces()
        ),
    }
    parts["INNER"] = "\n".join(types.inner)
    text = template("python.template")
    for name, part in parts.items():
        text = text.replace(f"# {{{name}}}", part)
    return text


def _ordered(described: Described) -> list[str]:
    """The models, each after those that its declaration names."""
    ordered: dict[str, None] = {}

    def add(name: str) -> None:
        items = page_of(described.models[name]) or {}
        for named in (described.base_of(name), component_of(items) if "$ref" in items else None):
            if named is not None:
                add(named)
        ordered.setdefault(name)

    for name in described.models:
        add(name)
    return list(ordered)


def _model(name: str, described: Described, types: "_Types") -> Iterator[str]:
    schema = described.models[name]
    if items := page_of(schema):
        page, more = f"Page[{types.name(items, f'{name}Item')}]", without(schema, PAGE_FIELDS)
        if more["properties"]:
            yield from types.of(name, more, base=page)
        else:
            yield f"{name} = {page}"
            yield from _text(schema.get("description", ""))
            yield ""
        return
    base, own = described.own_fields(name)
    yield from types.of(name, own, base=base or "TypedDict")


class _Types:
    """The types of schemas; objects within others get types of their own, in `inner`."""

    def __init__(self) -> None:
        self.inner: list[str] = []
        self._names: dict[str, str] = {}

    def of(
        self, name: str, schema: Schema, *, base: str = "TypedDict", explained: bool = True
    ) -> Iterator[str]:
        """The lines that declare a model, its fields explained or not."""
        if "properties" not in schema:
            yield f"{name} = {self.name(schema, name)}"
            yield from _text(schema.get("description", ""))
            yield ""
            return
        needed = set(schema.get("required", ()))
        fields = {
            field: self.name(each, name + pascal(field))
            if field in needed
            # What may be left out.
            else f"NotRequired[{self.name(each, name + pascal(field))}]"
            for field, each in schema["properties"].items()
        }
        reserved = {field: fields.pop(field) for field in [*fields] if keyword.iskeyword(field)}
        if reserved:
            # A class can't have them as fields, but take them from its base.
            words = ", ".join(f'"{field}": "{kind}"' for field, kind in reserved.items())
            yield f'_{name} = TypedDict("_{name}", {{{words}}})'
            for field in reserved:
                yield from _text(schema["properties"][field].get("description", ""))
            base = f"_{name}" if base == "TypedDict" else f"{base}, _{name}"
        yield f"class {name}({base}):"
        yield from _text(schema.get("description", ""), "    ")
        for field, kind in fields.items():
            meaning = schema["properties"][field].get("description") if explained else None
            yield f"    {field}: {kind}{_comment(meaning)}"
        yield ""

    def name(self, schema: Schema, place: str) -> str:
        """How an annotation names the type; `place` names an object that has no name itself."""
        return " | ".join(dict.fromkeys(self._one(each, place) for each in variants(schema)))

    def _one(self, schema: Schema, place: str) -> str:
        if "$ref" in schema:
            return component_of(schema)
        if "const" in schema or "enum" in schema:
            values = schema.get("enum", [schema.get("const")])
            return f"Literal[{', '.join(map(repr, values))}]"
        kind = schema.get("type")
        if kind == "array":
            return f"builtins.list[{self.name(schema.get('items', {}), f'{place}Item')}]"
        if kind == "object" and "properties" in schema:
            return self._inner(schema, place)
        if kind == "object":
            inner = schema.get("additionalProperties", True)
            return f"dict[str, {'Any' if inner is True else self.name(inner, place)}]"
        return PLAIN.get(str(kind), "Any")

    def _inner(self, schema: Schema, place: str) -> str:
        """The name of an object within another; equal objects share one."""
        shape = repr(schema)
        if shape not in self._names:
            taken = sum(each.rstrip("0123456789") == place for each in self._names.values())
            self._names[shape] = f"{place}{taken + 1}" if taken else place
            self.inner += self.of(self._names[shape], schema)
        return self._names[shape]


def _text(text: str, indent: str = "") -> list[str]:
    """A docstring, if there is something to say."""
    lines = [line.rstrip() for line in text.replace("\\", "\\\\").splitlines()]
    if len(lines) <= 1:
        return [f'{indent}"""{line}"""' for line in lines]
    return [
        f'{indent}"""{lines[0]}',
        *(f"{indent}{line}".rstrip() for line in lines[1:]),
        f'{indent}"""',
    ]


def _comment(text: str | None) -> str:
    return "" if not text else f"  # {' '.join(text.split())}"


def _error(error: DescribedError, types: _Types) -> Iterator[str]:
    name = error.class_name
    data = f"{name}Data" if error.details["properties"] else "ErrorData"
    if error.details["properties"]:
        details = error.details | {"description": ""}
        yield from types.of(data, details, base="ErrorData", explained=False)
    yield f"class {name}(OctavoError):"
    yield f'    """{error.meaning}"""'
    yield f'    type = "{error.type}"'
    yield f"    data: {data}"
    yield ""


def _namespace(namespace: str, methods: list[DescribedMethod], types: _Types) -> Iterator[str]:
    yield f"class {pascal(namespace)}(Namespace[Mode]):"
    yield f'    """{namespace}.*"""'
    for method in methods:
        yield from _method(method, types)


def _method(method: DescribedMethod, types: _Types) -> Iterator[str]:
    result = types.name(method.result, pascal(method.verb))
    signature = ", ".join(_argument(each, types, method) for each in method.parameters)
    arguments = f"self, *, {signature}" if signature else "self"
    yield f'    @_method("{method.name}", changes={method.changes})'
    yield f"    def {_python(method.verb)}({arguments}) -> {result}:"
    yield from _text(_documentation(method), "        ")
    yield ""


def _documentation(method: DescribedMethod) -> str:
    """The description of a method and of its parameters."""
    described = [
        f"{_python(each.name)}: {each.description}"
        for each in method.parameters
        if each.name not in EXPLAINED_ONCE
    ]
    return "\n".join([method.description, *([""] if described else []), *described])


def _argument(parameter: Parameter, types: _Types, method: DescribedMethod) -> str:
    kind = types.name(parameter.schema, pascal(method.namespace) + pascal(parameter.name))
    name = _python(parameter.name)
    if parameter.required:
        return f"{name}: {kind}"
    return f"{name}: {kind} = ..." if parameter.clearable else f"{name}: {kind} | None = ..."


def _python(name: str) -> str:
    """A name as Python may write it: `from_` for `from`."""
    return f"{name}_" if keyword.iskeyword(name) else name
