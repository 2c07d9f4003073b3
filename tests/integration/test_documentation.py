"""The code in the documents is run as it stands there, from top to bottom, on a fresh demo.

A block marked `sh` or `python` is run; a `json` or `text` block after it is what it prints. Calls
of make start servers and whole test runs, so they are only held against the Makefile. A `console`
block needs something that is not here, and is not run. A function of the shell that a block defines
is there for all later ones, as in a reader's terminal.
"""

import asyncio
import json
import os
import re
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pymongo import AsyncMongoClient

from tests.samples import agree
from tests.service_process import ROOT, ServiceProcess, service_process

DOCUMENTS = sorted(
    path
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    if "```sh" in path.read_text() or "```python" in path.read_text()
)
RUN = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
SHOWN = {"json", "text"}
WRITTEN_ADDRESS = "http://localhost:8000"
SHELL_FUNCTION = re.compile(r"^\w+\(\) \{\n.*?^\}\n", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"\bcall [a-z.]+ '[^'\n]*'")
QUESTIONS = 13
TARGETS = set(re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


@dataclass
class Block:
    """A fenced block: its language, its text, and what it says it prints."""

    language: str
    code: str
    line: int
    shown: str | None = None


def blocks(document: Path) -> list[Block]:
    text = document.read_text()
    found: list[Block] = []
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        language, code = match.groups()
        if language in RUN:
            found.append(Block(language, code, text[: match.start()].count("\n") + 1))
        elif language in SHOWN and found and found[-1].shown is None:
            found[-1].shown = code
        else:
            assert language == "console", f"{document.name}: a block of kind `{language}`"
    return found


def shell_functions(document: Path) -> str:
    """The functions that a document defines for the reader's shell."""
    return "".join(SHELL_FUNCTION.findall(document.read_text()))


def make_targets(block: Block) -> set[str]:
    return set(re.findall(r"^make (\w+)", block.code, re.MULTILINE))


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """A demo with an embedded engine of its own, as `make run` gives it."""
    async with service_process(tmp_path) as service:
        yield service


@pytest.fixture
def environment(demo: ServiceProcess) -> dict[str, str]:
    """Where commands in the documents find the demo."""
    return {"OCTAVO_DATA_DIR": str(demo.data_dir), "OCTAVO_URL": demo.url}


@pytest.fixture
async def empty_database_url(mongo_url: str) -> AsyncIterator[str]:
    """The address of a database of this test's own, dropped at its end."""
    name = f"octavo_test_{uuid.uuid4().hex[:12]}"
    yield urlsplit(mongo_url)._replace(path=f"/{name}").geturl()
    async with AsyncMongoClient[dict[str, object]](mongo_url) as client:
        await client.drop_database(name)


async def run(block: Block, service: ServiceProcess, environment: dict[str, str]) -> str:
    """What a block prints, if it succeeds."""
    code = block.code.replace(WRITTEN_ADDRESS, service.url)
    code = code.replace(".venv/bin/python", sys.executable)
    process = await asyncio.create_subprocess_exec(
        *RUN[block.language],
        code,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaints = await process.communicate()
    assert process.returncode == 0, f"line {block.line}: {complaints.decode()}"
    return printed.decode()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
async def test_the_code_in_a_document_does_what_it_says(
    document: Path, demo: ServiceProcess, environment: dict[str, str], empty_database_url: str
) -> None:
    port = json.loads((demo.data_dir / "engine.json").read_text())["port"]
    environment |= {
        "COPY_FROM": f"mongodb://127.0.0.1:{port}/octavo?directConnection=true",
        "COPY_TO": empty_database_url,
    }
    ran = 0
    for block in blocks(document):
        if make_targets(block):
            assert make_targets(block) <= TARGETS
            continue
        if block.language == "sh":
            block.code = shell_functions(document) + block.code
        printed = await run(block, demo, environment)
        ran += 1
        if block.shown is not None:
            same = block.shown == printed or agree(*map(json.loads, (block.shown, printed)))
            assert same, f"{document.name}, line {block.line} prints {printed}"

    assert ran


def test_the_readme_shows_how_to_run_test_and_call() -> None:
    found = blocks(ROOT / "README.md")

    assert {"run", "test"} <= {target for block in found for target in make_targets(block)}
    assert any("curl" in block.code and block.shown for block in found)
    assert any(block.language == "python" and block.shown for block in found)


async def test_every_call_on_the_first_page_succeeds_in_its_order(
    demo: ServiceProcess, environment: dict[str, str]
) -> None:
    readme = ROOT / "README.md"
    refused = {
        line
        for block in blocks(readme)
        if block.shown is not None and '"error"' in block.shown
        for line in CALL.findall(block.code)
    }
    lines = [line for line in CALL.findall(readme.read_text()) if line not in refused]
    script = Block("sh", "\n".join([shell_functions(readme), *lines]), 1)

    answers = [json.loads(line) for line in (await run(script, demo, environment)).splitlines()]

    pairs = zip(lines, answers, strict=True)
    assert [(line, answer) for line, answer in pairs if "result" not in answer] == []


def test_each_of_the_thirteen_questions_has_a_call() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+)$", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert [int(number) for number, _ in rows] == list(range(1, QUESTIONS + 1))
    assert [number for number, row in rows if not CALL.search(row)] == []
