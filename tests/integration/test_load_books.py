"""Loading books: what becomes of each row, and python -m data.load as a real process."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from data import books
from data.command import FAILED, INTERRUPTED
from data.report import Finding, Report
from data.sources import DEMO_BOOKS
from repository import audit
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.mongo.connection import Database
from repository.storage import Storage
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.service_process import ROOT, service_process

HEADER = "id,title,author,pages,price"
FAR_FUTURE = 1e12


def csv_file(tmp_path: Path, lines: Iterable[str], header: str = HEADER) -> Path:
    path = tmp_path / "books.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def many(rows: int) -> list[str]:
    return [
        f"{n},Title {n},Author {n % 7}/Other,{n % 900 + 1},{n % 50}.25" for n in range(1, rows + 1)
    ]


async def load_file(
    storage: Storage | None,
    path: Path,
    *,
    dry_run: bool = False,
    file: books.BookFile | None = None,
) -> Report:
    return await books.load(storage, path, lambda _: None, dry_run=dry_run, file=file)


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.read, report.loaded, report.unchanged, report.kept, report.rejected


async def stored(database: Database) -> list[dict[str, Any]]:
    return await database.find(BOOKS, {}, sort=[("_id", 1)])


async def test_the_dataset_is_loaded_whole_and_once(storage: Storage) -> None:
    first = await load_file(storage, DEMO_BOOKS)
    rows = await stored(storage.database)
    again = await load_file(storage, DEMO_BOOKS)

    assert counts(first) == (50, 50, 0, 0, 0)
    assert counts(again) == (50, 0, 50, 0, 0)
    assert await stored(storage.database) == rows
    assert [row["_id"] for row in rows] == list(range(1, 51))
    assert rows[16]["authors"] == ["David Wood", "Roald Dahl"]
    assert {row["stock"] for row in rows} == {1}
    assert len(await storage.database.find(STOCK_MOVEMENTS, {})) == 50


async def test_bad_rows_are_reported_and_the_good_ones_loaded(
    storage: Storage, tmp_path: Path
) -> None:
    path = csv_file(
        tmp_path,
        [
            "1,Snow,Ann Lee,210,8.95",
            "2,,Ann Lee,0,8.955",
            "3,Sea,Ann Lee,210,8.95,extra",
            "1,Snow again,Ann Lee,210,8.95",
            '4,"Stray,Ann Lee,210,8.95',
            "5,Sun,Ann Lee,210,8.95",
        ],
    )

    report = await load_file(storage, path)

    assert counts(report) == (6, 2, 0, 0, 4)
    assert [row["_id"] for row in await stored(storage.database)] == [1, 5]
    assert [(finding.line, finding.column) for finding in report.rejects] == [
        (3, "title"),
        (3, "pages"),
        (3, "price"),
        (4, ""),
        (5, "id"),
        (6, ""),
    ]
    assert report.rejects[4].problem == "is on line 2 already"


async def test_an_isbn_belongs_to_the_book_that_has_it(storage: Storage, tmp_path: Path) -> None:
    header = f"{HEADER},isbn,stock"
    await load_file(storage, csv_file(tmp_path, ["1,A,B,1,1,0547773749,7"], header))
    path = csv_file(
        tmp_path,
        [
            "2,A,B,1,1,978-0-547-77374-2,1",
            "3,A,B,1,1,9791090636071,1",
            "4,A,B,1,1,979-10-90636-07-1,1",
            "5,A,B,1,1,,4",
        ],
        header,
    )

    dry = await load_file(storage, path, dry_run=True)
    report = await load_file(storage, path)

    assert counts(dry) == counts(report) == (4, 2, 0, 0, 2)
    assert sorted(report.rejects, key=lambda finding: finding.line) == [
        Finding(2, "isbn", "is the ISBN of book 1 already", value="'9780547773742'"),
        Finding(4, "isbn", "is on line 3 already", value="'9791090636071'"),
    ]
    assert [(row["_id"], row["stock"]) for row in await stored(storage.database)] == [
        (1, 7),
        (3, 1),
        (5, 4),
    ]


async def test_a_row_that_changes_a_loaded_book_is_told_and_the_book_kept(
    storage: Storage, tmp_path: Path
) -> None:
    await load_file(storage, csv_file(tmp_path, ["1,Snow,Ann Lee,210,8.95", "2,Sea,Bo,9,1"]))
    before = await stored(storage.database)

    report = await load_file(
        storage, csv_file(tmp_path, ["1,Snow,Ann Lee/Bo,210,9.95", "2,Sea,Bo,9,1"])
    )

    assert counts(report) == (2, 0, 1, 1, 0)
    assert [(each.line, each.column) for each in report.differences] == [
        (2, "author"),
        (2, "price"),
    ]
    assert "8.95" in report.differences[1].problem
    assert "9.95" in report.differences[1].problem
    assert await stored(storage.database) == before


async def test_a_sold_book_is_unchanged_by_loading_its_file_again(
    rpc: RpcClient, storage: Storage
) -> None:
    await rpc("sales.create", book_id=1)

    report = await load_file(storage, DEMO_BOOKS)

    assert counts(report) == (50, 0, 50, 0, 0)
    assert (await rpc("books.get", id=1))["stock"] == 0


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(
    storage: Storage, tmp_path: Path
) -> None:
    await load_file(storage, csv_file(tmp_path, many(3)))
    before = await stored(storage.database)
    path = csv_file(
        tmp_path, [*many(2), "3,Title 3,Author 3/Other,4,99", "4,New,A,1,1", "5,Bad,A,0,1"]
    )

    report = await load_file(storage, path, dry_run=True)

    assert counts(report) == (5, 1, 2, 1, 1)
    assert await stored(storage.database) == before


async def test_two_who_load_the_same_file_at_once_load_it_once(
    storage: Storage, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, many(700))

    first, second = await asyncio.gather(load_file(storage, path), load_file(storage, path))

    assert first.loaded + second.loaded == 700
    assert first.unchanged + second.unchanged == 700
    assert (await audit.run(storage.database, None, deadline=FAR_FUTURE)).ok


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "data.load", *(str(argument) for argument in arguments)]


@pytest.fixture
def environment(database: Database, mongo_url: str, tmp_path: Path) -> dict[str, str]:
    """What a process needs to work on the test's database."""
    return os.environ | {
        "OCTAVO_MONGO_URL": mongo_url,
        "OCTAVO_MONGO_DATABASE": database.name,
        "OCTAVO_DATA_DIR": str(tmp_path / "var"),
    }


async def run_command(
    environment: dict[str, str], *arguments: str | Path
) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *command(*arguments), cwd=ROOT, env=environment, stdout=-1, stderr=-1
    )
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


async def test_the_command_shows_progress_and_prints_the_report(
    environment: dict[str, str], tmp_path: Path
) -> None:
    path = csv_file(tmp_path, ["1,Snow,Ann Lee,210,8.95", "2,Sea,Ann Lee,0,x", "3,Sun,A,1,1"])

    code, output, errors = await run_command(environment, "books", path)

    assert code == 0
    assert output.splitlines() == [
        "rejected:",
        "  line 3, pages: should be greater than or equal to 1 (it is '0')",
        "  line 3, price: must be a number such as 18.89 (it is 'x')",
        "read               3",
        "loaded             2",
        "unchanged          0",
        "kept               0",
        "rejected           1",
    ]
    assert "books.csv: 100%" in errors
    assert "3/3" in errors


async def test_a_dry_run_where_there_is_no_database_makes_none(
    environment: dict[str, str], tmp_path: Path
) -> None:
    del environment["OCTAVO_MONGO_URL"]

    code, output, _ = await run_command(environment, "books", "--dry-run", DEMO_BOOKS)

    assert code == 0
    assert "would load        50" in output
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"id,title\n", "lacks the column author, pages, price"),
        (None, "No such file"),
    ],
)
async def test_a_file_that_is_none_fails_with_one_plain_sentence(
    environment: dict[str, str], tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "books.csv"
    if content is not None:
        path.write_bytes(content)

    code, output, errors = await run_command(environment, "books", path)

    assert (code, output) == (FAILED, "")
    assert why in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
async def test_interrupted_midway_and_run_again_the_whole_file_is_there_once(
    environment: dict[str, str], database: Database, tmp_path: Path, number: signal.Signals
) -> None:
    path = csv_file(tmp_path, many(1_200))
    first = subprocess.Popen(  # noqa: ASYNC220, S603 - our own module, started at once
        command("books", path), cwd=ROOT, env=environment, stdout=-3, stderr=-3
    )
    deadline = time.monotonic() + 30
    while await database.collection(BOOKS).estimated_document_count() == 0:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    first.send_signal(number)
    assert await asyncio.to_thread(first.wait, 20) in {-signal.SIGKILL, INTERRUPTED}
    midway = len(await stored(database))
    assert 0 < midway < 1_200

    code, output, _ = await run_command(environment, "books", path)

    assert code == 0
    assert f"unchanged  {midway:>9,}" in output
    assert f"loaded     {1_200 - midway:>9,}" in output
    assert [row["_id"] for row in await stored(database)] == list(range(1, 1_201))
    assert (await audit.run(database, None, deadline=FAR_FUTURE)).ok


async def test_a_file_is_loaded_while_a_service_runs_on_the_same_data_folder(
    tmp_path: Path,
) -> None:
    path = csv_file(tmp_path, ["960,Snow,Ann Lee,210,8.95", "1,Another,Ann Lee,1,1"])

    async with service_process(tmp_path / "data") as service, RpcClient(service.url) as rpc:
        code, output, _ = await run_command(service.environment, "books", path)
        loaded = await rpc("books.get", id=960)
        created = await rpc("books.create", title="T", authors=["A"], pages=1, price=1)
        with pytest.raises(RpcError):
            await rpc("books.get", id=959)

    assert code == 0
    assert "line 3, title: is stored as 'The Lord of the Rings'" in output
    assert (loaded["title"], loaded["price"], loaded["stock"]) == ("Snow", 8.95, 1)
    assert created["id"] == 961
