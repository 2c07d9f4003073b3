"""What CONTRIBUTING.md and SECURITY.md name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("CONTRIBUTING.md", "SECURITY.md")
TARGETS = set(re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_all_links_and_paths_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text)}
    paths = set(re.findall(r"\b((?:tests|docs|domain)/[\w./]*\w)", text))

    assert links
    assert {path for path in links | paths if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES)
def test_all_targets_of_make_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    named = re.findall(r"^make ([a-z -]+)$|`make ([a-z-]+)`", text, re.MULTILINE)

    assert {name for pair in named for names in pair for name in names.split()} <= TARGETS


def test_the_steps_to_a_method_are_where_the_link_leads() -> None:
    assert "\n## How to add a method\n" in (ROOT / "docs" / "architecture.md").read_text()
