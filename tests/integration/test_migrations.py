"""A data folder of an earlier storage version opens in the newest form, and keeps every row.

`storage_0.tar.xz` holds a folder that commit 4cdf319 wrote, `storage_1.tar.xz` one of c142d7e: the
demo, and some days of every topic. `answers.json` in them holds calls with what that version
answered just before it was stopped, and changes with the idempotency keys that they were made with.
"""

import asyncio
import contextlib
import json
import os
import shutil
import tarfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from domain.authors import author_id
from domain.words import title_sort_key
from repository import migration_tools, migrations
from repository.books import BOOKS
from repository.engine import embedded_engine
from repository.migration_bookshop import bookshop_step, orders_step
from repository.migration_stores import stores_step
from repository.migrations import (
    NEWEST,
    SCHEMA_VERSION,
    NewerStorageError,
    OldServiceRunsError,
    migrate,
)
from repository.mongo import indexes
from repository.mongo.connection import DURABLE, Database, connect
from repository.mongo.heartbeats import Heartbeat
from repository.mongo.transactions import COMMIT_MARKERS
from repository.storage import StorageSettings, open_storage
from repository.store_directory import STORES
from rpc.application import make_application
from rpc.settings import Settings
from rpc.supervisor import START_FAILED
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.served import served
from tests.support.service_process import ServiceProcess

CUT_EVERY = int(os.environ.get("OCTAVO_TEST_CUT_EVERY", "6"))
"""After every so many writes a migration is cut off."""
ARCHIVES = Path(__file__).parents[1] / "data"
EACH_VERSION = pytest.mark.parametrize("unpacked", ["storage_0", "storage_1"], indirect=True)
NAME = "octavo"
GONE = {"users", "wallets", "loans", "reservations", "search_names", "search_words"}
PAGE_SIZE = 40
"""So that there are many pages."""


class CutOffError(Exception):
    """A process has died."""


@dataclass(frozen=True)
class Old:
    """The data folder of an old version, and what that answered."""

    folder: Path
    answers: dict[str, Any]

    def settings(self) -> Settings:
        return Settings(port=0, mongo_url=None, data_dir=self.folder, demo=True)

    def clock(self) -> datetime:
        """The time when the old version was asked."""
        return datetime.fromisoformat(self.answers["asked_at"])


@pytest.fixture(scope="module")
async def unpacked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder, as if its changes had been made just now: the server drops old answers."""
    name = getattr(request, "param", "storage_0")
    parent = tmp_path_factory.mktemp(name)
    with tarfile.open(ARCHIVES / f"{name}.tar.xz") as archive:
        archive.extractall(parent, filter="data")
    async with embedded_engine(parent / "data") as url, connect(url, NAME) as database:
        await database.collection("requests").update_many(
            {}, {"$set": {"answered_at": datetime.now(UTC)}}
        )
    return parent


@pytest.fixture
def old(unpacked: Path, tmp_path: Path) -> Old:
    """A copy of it."""
    folder = shutil.copytree(unpacked / "data", tmp_path / "data")
    return Old(folder, json.loads((unpacked / "answers.json").read_bytes()))


@pytest.fixture(scope="module")
async def migrated(
    unpacked: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[RpcClient, Old]]:
    """A client of a service on another copy, for the tests that change nothing."""
    folder = shutil.copytree(unpacked / "data", tmp_path_factory.mktemp("migrated") / "data")
    shared = Old(folder, json.loads((unpacked / "answers.json").read_bytes()))
    async with service_on(shared) as client:
        yield client, shared


@pytest.fixture
async def rpc(old: Old) -> AsyncIterator[RpcClient]:
    """A client of a service on that folder, at the time of the old answers."""
    async with service_on(old) as client:
        yield client


@contextlib.asynccontextmanager
async def service_on(old: Old) -> AsyncIterator[RpcClient]:
    application = make_application(old.settings(), old.clock)
    async with served(application) as url, RpcClient(url) as client:
        yield client


@pytest.fixture
async def old_database(old: Old) -> AsyncIterator[Database]:
    async with embedded_engine(old.folder) as url, connect(url, NAME, old.clock) as database:
        yield database


Contents = dict[str, list[dict[str, Any]]]


async def contents_of(database: Database) -> Contents:
    """All documents of all collections that are not empty, but for those that expire."""
    names = set(await database.motor.list_collection_names()) - {COMMIT_MARKERS.name}
    found = {name: await database.find(name, {}, sort=[("_id", 1)]) for name in sorted(names)}
    return {name: rows for name, rows in found.items() if rows}


@contextlib.asynccontextmanager
async def copied(
    database: Database, name: str, contents: Contents | None = None
) -> AsyncIterator[Database]:
    """Another database of the same server with the same documents, as they are or as given."""
    contents = await contents_of(database) if contents is None else contents
    other = beside(database, name)
    for collection, rows in contents.items():
        await other.collection(collection).insert_many(rows)
    yield other


def beside(database: Database, name: str = NAME) -> Database:
    """A database of the same server, as another process sees it."""
    options = database.motor.codec_options
    motor = database.client.get_database(name, codec_options=options, write_concern=DURABLE)
    return Database(database.client, motor, clock=database.clock)


@pytest.fixture
def dies_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Lets a process die after so many writes, or live on (None)."""
    left: list[int | None] = [None]
    write, drop = Database.write, AsyncIOMotorDatabase.drop_collection

    def count_down() -> None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] < 0:
                raise CutOffError

    async def dying_write(self: Database, *given: Any) -> None:
        await write(self, *given)
        count_down()

    async def dying_drop(self: Any, name: str) -> None:
        await drop(self, name)
        count_down()

    monkeypatch.setattr(Database, "write", dying_write)
    monkeypatch.setattr(AsyncIOMotorDatabase, "drop_collection", dying_drop)
    monkeypatch.setattr(migration_tools, "PAGE_SIZE", PAGE_SIZE)

    def die_after(writes: int | None) -> None:
        left[0] = writes

    return die_after


async def answer(rpc: RpcClient, question: dict[str, Any]) -> Any:
    try:
        return await rpc(question["method"], **question["params"])
    except RpcError as error:
        return {"error": {"code": error.code, "data": error.data}}


def as_of_now(value: Any) -> Any:
    """An old answer, with the status that an order has now that some of it was refunded."""
    if isinstance(value, list):
        return [as_of_now(each) for each in value]
    if not isinstance(value, dict):
        return value
    changed = {name: as_of_now(each) for name, each in value.items()}
    if value.get("status") == "paid" and value.get("payment", {}).get("refunded"):
        changed["status"] = "partially_refunded" if value["payment"]["kept"] else "refunded"
    return changed


def told(value: Any, of: Any) -> Any:
    """What an answer tells of the fields that an old one has; the new one may have more.

    Without the words of messages, and without what is in its cursor.
    """
    if isinstance(value, list) and isinstance(of, list) and len(value) == len(of):
        return [told(*pair) for pair in zip(value, of, strict=True)]
    if not isinstance(value, dict) or not isinstance(of, dict):
        return value
    known = {name: told(value[name], of[name]) for name in of if name in value}
    known.pop("message", None)
    if "next_cursor" in known:
        known["next_cursor"] = known["next_cursor"] is not None
    return known


async def is_still_found(rpc: RpcClient, query: str, then: dict[str, Any]) -> bool:
    """Whether search finds what an old answer has; the order and the reasons are new."""
    now = await rpc("search.find", query=query)
    names = [
        {(hit["source"], hit["id"], hit["name"]) for hit in each["items"]} for each in (now, then)
    ]
    return names[0] >= names[1] and bool(names[0]) == bool(names[1])


def by_title(book: dict[str, Any]) -> Any:
    """A title's place, which was another one in the old version."""
    return title_sort_key(book["title"]), book["id"]


@EACH_VERSION
async def test_every_question_gets_the_answer_of_the_old_version(
    migrated: tuple[RpcClient, Old],
) -> None:
    rpc, old = migrated
    questions = [each for each in old.answers["questions"] if each["method"] != "audit.run"]
    assert len(questions) > 40
    for question in questions:
        now, then = await answer(rpc, question), as_of_now(question["answer"])
        if question["method"] == "search.find":
            assert await is_still_found(rpc, question["params"]["query"], then), question
            continue
        if question["params"].get("sort") == "title":
            then = {**then, "items": sorted(then["items"], key=by_title)}
        assert told(now, then) == told(then, then), question["method"]


@EACH_VERSION
async def test_the_audit_explains_every_counter(migrated: tuple[RpcClient, Old]) -> None:
    rpc, _ = migrated
    report = await rpc("audit.run")
    assert report["differences"] == []
    assert all(report["checked"][kind] for kind in ("stock", "cash", "events", "open_loans"))


@EACH_VERSION
async def test_a_repetition_gets_the_answer_of_the_old_version(
    migrated: tuple[RpcClient, Old],
) -> None:
    rpc, old = migrated
    totals = [await rpc(f"{topic}.totals") for topic in ("sales", "purchases")]
    for repetition in old.answers["repetitions"]:
        old_answer = repetition["answer"]
        new_answer = await answer(rpc, repetition)
        assert told(new_answer, old_answer) == told(old_answer, old_answer)
    assert [await rpc(f"{topic}.totals") for topic in ("sales", "purchases")] == totals


@EACH_VERSION
async def test_keys_work_on_and_revoked_ones_do_not(rpc: RpcClient, old: Old) -> None:
    service_url = rpc.url.removesuffix("/rpc")
    async with RpcClient(service_url, old.answers["key"]) as clerk:
        assert (await clerk("sales.create", book_id=51, quantity=1))["quantity"] == 1
    async with RpcClient(service_url, old.answers["revoked_key"]) as nobody:
        with pytest.raises(RpcError, match="unauthenticated"):
            await nobody("books.list")


async def test_old_books_are_listed_and_counted_for_their_authors(rpc: RpcClient) -> None:
    books = (await rpc("books.list", limit=500))["items"]
    authors = (await rpc("authors.list", limit=500))["items"]
    names = [name for book in books for name in set(book["authors"])]

    assert not any(book["archived"] for book in books)
    assert {each["name"]: each["books"] for each in authors} == {
        name: names.count(name) for name in names
    }
    archived = await rpc("books.archive", id=books[0]["id"])
    assert archived not in (await rpc("books.list", limit=500))["items"]


async def test_old_stores_open_by_the_clock_of_utc_and_take_special_days(rpc: RpcClient) -> None:
    day = {"id": 1, "date": "2026-12-25"}
    before = await rpc("stores.get", id=1, open_at="2026-12-25T15:00")
    special = await rpc("stores.set_special_day", **day, closed=True)
    after = await rpc("stores.get", id=1, open_at="2026-12-25T15:00")

    assert (before["time_zone"], before["notes"], before["special_days"]) == ("UTC", [], [])
    assert before["opens_at"] is not None
    assert [each["date"] for each in special["special_days"]] == ["2026-12-25"]
    assert not after["is_open"]


async def test_stores_that_lack_the_fields_of_today_get_them_and_keep_all_others(
    database: Database,
) -> None:
    old = {"_id": 7, "source_name": "Nook", "name": "Nook", "spans": [[540, 1_020]]}
    zoned = old | {"_id": 8, "source_name": "Nook 2", "time_zone": "Asia/Kolkata"}
    await database.collection(STORES).delete_many({})
    await database.collection(STORES).insert_many([old, zoned])
    done = {"_id": "storage", "number": migrations.STEPS.index(stores_step)}
    await database.collection(SCHEMA_VERSION).insert_one(done)

    await migrate(database)

    stored = await database.find(STORES, {"_id": {"$in": [7, 8]}}, sort=[("_id", 1)])
    new = {"notes": [], "special_days": {}}
    assert stored == [old | new | {"time_zone": "UTC"}, zoned | new]


@EACH_VERSION
async def test_members_are_found_have_their_loans_and_may_leave(rpc: RpcClient) -> None:
    everybody = (await rpc("members.list", limit=500))["items"]
    for member in everybody:
        assert member in (await rpc("members.list", query=member["name"]))["items"]
        if member["email"] is not None:
            assert member in (await rpc("members.list", query=member["email"]))["items"]
    loan = (await rpc("library.loans", open=True))["items"][0]
    who = {"member_id": loan["member_id"]}
    late = {**who, "book_id": loan["book_id"], "due_at": "2026-01-01"}
    await rpc("library.set_due_date", **late)
    with pytest.raises(RpcError, match="member_blocked"):
        await rpc("library.checkout", **who, book_id=31)
    for reservation in (await rpc("library.reservations", limit=500))["items"]:
        if not (await rpc("library.loans", member_id=reservation["member_id"], open=True))["items"]:
            await rpc("members.archive", id=reservation["member_id"])
    assert (await rpc("audit.run", scope="library"))["ok"]


async def test_old_orders_show_their_deliveries_and_what_was_refunded(rpc: RpcClient) -> None:
    orders = (await rpc("orders.list", limit=100))["items"]
    deliveries = (await rpc("deliveries.list", limit=100))["items"]

    assert [(each["order_id"], each["id"], each["status"]) for each in deliveries] == [
        (order["id"], each["id"], each["status"])
        for order in orders
        for each in order["deliveries"]
    ]
    first, *_, delivered = [order for order in orders if order["deliveries"]]
    assert (first["status"], first["delivery_id"]) == ("partially_refunded", 1)
    with pytest.raises(RpcError, match="order_shipped"):
        await rpc("orders.cancel", order_id=delivered["id"])
    returned = await rpc("orders.return", order_id=delivered["id"])
    assert returned["status"] == "refunded"
    refunded = {"method": "sales.refund", "params": {"sale_id": 1}}
    assert "error" not in await answer(rpc, refunded)
    assert (await rpc("audit.run"))["ok"]


async def test_what_was_begun_goes_on(rpc: RpcClient) -> None:
    lent = await rpc("library.checkout", member_id=14, book_id=51)
    returned = await rpc("library.return", member_id=12, book_id=51)
    refund = await rpc("sales.refund", sale_id=1)
    cancelled = await rpc("orders.cancel", order_id=1)
    bought = await rpc("purchases.create", user_id=0, listing_id=2)
    created = await rpc("books.create", title="New", authors=["N"], pages=1, price=1)
    assert lent["outcome"] == "loaned"
    assert returned["handed_to"] == 13
    assert refund["quantity"] == 2
    assert cancelled["status"] == "cancelled"
    assert bought["store_name"] == "Zanzibar Quire"
    assert created["id"] == 53
    assert (await rpc("audit.run"))["ok"]


@EACH_VERSION
async def test_a_second_start_changes_nothing(old: Old) -> None:
    settings = StorageSettings(mongo_url=None, data_dir=old.folder)
    async with open_storage(settings) as storage:
        first = await contents_of(storage.database)
        names = set(await storage.database.motor.list_collection_names())
    assert not GONE & names
    async with open_storage(settings) as storage:
        assert await contents_of(storage.database) == first


async def test_whenever_it_is_cut_off_the_next_start_goes_on(
    old_database: Database, dies_after: Callable[[int | None], None]
) -> None:
    # Read once: the server drops old commit markers in the meantime.
    old = await contents_of(old_database)
    async with copied(old_database, "whole", old) as whole:
        await migrate(whole)
        expected = await contents_of(whole)
    for writes in count(step=CUT_EVERY):
        async with copied(old_database, f"cut_{writes}", old) as cut:
            dies_after(writes)
            try:
                await migrate(cut)
            except CutOffError:
                dies_after(None)
                await migrate(cut)
            else:
                break
            assert await contents_of(cut) == expected
    assert writes > 15


async def test_two_processes_may_start_at_once(
    old_database: Database, dies_after: Callable[[int | None], None]
) -> None:
    dies_after(None)
    async with copied(old_database, "whole") as whole:
        await migrate(whole)
        expected = await contents_of(whole)
    await asyncio.gather(migrate(old_database), migrate(beside(old_database)))
    assert await contents_of(old_database) == expected


async def test_a_late_process_undoes_nothing(
    old_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def keep(_self: Any, _name: str) -> None:
        """A late one may have read what is dropped by now."""

    with monkeypatch.context() as patch:
        patch.setattr(AsyncIOMotorDatabase, "drop_collection", keep)
        for step in migrations.STEPS:
            await step(old_database)
    changes: dict[str, tuple[Any, dict[str, Any]]] = {
        "accounts": ("user:0", {"name": "Newest", "cents": 1}),
        "holdings": (51, {"loans": [], "reservations": []}),
        "claims": (36, {"renewals": 2}),
        "books": (1, {"title": "Newest", "title_key": "newest"}),
    }
    for name, (row_id, change) in changes.items():
        await old_database.collection(name).update_one({"_id": row_id}, {"$set": change})
    before = await contents_of(old_database)
    for step in migrations.STEPS:
        await step(old_database)
    after = await contents_of(old_database)
    assert after == {name: rows for name, rows in before.items() if name not in GONE}


async def test_a_late_bookshop_step_undoes_nothing(old_database: Database) -> None:
    await migrate(old_database)
    for name, row_id, change in (
        ("books", 1, {"archived": True}),
        ("authors", author_id("J.R.R. Tolkien"), {"books": 7}),
        ("orders", 1, {"status": "cancelled", "refunded_copies": 3, "deliveries": []}),
    ):
        await old_database.collection(name).update_one({"_id": row_id}, {"$set": change})
    before = await contents_of(old_database)

    await bookshop_step(old_database)
    await orders_step(old_database)

    assert await contents_of(old_database) == before


async def test_indexes_of_the_old_form_are_dropped(old_database: Database) -> None:
    await migrate(old_database)
    await indexes.ensure(old_database)
    stores = set(await old_database.collection("stores").index_information())
    assert stores == {"_id_", "source_name"}
    books = set(await old_database.collection("books").index_information())
    assert books == {"_id_", *(index.name for index in BOOKS.indexes)}
    orders = set(await old_database.collection("orders").index_information())
    assert orders == {"_id_", "placed", "status_placed", "email_placed"}


async def test_it_waits_for_no_service_that_is_gone_but_refuses_beside_one_that_runs(
    old_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "OLD_SERVICE_PATIENCE_S", 0.5)
    older = Heartbeat(old_database)
    await older.beat()
    with pytest.raises(OldServiceRunsError, match="Stop it first"):
        await migrate(old_database)
    await older.stop()
    await migrate(old_database)


async def test_a_new_database_has_the_newest_version_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Database) -> None:
        raise AssertionError("there is nothing to bring to a new form")

    monkeypatch.setattr(migrations, "STEPS", (fail,))
    await migrate(database)
    assert [row.number for row in await database.rows(SCHEMA_VERSION, {})] == [NEWEST]


async def test_a_newer_database_ends_the_start_with_one_clear_line(
    database: Database, mongo_url: str, tmp_path: Path
) -> None:
    newer = {"_id": "storage", "number": NEWEST + 1}
    await database.collection(SCHEMA_VERSION).insert_one(newer)
    with pytest.raises(NewerStorageError, match=f"version {NEWEST + 1}"):
        await migrate(database)
    service = ServiceProcess(tmp_path / "data", mongo_url=mongo_url, mongo_database=database.name)
    service.spawn()
    assert await service.ended() == START_FAILED
    [line] = service.log.splitlines()
    assert f"storage version {NEWEST + 1}" in json.loads(line)["reason"]
