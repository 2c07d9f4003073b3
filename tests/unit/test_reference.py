"""What is written about methods and settings is what the code has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rpc.application import REGISTRY
from rpc.reference import NOT_FOR_PEOPLE, methods_document, with_tables
from rpc.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONFIGURATION = [ROOT / name for name in ("Makefile", "Dockerfile", "docker-compose.yml")]
SETTINGS = {f"OCTAVO_{name.upper()}" for name in Settings.model_fields}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_list_of_methods_is_as_the_code_has_it() -> None:
    written = (ROOT / "docs" / "methods.md").read_text()

    assert written == methods_document(), "run `make docs`"
    assert all(f"### {method}\n" in written for method in REGISTRY)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_tables_are_as_the_code_has_them(path: Path) -> None:
    assert path.read_text() == with_tables(path.read_text()), "run `make docs`"


def test_the_readme_has_every_method_and_every_setting() -> None:
    text = README.read_text()

    assert [method for method in REGISTRY if f"| `{method}` |" not in text] == []
    hidden = {f"OCTAVO_{each.upper()}" for each in NOT_FOR_PEOPLE}
    assert {each for each in SETTINGS if f"| `{each}` |" not in text} == hidden


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_a_setting_says_what_it_means(setting: str) -> None:
    assert Settings.model_fields[setting].description


@pytest.mark.parametrize("path", [*DOCUMENTS, *CONFIGURATION], ids=name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    sizes = {
        size
        for test in (ROOT / "tests").rglob("test_*.py")
        for size in re.findall(r'environ\.get\("(OCTAVO_TEST_[A-Z_]+)"', test.read_text())
    }

    named = set(re.findall(r"OCTAVO_[A-Z_]+[A-Z]", path.read_text()))

    assert named <= SETTINGS | sizes


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", path.read_text())

    for target in targets:
        file, _, _ = target.partition("#")
        assert target.startswith("#") or (path.parent / file).exists(), target


def test_decisions_are_numbered_in_a_row_and_listed_in_the_readme() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    assert all(
        path.read_text().startswith(f"# {number}. ") for number, path in enumerate(records, 1)
    )
    assert [
        path for path in records if f"](docs/decisions/{path.name})" not in README.read_text()
    ] == []


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_make_alone_prints_what_it_can_do() -> None:
    targets = re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE)

    printed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - make is where it is

    assert {"run", "test", "lint", "types", "docs", "load", "up", "down"} <= set(targets)
    assert re.findall(r"^  make ([a-z]+) ", printed, re.MULTILINE) == targets
