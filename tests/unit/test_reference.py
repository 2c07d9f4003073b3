"""What is written about methods and settings is what the code has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rpc.application import REGISTRY
from rpc.reference import DOCUMENTS as MADE_FROM_THE_CODE
from rpc.reference import NOT_FOR_PEOPLE, environment_document
from rpc.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
README_LINES_MAX = 180
DOCUMENTS = [
    README,
    ROOT / "CHANGELOG.md",
    ROOT / "data" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
WRITTEN_BY_HAND = [path for path in DOCUMENTS if path.name not in MADE_FROM_THE_CODE]
HARD_TO_READ = re.compile(
    r"\b(bears?|stands?|is none|are none|all the same|likewise|of (its|their) own accord|mends?)\b",
    re.IGNORECASE,
)
CONFIGURATION = [ROOT / name for name in ("Makefile", "Dockerfile", "docker-compose.yml")]
SETTINGS = {f"OCTAVO_{name.upper()}" for name in Settings.model_fields}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("made", MADE_FROM_THE_CODE)
def test_a_page_that_is_made_from_the_code_is_as_the_code_has_it(made: str) -> None:
    written = (ROOT / "docs" / made).read_text()

    assert written == MADE_FROM_THE_CODE[made](), "run `make docs`"


def test_the_example_of_an_env_file_is_as_the_code_has_it() -> None:
    assert (ROOT / ".env.example").read_text() == environment_document(), "run `make docs`"


@pytest.mark.parametrize("name", sorted(SETTINGS - {"OCTAVO_SUPERVISOR_PID"}))
def test_every_setting_is_in_the_example_of_an_env_file_once(name: str) -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line.partition("=")[0] for line in lines].count(f"#{name}") == 1


def test_every_method_is_in_the_table_and_has_a_section() -> None:
    text = (ROOT / "docs" / "methods.md").read_text()

    assert [method for method in REGISTRY if f"| `{method}` |" not in text] == []
    assert [method for method in REGISTRY if f"### {method}\n" not in text] == []


def test_every_setting_that_is_for_people_is_in_the_table() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()

    hidden = {f"OCTAVO_{each.upper()}" for each in NOT_FOR_PEOPLE}
    assert {each for each in SETTINGS if f"| `{each}` |" not in text} == hidden


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= README_LINES_MAX


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=name)
def test_the_readme_leads_to_every_page(path: Path) -> None:
    assert f"](docs/{path.name})" in README.read_text()


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=name)
def test_a_page_is_in_plain_english(path: Path) -> None:
    assert [found[0] for found in HARD_TO_READ.finditer(path.read_text())] == []


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
