"""The rules of the house (four rooms, no stairs back), held by reading the code."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

from rpc.application import REGISTRY
from rpc.example_results import EXAMPLE_RESULTS
from rpc.method_registry import Method

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("domain", "repository", "rpc", "data")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
FUNCTION_LINES_MAX = 45
MODULE_LINES_MAX = 400
MAY_IMPORT = {
    "domain": {"domain"},
    "repository": {"repository", "domain"},
    "data": {"data", "repository", "domain"},
    "rpc": {"rpc", "data", "repository", "domain"},
}
START = "repository/storage.py"
"""The one module that tells the embedded engine from another server."""
CONNECTION = "repository/mongo/connection.py"
WRITES = {
    "insert_one",
    "insert_many",
    "update_one",
    "update_many",
    "replace_one",
    "delete_one",
    "delete_many",
    "bulk_write",
    "find_one_and_update",
    "guarded_update",
    "add_missing",
}
"""Methods that write a collection; topics' functions of the same names return changes instead."""
WORDS_OF_JSON_SCHEMA = {"$ref", "$defs"}
READS = {"find", "find_one", "aggregate", "rows", "collection"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


ABOVE_THE_REPOSITORY = [path for path in MODULES if room(path) != "repository"]


def imported_by(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            # `from repository import books` imports a module too.
            modules |= {node.module or ""} | {f"{node.module}.{each.name}" for each in node.names}
    return modules


def packages_imported_by(path: Path) -> set[str]:
    return {module.split(".")[0] for module in imported_by(path)}


def imports_from(path: Path, package: str) -> set[str]:
    """The modules of a package, and itself, that a module imports."""
    return {each for each in imported_by(path) if each == package or each.startswith(f"{package}.")}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_stairs_lead_back(path: Path) -> None:
    assert packages_imported_by(path) & set(PACKAGES) <= MAY_IMPORT[room(path)]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if "repository/mongo" in name(path)], ids=name
)
def test_what_is_below_the_topics_knows_none(path: Path) -> None:
    assert imports_from(path, "repository") <= imports_from(path, "repository.mongo") | {
        "repository",
        "repository.mongo",
    }


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_start_imports_the_engine(path: Path) -> None:
    if "repository/engine" not in name(path) and name(path) != START:
        assert not imports_from(path, "repository.engine")


@pytest.mark.parametrize(
    "path", [path for path in MODULES if "repository/engine" in name(path)], ids=name
)
def test_the_engine_knows_nothing_of_what_it_stores(path: Path) -> None:
    assert packages_imported_by(path) & set(PACKAGES) <= {"repository"}
    assert imports_from(path, "repository") <= imports_from(path, "repository.engine") | {
        "repository"
    }


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_connection_imports_motor(path: Path) -> None:
    assert ("motor" in packages_imported_by(path)) == (name(path) == CONNECTION)


@pytest.mark.parametrize("path", ABOVE_THE_REPOSITORY, ids=name)
def test_only_the_repository_knows_mongodb(path: Path) -> None:
    assert not packages_imported_by(path) & {"pymongo", "bson", "gridfs", "secantus"}


def texts_of(path: Path) -> Iterator[str]:
    """The texts that a module holds, docstrings left out."""
    tree = ast.parse(path.read_text())
    statements = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in statements
        ):
            yield node.value


def is_operator(text: str) -> bool:
    """Whether a text is an operator of MongoDB, or the name of its ids."""
    return text == "_id" or (
        text.startswith("$") and text[1:].isalpha() and text not in WORDS_OF_JSON_SCHEMA
    )


@pytest.mark.parametrize("path", ABOVE_THE_REPOSITORY, ids=name)
def test_no_operator_or_raw_id_is_known_above_the_repository(path: Path) -> None:
    assert not [text for text in texts_of(path) if is_operator(text)]


def called_on_a_database(path: Path) -> set[str]:
    """The methods of a database or a collection that a module calls."""
    return {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES | READS
        and ast.unparse(node.func.value).endswith(("database", "collection", "motor"))
    }


@pytest.mark.parametrize("path", ABOVE_THE_REPOSITORY, ids=name)
def test_no_collection_is_read_or_written_above_the_repository(path: Path) -> None:
    assert not called_on_a_database(path)


@pytest.mark.parametrize("path", sorted((ROOT / "rpc" / "methods").glob("*.py")), ids=name)
def test_a_method_knows_no_http(path: Path) -> None:
    assert "aiohttp" not in packages_imported_by(path)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_fits_in_the_mind(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MODULE_LINES_MAX


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = {
        node.name: lines
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    }

    assert not long


Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def is_public(node: ast.AST) -> TypeGuard[Definition]:
    return isinstance(node, Definition) and not node.name.startswith("_")


def public_definitions(node: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Public classes and functions, and the public methods of the former."""
    for child in node.body:
        if is_public(child):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public_definitions(child)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_public_name_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text())

    assert ast.get_docstring(tree) or not tree.body
    assert not [each.name for each in public_definitions(tree) if not ast.get_docstring(each)]


@pytest.mark.parametrize("method", REGISTRY.values(), ids=lambda method: method.name)
def test_a_method_says_what_it_does_and_shows_how(method: Method) -> None:
    assert method.description
    method.bind(method.example)
    assert len(EXAMPLE_RESULTS.get(method.name, [])) == len(method.examples)
    assert method.examples or method.name == "rpc.discover", "only its answer holds itself"


@pytest.mark.parametrize("method", REGISTRY.values(), ids=lambda method: method.name)
def test_a_parameter_says_what_it_means(method: Method) -> None:
    schema = method.parameters.model_json_schema()

    undescribed = [
        parameter
        for parameter, description in schema.get("properties", {}).items()
        if "description" not in str(description) and "$ref" not in str(description)
    ]
    assert not undescribed
