"""The code in the documents is run exactly as it is written, from top to bottom, on a fresh demo.

A block marked `sh` or `python` is run, and so are the calls in a row of a table. A `json` or `text`
block after a block is what that one prints; a call whose answer is not shown has to succeed. Calls
of make start servers and whole test runs, so they are only compared with the Makefile. A `console`
block needs something that is not here, and is not run. The shell functions of README.md and those
of the document itself are defined in every block, as in a reader's terminal.
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

from repository.engine import embedded_engine
from repository.engine.locks import DataFolder
from repository.mongo.connection import Database, connect
from tests.support.samples import agree
from tests.support.service_process import ROOT, ServiceProcess, service_process

README = ROOT / "README.md"
MARKETPLACE = ROOT / "docs" / "marketplace.md"
TOURS = [ROOT / "docs" / "bookshop.md", ROOT / "docs" / "library.md", MARKETPLACE]
WRITTEN_FOLDER = "var/"
COPY = f"{WRITTEN_FOLDER}copy"
DOCUMENTS = sorted(
    path
    for path in (README, ROOT / "data" / "README.md", *(ROOT / "docs").rglob("*.md"))
    if "```sh" in path.read_text() or "```python" in path.read_text()
)
COPYING = [path for path in DOCUMENTS if COPY in path.read_text()]
RUN = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
SHOWN = {"json", "text"}
WRITTEN_ADDRESS = "http://localhost:8000"
SHELL_FUNCTION = re.compile(r"^\w+\(\) \{\n.*?^\}\n", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"\bcall [a-z_.]+ '[^'\n]*'")
FENCED_OR_ROW = re.compile(r"^```(\w*)\n(.*?)^```$|^\|([^\n]*)$", re.MULTILINE | re.DOTALL)
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
    """What a document has to run, in its order."""
    text = document.read_text()
    found: list[Block] = []
    for match in FENCED_OR_ROW.finditer(text):
        language, code, row = match.groups()
        line = text[: match.start()].count("\n") + 1
        if row is not None:
            calls = CALL.findall(row)
            found += [Block("sh", "\n".join(calls), line)] if calls else []
        elif language in RUN:
            found.append(Block(language, code, line))
        elif language in SHOWN and found and found[-1].shown is None:
            found[-1].shown = code
        else:
            assert language == "console", f"{document.name}: a block of kind `{language}`"
    return found


def shell_functions(document: Path) -> str:
    """The functions that the README and a document define for the reader's shell."""
    texts = dict.fromkeys((README.read_text(), document.read_text()))
    return "".join(function for text in texts for function in SHELL_FUNCTION.findall(text))


def is_as_shown(shown: str, printed: str) -> bool:
    """Whether a block printed what the document shows: the same text, or JSON line by line."""
    if shown == printed:
        return True
    lines = [text.splitlines() for text in (shown, printed)]
    try:
        wanted, real = ([json.loads(line) for line in each] for each in lines)
    except ValueError:
        return False
    return agree(wanted, real)


def make_targets(block: Block) -> set[str]:
    return set(re.findall(r"^make (\w+)", block.code, re.MULTILINE))


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """A demo with an embedded engine of its own, as `make run` gives it."""
    async with service_process(tmp_path, mongo_database="octavo") as service:
        yield service


@pytest.fixture
async def copy(demo: ServiceProcess, document: Path) -> AsyncIterator[Database | None]:
    """The copy that a document makes, if it does; programs that load it join its engine."""
    if document not in COPYING:
        yield None
        return
    async with (
        embedded_engine(demo.data_dir / Path(COPY).name) as url,
        connect(url, "octavo") as database,
    ):
        yield database


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
    code = code.replace(WRITTEN_FOLDER, f"{service.data_dir}/")
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
    document: Path,
    demo: ServiceProcess,
    environment: dict[str, str],
    empty_database_url: str,
    copy: Database | None,
) -> None:
    environment |= {
        "COPY_FROM": DataFolder(demo.data_dir).url().replace("/?", "/octavo?"),
        "COPY_TO": empty_database_url,
    }
    ran = 0
    for block in blocks(document):
        if make_targets(block):
            assert make_targets(block) <= TARGETS
            continue
        calls = CALL.findall(block.code)
        if block.language == "sh":
            block.code = shell_functions(document) + block.code
        printed = await run(block, demo, environment)
        ran += 1
        place = f"{document.name}, line {block.line} prints {printed}"
        if block.shown is not None:
            assert is_as_shown(block.shown, printed), place
        elif calls:
            answers = [json.loads(line) for line in printed.splitlines()]
            assert len(answers) == len(calls), place
            assert all("result" in answer for answer in answers), place

    assert ran
    if copy is not None:
        assert len(await copy.find("purchases", {})) > 20


def test_the_readme_shows_how_to_run_test_and_call() -> None:
    found = blocks(README)

    assert {"run", "test"} <= {target for block in found for target in make_targets(block)}
    assert any("curl" in block.code and block.shown for block in found)
    assert any(block.language == "python" and block.shown for block in found)


@pytest.mark.parametrize("tour", TOURS, ids=lambda path: path.stem)
def test_a_tour_is_run_and_the_readme_leads_to_it(tour: Path) -> None:
    assert tour in DOCUMENTS
    assert f"](docs/{tour.name})" in README.read_text()
    assert any(CALL.search(block.code) for block in blocks(tour))


def test_each_of_the_thirteen_questions_has_a_call() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+)$", MARKETPLACE.read_text(), re.MULTILINE)

    assert [int(number) for number, _ in rows] == list(range(1, QUESTIONS + 1))
    assert [number for number, row in rows if not CALL.search(row)] == []
