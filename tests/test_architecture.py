"""The rules of the house (four rooms, no stairs back), held by reading the code."""

import ast
from pathlib import Path

import pytest

from rpc.application import REGISTRY
from rpc.method_registry import Method

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("domain", "repository", "rpc", "data")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
FUNCTION_LINES_MAX = 70
MAY_IMPORT = {
    "domain": {"domain"},
    "repository": {"repository", "domain"},
    "data": {"data", "repository", "domain"},
    "rpc": {"rpc", "data", "repository", "domain"},
}


def imported_by(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            modules.add(node.module or "")
    return modules


def packages_imported_by(path: Path) -> set[str]:
    return {module.split(".")[0] for module in imported_by(path)}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_stairs_lead_back(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]

    assert packages_imported_by(path) & set(PACKAGES) <= MAY_IMPORT[package]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_connection_imports_motor(path: Path) -> None:
    assert ("motor" in packages_imported_by(path)) == (path.name == "mongo_connection.py")


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_repository_knows_mongodb(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] != "repository":
        assert not packages_imported_by(path) & {"pymongo", "bson", "gridfs", "secantus"}


@pytest.mark.parametrize("path", sorted((ROOT / "rpc" / "methods").glob("*.py")), ids=name)
def test_a_method_knows_no_http(path: Path) -> None:
    assert "aiohttp" not in packages_imported_by(path)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = {
        node.name: lines
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    }

    assert not long


@pytest.mark.parametrize("method", REGISTRY.values(), ids=lambda method: method.name)
def test_a_method_says_what_it_does_and_shows_how(method: Method) -> None:
    assert method.description
    method.bind(method.example)
    assert method.example_result is not None


@pytest.mark.parametrize("method", REGISTRY.values(), ids=lambda method: method.name)
def test_a_parameter_says_what_it_means(method: Method) -> None:
    schema = method.parameters.model_json_schema()

    undescribed = [
        parameter
        for parameter, description in schema.get("properties", {}).items()
        if "description" not in str(description) and "$ref" not in str(description)
    ]
    assert not undescribed
