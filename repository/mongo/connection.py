"""The connection to MongoDB: the only file that imports Motor."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

# Motor reads its thread limit at import; with fewer threads than connections, some would idle.
POOL_SIZE_MAX: Final = 64
os.environ.setdefault("MOTOR_MAX_WORKERS", str(POOL_SIZE_MAX))

from bson.codec_options import CodecOptions  # noqa: E402 - after the setting above
from motor.motor_asyncio import (  # noqa: E402 - after the setting above
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import ReadPreference, ReturnDocument, UpdateOne  # noqa: E402 - after the setting above
from pymongo.errors import (  # noqa: E402 - after the setting above
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)
from pymongo.read_concern import ReadConcern  # noqa: E402 - after the setting above
from pymongo.write_concern import WriteConcern  # noqa: E402 - after the setting above

from domain.clock import Clock  # noqa: E402 - after the setting above
from domain.errors import (  # noqa: E402 - after the setting above
    StorageStopping,
    StorageUnavailable,
    WaitedTooLong,
)
from repository.mongo.clock import now  # noqa: E402 - after the setting above
from repository.mongo.collections import (  # noqa: E402 - after the setting above
    Collection,
    Document,
    Place,
    RowOf,
    Sort,
    named,
)
from repository.mongo.deadlines import left_ms, max_time  # noqa: E402 - after the setting above
from repository.mongo.held import Lists  # noqa: E402 - after the setting above
from repository.mongo.ids import Ids  # noqa: E402 - after the setting above
from repository.mongo.mirror import Observer  # noqa: E402 - after the setting above
from repository.mongo.read_cache import ReadCache  # noqa: E402 - after the setting above
from repository.mongo.reading import note_read  # noqa: E402 - after the setting above
from repository.mongo.sessions import SessionsInUse, end_session  # noqa: E402 - after the setting above
from repository.mongo.start_checks import (  # noqa: E402 - after the setting above
    MongoUrlError,
    refusals,
    require_usable,
)

if TYPE_CHECKING:
    from repository.mongo.held_movements import HeldMovements

Filter = Mapping[str, Any]
AnyCollection = str | Collection[Any]
Session = AsyncIOMotorClientSession

DURABLE: Final = WriteConcern(w="majority", j=True)
SNAPSHOT: Final = ReadConcern("snapshot")
OUTSIDE_TRANSACTIONS: Final = frozenset({"$unionWith", "$out", "$merge"})
COUNTERS: Final = "counters"
UPSERT_ATTEMPTS_MAX: Final = 5
SERVER_SELECTION_TIMEOUT_MS: Final = 3_000
SOCKET_TIMEOUT_MS: Final = 20_000
LOOK_EVERY_MS: Final = 2_000
LOOK_TIMEOUT_MS: Final = 4_000
"""The driver looks after the server; when that is silent for so long, no connection is used on."""
_OUT_OF_DISK_SPACE: Final = 14031
SHUTTING_DOWN_CODES: Final = frozenset({91, 189, 11600, 11602, 10107, 13435, 13436})


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    """Turn the driver's failures into StorageUnavailable; at a time limit into WaitedTooLong."""
    try:
        yield
    except ExecutionTimeout as failure:
        raise WaitedTooLong from failure
    except (ConnectionFailure, WaitQueueTimeoutError) as failure:
        raise StorageUnavailable from failure
    except OperationFailure as failure:
        if failure.code in SHUTTING_DOWN_CODES:
            raise StorageStopping from failure
        if failure.code == _OUT_OF_DISK_SPACE:
            raise StorageUnavailable from failure
        raise


class Documents:
    """Reads over the collections of one database, inside a session if there is one."""

    def __init__(
        self, motor: "AsyncIOMotorDatabase[Document]", session: Session | None = None
    ) -> None:
        self._motor = motor
        self._session = session
        # Inside a transaction the driver's error says whether the attempt may be repeated.
        self._errors = storage_errors if session is None else contextlib.nullcontext

    async def find_one(
        self, collection: AnyCollection, query: Filter, projection: Filter | None = None
    ) -> Document | None:
        """The one document that matches, or None. Raises StorageUnavailable."""
        note_read(str(collection))
        with self._errors():
            return await self._motor[str(collection)].find_one(
                query, projection, session=self._session, max_time_ms=left_ms()
            )

    async def find(
        self,
        collection: AnyCollection,
        query: Filter,
        *,
        sort: Sort | None = None,
        limit: int = 0,
        projection: Filter | None = None,
    ) -> list[Document]:
        """All documents that match, in order, at most `limit` of them (0: all)."""
        note_read(str(collection))
        with self._errors():
            cursor = self._motor[str(collection)].find(
                query, projection, session=self._session, limit=limit, max_time_ms=left_ms()
            )
            if sort is not None:
                cursor = cursor.sort(list(sort))
            return await cursor.to_list(None)

    async def rows(
        self,
        collection: Collection[RowOf],
        query: Filter,
        *,
        sort: Sort | None = None,
        limit: int = 0,
    ) -> list[RowOf]:
        """All rows that match, in order, at most `limit` of them (0: all)."""
        documents = await self.find(collection.name, query, sort=sort, limit=limit)
        return [collection.row_of(document) for document in documents]

    async def row(self, collection: Collection[RowOf], query: Filter) -> RowOf | None:
        """The one row that matches, or None. Raises StorageUnavailable."""
        document = await self.find_one(collection, query)
        return None if document is None else collection.row_of(document)

    async def aggregate(
        self, collection: AnyCollection, pipeline: Sequence[Mapping[str, Any]]
    ) -> list[Document]:
        """The rows that an aggregation pipeline gives. Raises StorageUnavailable.

        Raises ValueError for a stage that MongoDB refuses in a transaction, on every engine.
        """
        refused = {name for stage in pipeline for name in stage} & OUTSIDE_TRANSACTIONS
        if self._session is not None and refused:
            raise ValueError(f"{refused.pop()} is not possible in a transaction")
        note_read(str(collection))
        with self._errors():
            cursor = self._motor[str(collection)].aggregate(
                list(pipeline), session=self._session, **max_time()
            )
            return await cursor.to_list(None)


class Database(Documents):
    """One database with its client: reads outside transactions, and what all topics share.

    `clock` is the application's; `remembers_outcomes` says that the server knows the outcome of a
    commit even after a restart, `holds_snapshots` that the reads of a snapshot session see one
    moment; see `transactions`. `is_writable` unless the last heartbeat could not be written.
    """

    def __init__(
        self,
        client: "AsyncIOMotorClient[Document]",
        motor: "AsyncIOMotorDatabase[Document]",
        *,
        clock: Clock = now,
    ) -> None:
        super().__init__(motor)
        self.client = client
        self.motor = motor
        self._collection = cache(motor.__getitem__)
        self.clock = clock
        self.remembers_outcomes = False
        self.holds_snapshots = False
        self.is_writable = True
        self.ids = Ids(self._reserve_ids)
        self.reads = ReadCache(self._find_by_ids)
        self._observers: list[Observer] = []
        self._observers_of_others: list[Observer] = []
        self.sessions = SessionsInUse()
        self.lists = Lists(self)
        self.held_movements: tuple[HeldMovements, ...] = ()

    async def get(self, collection: Collection[RowOf], row_id: Any) -> RowOf | None:
        """The row with that id, or None. It may be cached, so decisions must not use it.

        Raises StorageUnavailable.
        """
        note_read(collection.name)
        found: RowOf | None = await self.reads.get(collection.name, row_id)
        return found

    async def _find_by_ids(self, name: str, ids: list[Any]) -> list[Any]:
        return await self.rows(named(name), {"_id": {"$in": ids}})

    async def get_rendered(
        self, collection: Collection[RowOf], row_id: Any, render: Callable[[RowOf], bytes]
    ) -> bytes | None:
        """What `render` makes of the row with that id, or None; cached with the row.

        Each collection has one way to be rendered. Raises StorageUnavailable.
        """
        note_read(collection.name)
        rendered = self.reads.rendered(collection.name, row_id)
        if rendered is None:
            row = await self.get(collection, row_id)
            if row is None:
                return None
            rendered = render(row)
            self.reads.cache_rendered(collection.name, row_id, row, rendered)
        return rendered

    async def get_all(
        self, collection: Collection[RowOf], row_ids: Iterable[Any]
    ) -> dict[Any, RowOf]:
        """The rows with these ids that exist, by id; see `get`."""
        note_read(collection.name)
        return {row.id: row for row in await self.reads.get_all(collection.name, row_ids)}

    def observe(self, observer: Observer, *, of_others: bool = True) -> None:
        """Tell an observer about every change that this process learns of.

        New rows of others only where they are wanted.
        """
        self._observers.append(observer)
        if of_others:
            self._observers_of_others.append(observer)

    def added(self, places: Iterable[Place]) -> None:
        """Tell that another process has added rows, which nobody here can have cached."""
        known = list(places)
        for observer in self._observers_of_others:
            observer.mark(known)

    def changed(self, places: Iterable[Place]) -> None:
        """Tell that rows may have changed, here or elsewhere: nothing old of them is given out."""
        known = list(places)
        self.reads.drop(known)
        for observer in self._observers:
            observer.mark(known)

    def doubt(self) -> None:
        """Tell that changes may have been missed: everything in memory is read again."""
        self.reads.flush()
        for observer in self._observers:
            observer.mark_all()

    @property
    def name(self) -> str:
        """The database's name."""
        return str(self.motor.name)

    def collection(self, collection: AnyCollection) -> "AsyncIOMotorCollection[Document]":
        """A collection, for what the reads above do not cover."""
        return self._collection(str(collection))

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A client session, ended with the block. To start one asks the server nothing."""
        session = Session(self.client.delegate.start_session(causal_consistency=False), self.client)
        self.sessions.note(session.delegate.session_id["id"])
        try:
            yield session
        finally:
            await end_session(session)

    async def _reserve_ids(self, kind: str, count: int) -> int:
        # Inside a transaction the driver's error says whether to repeat it.
        counter: Document | None = None
        while counter is None:  # the embedded engine's answer to the later of two upserts that race
            counter = await self.collection(COUNTERS).find_one_and_update(
                {"_id": kind},
                {"$inc": {"last": count}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        return int(counter["last"])

    async def guarded_update(
        self, collection: AnyCollection, guard: Filter, change: Filter
    ) -> Document | None:
        """Change the one document for which `guard` holds and return it, or None if none does.

        `guard` names its `_id`. For one document and no counter; all else is a change for the core.
        """
        try:
            with storage_errors():
                return await self.collection(collection).find_one_and_update(
                    guard, change, return_document=ReturnDocument.AFTER, **max_time()
                )
        finally:
            # Also when the answer was lost: the cached row may be old now.
            self.changed([(str(collection), guard["_id"])])

    async def add_missing(self, collection: Collection[Any], documents: Iterable[Document]) -> None:
        """Add the documents whose id is not taken, in one statement; others do not change."""
        new = (({"_id": each["_id"]}, {"$setOnInsert": each}) for each in documents)
        await self.write(collection, [UpdateOne(*each, upsert=True) for each in new])

    async def write(self, collection: AnyCollection, operations: Sequence[UpdateOne]) -> None:
        """Update documents in one statement, in any order; operations must be safe to repeat."""
        if not operations:
            return
        with storage_errors():
            for attempt in range(UPSERT_ATTEMPTS_MAX):
                try:
                    await self.collection(collection).bulk_write(operations, ordered=False)
                except BulkWriteError:  # two upserts that race: the later one may try again
                    if attempt + 1 == UPSERT_ATTEMPTS_MAX:
                        raise
                else:
                    return

    def forget_reserved_ids(self) -> None:
        """Start a new block of every kind, as a new process would."""
        self.ids = Ids(self._reserve_ids)

    async def skip_ids(self, collection: Collection[Any], last: int) -> None:
        """Never hand out ids up to `last`: rows that came with their own ids have them."""
        with storage_errors():
            await self.collection(COUNTERS).update_one(
                {"_id": collection.name}, {"$max": {"last": last}}, upsert=True
            )

    async def ping(self) -> None:
        """Raise StorageUnavailable unless the server answers, and took the last heartbeat."""
        with storage_errors():
            await self.client.admin.command("ping")
        if not self.is_writable:
            raise StorageUnavailable


@contextlib.asynccontextmanager
async def connect(
    mongo_url: str, database_name: str, clock: Clock = now
) -> AsyncIterator[Database]:
    """A database that is closed with the block.

    Raises MongoUrlError, StorageUnavailable when no server answers, ServerRefusesError,
    ServerVersionError, and ReplicaSetMissingError for a standalone mongod, whose lack of
    transactions would break every promise made here.
    """
    client = _client(mongo_url)
    try:
        with refusals(database_name):
            await require_usable(client)
        options: CodecOptions[Document] = CodecOptions(tz_aware=True)
        motor = client.get_database(database_name, codec_options=options, write_concern=DURABLE)
        yield Database(client, motor, clock=clock)
    finally:
        # Closing talks to the server, and a server that hangs must not block the event loop.
        await asyncio.to_thread(client.close)


def _client(mongo_url: str) -> "AsyncIOMotorClient[Document]":
    try:
        return AsyncIOMotorClient(
            mongo_url,
            maxPoolSize=POOL_SIZE_MAX,
            serverSelectionTimeoutMS=SERVER_SELECTION_TIMEOUT_MS,
            socketTimeoutMS=SOCKET_TIMEOUT_MS,
            connectTimeoutMS=LOOK_TIMEOUT_MS,
            heartbeatFrequencyMS=LOOK_EVERY_MS,
            retryWrites=True,
            # Whatever the URL says: a change needs the primary, and what was read has to last.
            read_preference=ReadPreference.PRIMARY,
            readConcernLevel="majority",
            tz_aware=True,
            appname="octavo",
        )
    except (ConfigurationError, ValueError) as failure:
        raise MongoUrlError(f"OCTAVO_MONGO_URL is no usable MongoDB URL: {failure}") from failure


__all__ = ["DURABLE", "SNAPSHOT", "Database", "Document", "Documents", "Filter", "PyMongoError"]
__all__ += ["Session", "Sort", "connect", "storage_errors"]
