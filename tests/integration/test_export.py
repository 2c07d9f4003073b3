"""What data.export writes, data.load takes again: every kind comes back as it was."""

import asyncio
import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from data import books, export, exported
from data.cells import FORMATS, Format
from data.report import Report
from domain.books import BookRow
from examples import library_day, marketplace_day, shop_day
from repository import audit, exports
from repository.authors import AUTHORS
from repository.books import BOOKS, add_missing
from repository.exports import KINDS
from repository.mongo import indexes
from repository.mongo.collections import Collection
from repository.mongo.connection import Database, connect
from repository.mongo.core import running_core
from repository.mongo.timelines import TAIL, TAIL_SINCE
from repository.storage import Storage
from rpc.application import make_application
from rpc.settings import Settings
from tests.support.explain import Noted, documents_examined
from tests.support.rpc_client import RpcClient
from tests.support.served import served
from tests.support.service_process import ROOT

FAR_FUTURE = 1e12
DEMO_KEY = "secret123"
IN_ORDER = [
    "books", "sales", "orders", "members", "loans", "events", "stores", "listings", "users",
    "purchases",
]  # fmt: skip


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"fine_per_day": Decimal("0.50")})


@pytest.fixture
async def target(mongo_url: str) -> AsyncIterator[Storage]:
    """An empty database beside the one of the service."""
    async with connect(mongo_url, f"octavo_test_{uuid.uuid4().hex[:12]}") as database:
        await indexes.ensure(database)
        async with running_core(database) as core:
            yield Storage(database, core)
        if "OCTAVO_MONGO_URL" in os.environ:
            await database.client.drop_database(database.name)


@contextlib.asynccontextmanager
async def shop_in_demo_mode(settings: Settings) -> AsyncIterator[RpcClient]:
    """A service for the block alone: loaders may block the loop, services may not."""
    async with served(make_application(settings)) as url, RpcClient(url) as rpc:
        yield rpc


async def busy_days(rpc: RpcClient) -> None:
    """A day at each desk, and what these days lack."""
    url = rpc.url.removesuffix("/rpc")
    for day in (shop_day, library_day, marketplace_day):
        await asyncio.to_thread(day.main, url, DEMO_KEY)
    odd = {"title": '"Odd", they said; [1]', "authors": ["A/B", "Ünal, Ö."], "pages": 1, "price": 0}
    book = (await rpc("books.create", **odd))["id"]
    await rpc("library.set_copies", book_id=book, copies=1)
    await rpc("books.archive", id=book)
    member = (await rpc("members.create", name="=1+1", email=None))["id"]
    await rpc("members.archive", id=member)


async def order(rpc: RpcClient) -> int:
    """A paid order's id."""
    items = [{"book_id": 50, "quantity": 1}]
    buyer = {"customer": {"name": "Ada Lovelace"}, "payment": {"token": "tok_ok"}}
    return int((await rpc("orders.place", items=items, **buyer))["id"])


async def cancel(rpc: RpcClient, order_id: int) -> None:
    """Cancel an order that is paid, and wait until the customer has the money."""
    await rpc("orders.cancel", order_id=order_id)
    for _ in range(200):
        if not (await rpc("orders.get", id=order_id))["payment"]["refund_pending"]:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the money is not paid back")


async def asked(rpc: RpcClient) -> list[Any]:
    """What a service answers about all that happened."""
    whole = {"limit": 500}
    return [
        await rpc("sales.totals"),
        await rpc("purchases.totals"),
        await rpc("users.top", limit=50),
        await rpc("orders.list", **whole),
        await rpc("books.list", **whole),
        await rpc("authors.list", **whole),
        await rpc("members.list", **whole),
        await rpc("library.loans", **whole),
        await rpc("library.reservations", **whole),
        await rpc("library.events", **whole),
        await rpc("listings.list", **whole),
        await rpc("deliveries.list", **whole),
        await rpc("search.find", query="odd"),
    ]


async def documents(database: Database, collection: Collection[Any]) -> list[dict[str, Any]]:
    """All documents but authors without books; without what the roller has yet to do."""
    hidden = {TAIL: 0, TAIL_SINCE: 0}
    query = {"listed": {"$ne": False}}
    return await database.find(collection, query, sort=[("_id", 1)], projection=hidden)


def collections_of(kind: str) -> list[Collection[Any]]:
    of_parts = [part.collection for part in KINDS[kind].parts]
    return [KINDS[kind].collection, *of_parts, *([AUTHORS] if kind == "books" else [])]


async def export_all(
    source: Database, folder: Path, form: Format, capture: pytest.CaptureFixture[bytes]
) -> dict[str, Path]:
    capture.readouterr()  # what the days have said
    files = {}
    async with running_core(source) as core:
        for name, kind in KINDS.items():
            await export.export(Storage(source, core), kind, form)
            files[name] = folder / f"{name}.{form}"
            files[name].write_bytes(capture.readouterr().out)
    return files


async def load_all(target: Storage | None, files: dict[str, Path]) -> dict[str, Report]:
    return {
        name: await exported.LOADERS[name](target, files[name], lambda _: None, dry_run=False)
        for name in KINDS
    }


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.read, report.loaded, report.unchanged, report.kept, report.rejected


async def assert_reads_what_it_writes(noted: Noted, rows: int) -> None:
    """No read looks at more documents than it finds, and no page is larger than a page."""
    for read in noted.finds:
        found = (await noted.motor.command(read))["cursor"]["firstBatch"]
        assert await documents_examined(noted, read) <= len(found) + 1, read
    pages = [read for read in noted.finds if read["limit"]]
    assert {read["limit"] for read in pages} == {exports.PAGE_ROWS}
    assert len(pages) > rows // exports.PAGE_ROWS


@pytest.mark.parametrize("form", FORMATS)
async def test_every_kind_comes_back_as_it_was(
    settings: Settings,
    database: Database,
    target: Storage,
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    form: Format,
) -> None:
    monkeypatch.setattr(exports, "PAGE_ROWS", 7)
    async with shop_in_demo_mode(settings) as rpc:
        await busy_days(rpc)
        order_id = await order(rpc)
        answers = await asked(rpc)
    noted = Noted(database)
    files = await export_all(noted, tmp_path, form, capsysbinary)

    first = await load_all(target, files)

    assert list(KINDS) == IN_ORDER
    assert not {name: report.rejects for name, report in first.items() if report.rejects}
    for name, report in first.items():
        assert report.loaded == report.read > 0, name
        for collection in collections_of(name):
            stored = await documents(target.database, collection)
            assert stored == await documents(database, collection), (name, collection.name)
            assert stored, (name, collection.name)
    await assert_reads_what_it_writes(noted, sum(report.read for report in first.values()))
    audited = await audit.run(target.database, None, deadline=FAR_FUTURE)
    assert audited.ok, audited.differences

    again = await load_all(target, files)

    assert {name: counts(each) for name, each in again.items()} == {
        name: (each.read, 0, each.read, 0, 0) for name, each in first.items()
    }
    copy = settings.model_copy(update={"mongo_database": target.database.name})
    async with shop_in_demo_mode(copy) as rpc:
        assert await asked(rpc) == answers
        await rpc("members.create", name="Later")
        await cancel(rpc, order_id)
        await asyncio.to_thread(marketplace_day.main, rpc.url.removesuffix("/rpc"), DEMO_KEY)
        assert (await rpc("audit.run"))["differences"] == []


async def test_a_table_of_books_is_one_for_the_loader_of_other_programs_files_too(
    settings: Settings,
    database: Database,
    target: Storage,
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    async with shop_in_demo_mode(settings) as rpc:
        shown = (await rpc("books.list", limit=500))["items"]
    files = await export_all(database, tmp_path, "csv", capsysbinary)

    as_other = books.BookFile(new_ids=True)
    report = await exported.load_books(
        target, files["books"], lambda _: None, dry_run=False, file=as_other
    )

    assert (report.loaded, report.notes) == (report.read - report.rejected, [])
    loaded = await target.database.rows(BOOKS, {})
    by_title = {row.title: row.shown() for row in loaded}
    assert len(by_title) == len({book["title"] for book in shown})
    for book in shown:
        twin = by_title[book["title"]].model_dump(mode="json")
        assert {**twin, "id": book["id"]} == book


async def test_the_command_writes_what_the_other_command_takes(
    storage: Storage, target: Storage, mongo_url: str, tmp_path: Path
) -> None:
    arriving = [
        BookRow(n, f"Book {n}", ["Nobody"], 100, n, 1) for n in range(1, exports.PAGE_ROWS + 2)
    ]
    await storage.core.submit(add_missing(arriving), deadline=FAR_FUTURE)

    async def run(module: str, *arguments: str, database: Database) -> tuple[bytes, bytes]:
        names = {"OCTAVO_MONGO_URL": mongo_url, "OCTAVO_MONGO_DATABASE": database.name}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments),
            cwd=ROOT,
            env=os.environ | names,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            answer = await process.communicate()
        assert process.returncode == 0, answer[1].decode()
        return answer

    table, bar = await run("data.export", "books", "--format", "csv", database=storage.database)
    path = tmp_path / "books.csv"
    path.write_bytes(table)
    said, _ = await run("data.load", "books", str(path), database=target.database)
    again, _ = await run("data.export", "books", "--format", "csv", database=target.database)

    assert f"loaded {len(arriving)}" in " ".join(said.decode().split())
    assert b"100%" in bar
    assert table.count(b"\n") == len(arriving) + 1
    assert again == table
