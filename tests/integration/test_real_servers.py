"""What real replica sets ask for: the primary, majority reads, indexes that are not in the way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pymongo import monitoring

from repository import audit
from repository.circulation import EVENTS
from repository.mongo import change_watch, indexes
from repository.mongo.change_watch import watch_changes
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database, Documents, Session, connect
from repository.mongo.indexes import IndexInTheWayError
from repository.mongo.start_checks import MongoUrlError, database_in
from repository.mongo.transactions import holds_snapshots, read_at_length, repeat
from repository.storage import StorageSettings, open_storage

EVENT = {"book_id": 1, "number": 1}
[BY_NUMBER] = [index for index in EVENTS.indexes if index.name == "book"]
FORMER_KEYS = [("book_id", 1), ("number", 1), ("_id", 1)]


class Concerns(monitoring.CommandListener):
    """Hears with which read concern each find and aggregate is sent to one database.

    Other databases have services that read by themselves, and an ended test may leave a change
    stream's last question.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[Any, Any]] = []
        self._database: str | None = None

    @contextlib.contextmanager
    def listen_to(self, database: Database) -> Iterator[None]:
        """Hear what is sent to this database during the block, and forget what was heard before."""
        self.heard.clear()
        self._database = database.name
        try:
            yield
        finally:
            self._database = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """A command was sent."""
        command = event.command
        is_read = event.command_name in {"find", "aggregate"}
        is_stream = "$changeStream" in next(iter(command.get("pipeline", ())), {})
        if event.database_name == self._database and is_read and not is_stream:
            self.heard.append((command.get("readConcern"), command.get("$readPreference")))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to do."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to do."""


CONCERNS = Concerns()
monitoring.register(CONCERNS)


@pytest.fixture
async def with_options(mongo_url: str, database: Database) -> AsyncIterator[Database]:
    """A connection by a URL whose options would break changes, or lose them."""
    options = "readPreference=secondary&readConcernLevel=local&w=1&journal=false&retryWrites=false"
    async with connect(f"{mongo_url}&{options}", database.name) as connection:
        yield connection


@pytest.fixture
async def events(database: Database) -> AsyncIterator[Collection[Any]]:
    """The collection of circulation events without its index by numbers."""
    await database.collection(EVENTS).drop_index("book")
    yield EVENTS
    await database.collection(EVENTS).drop()
    await indexes.ensure(database, [EVENTS])


async def test_a_read_preference_in_the_url_does_not_break_changes(
    with_options: Database,
) -> None:
    async def work(session: Session) -> None:
        rows = with_options.motor.counters
        await rows.find_one({"_id": "x"}, session=session)
        await rows.update_one({"_id": "x"}, {"$inc": {"last": 1}}, upsert=True, session=session)

    await repeat(with_options, work, deadline=asyncio.get_running_loop().time() + 5)

    assert await with_options.find_one("counters", {"_id": "x"}) == {"_id": "x", "last": 1}


async def test_reads_outside_transactions_are_of_majority_concern(with_options: Database) -> None:
    with CONCERNS.listen_to(with_options):
        await with_options.find("counters", {})
        await with_options.aggregate("counters", [{"$match": {}}])

    assert [concern for concern, _ in CONCERNS.heard] == [{"level": "majority"}] * 2
    assert {str(preference) for _, preference in CONCERNS.heard} <= {
        "None",
        "{'mode': 'primaryPreferred'}",  # what the driver asks of a server alone
    }


async def test_two_events_of_a_book_never_have_one_number(database: Database) -> None:
    await database.collection(EVENTS).insert_one({"_id": 1, **EVENT})
    with pytest.raises(Exception, match="E11000"):
        await database.collection(EVENTS).insert_one({"_id": 2, **EVENT})


async def test_our_own_index_of_an_earlier_version_is_replaced(
    database: Database, events: Collection[Any]
) -> None:
    await database.collection(events).create_index(FORMER_KEYS, name="book", unique=True)

    await indexes.ensure(database, [events])

    made = (await database.collection(events).index_information())["book"]
    assert made["key"] == list(BY_NUMBER.keys)
    assert made["unique"]


@pytest.mark.parametrize(
    ("name", "keys", "options"),
    [
        ("book", [("book_id", -1)], {}),
        ("book", list(BY_NUMBER.keys), {}),
        ("of_somebody", list(BY_NUMBER.keys), {"unique": True}),
    ],
    ids=["our name, other fields", "our name, other options", "our fields, another name"],
)
async def test_any_other_index_in_the_way_is_named_in_one_line(
    database: Database,
    events: Collection[Any],
    name: str,
    keys: list[tuple[str, int]],
    options: dict[str, Any],
) -> None:
    await database.collection(events).create_index(keys, name=name, **options)

    with pytest.raises(IndexInTheWayError, match=r'The index "book" .*[Dd]rop ') as refused:
        await indexes.ensure(database, [events])

    assert name in str(refused.value)
    assert "\n" not in str(refused.value)
    assert name in await database.collection(events).index_information()


async def test_rows_that_contradict_a_unique_index_are_named_in_one_line(
    database: Database, events: Collection[Any]
) -> None:
    await database.collection(events).insert_many([{"_id": 1, **EVENT}, {"_id": 2, **EVENT}])

    with pytest.raises(IndexInTheWayError, match="two documents have the same values") as refused:
        await indexes.ensure(database, [events])

    assert "\n" not in str(refused.value)


def test_every_index_has_a_fingerprint_that_no_earlier_definition_had() -> None:
    index = Index("name", [("a", 1)], query={}, options={"unique": True, "sparse": False})
    assert (
        index.fingerprint == Index("other", [("a", 1.0)], {}, options={"unique": True}).fingerprint
    )  # type: ignore[list-item]
    assert index.fingerprint != Index("name", [("a", 1)], {}).fingerprint
    assert BY_NUMBER.fingerprint not in BY_NUMBER.formerly


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("mongodb://one,two:27018/shop?replicaSet=rs0", "shop"),
        ("mongodb+srv://user:word@cluster.example/shop", "shop"),
        ("mongodb://one:27017/?replicaSet=rs0", None),
        ("mongodb://one", None),
    ],
)
def test_the_path_of_a_url_names_the_database(url: str, name: str | None) -> None:
    assert database_in(url) == name


def test_a_database_of_mongodb_itself_in_the_path_is_refused() -> None:
    with pytest.raises(MongoUrlError, match=r"/octavo\?authSource=admin"):
        database_in("mongodb://user:word@one/admin")


async def test_the_database_in_the_path_is_used_unless_a_setting_names_another(
    mongo_url: str, database: Database
) -> None:
    url = mongo_url.replace("/?", f"/{database.name}?")
    assert url != mongo_url
    async with open_storage(StorageSettings(mongo_url=url)) as storage:
        assert storage.database.name == database.name
    other = f"{database.name}_2"
    async with open_storage(StorageSettings(mongo_url=url, mongo_database=other)) as storage:
        assert storage.database.name == other
        await storage.database.client.drop_database(other)


async def test_a_refused_change_stream_is_warned_of_once_and_tried_ever_more_rarely(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A stage that no server knows: each refuses the stream when it is opened.
    monkeypatch.setattr(change_watch, "_pipeline", lambda *_: [{"$refused": {}}])
    pauses: list[float] = []
    tried_often = asyncio.Event()

    async def noted(_: Database, seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            tried_often.set()
            await asyncio.sleep(60)

    monkeypatch.setattr(change_watch, "_doubt_for", noted)
    watch = asyncio.create_task(watch_changes(database, []))

    await asyncio.wait_for(tried_often.wait(), 20)

    watch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watch
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert capsys.readouterr().out.count("the change stream has ended") == 1


async def test_an_audit_reads_in_a_snapshot_session_where_the_server_holds_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadline = asyncio.get_running_loop().time() + 20
    in_a_transaction = await audit.run(database, None, deadline=deadline)
    monkeypatch.setattr(database, "holds_snapshots", True)
    with CONCERNS.listen_to(database):
        in_a_session = await audit.run(database, None, deadline=deadline)

    (first, _), *others = CONCERNS.heard
    assert first == {"level": "snapshot"}
    assert {concern["level"] for concern, _ in others} == {"snapshot"}
    assert len({concern["atClusterTime"] for concern, _ in others}) == 1
    assert in_a_session == in_a_transaction


async def test_reads_at_length_see_one_moment_on_every_server(database: Database) -> None:
    async def twice(documents: Documents) -> list[int]:
        before = await documents.find("commits", {})
        await database.collection("commits").insert_one({"_id": "later"})
        return [len(before), len(await documents.find("commits", {}))]

    database.holds_snapshots = await holds_snapshots(database)
    try:
        deadline = asyncio.get_running_loop().time() + 20
        before, after = await read_at_length(database, twice, deadline=deadline)
    finally:
        database.holds_snapshots = False

    assert before == after
