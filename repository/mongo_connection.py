"""The connection to MongoDB: the only file that imports Motor."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Final

# Motor reads its thread limit at import; fewer threads than connections would idle some.
POOL_SIZE_MAX: Final = 64
os.environ.setdefault("MOTOR_MAX_WORKERS", str(POOL_SIZE_MAX))

from bson.codec_options import CodecOptions  # noqa: E402 - after the setting above
from motor.motor_asyncio import (  # noqa: E402 - after the setting above
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import ReturnDocument  # noqa: E402 - after the setting above
from pymongo.errors import (  # noqa: E402 - after the setting above
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)
from pymongo.read_concern import ReadConcern  # noqa: E402 - after the setting above
from pymongo.write_concern import WriteConcern  # noqa: E402 - after the setting above

from domain.errors import StorageUnavailable  # noqa: E402 - after the setting above
from repository.ids import Ids  # noqa: E402 - after the setting above
from repository.read_cache import ReadCache  # noqa: E402 - after the setting above
from repository.turnstile import Turnstile  # noqa: E402 - after the setting above

Document = dict[str, Any]
Filter = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]
Session = AsyncIOMotorClientSession
Collection = AsyncIOMotorCollection[Document]

DURABLE: Final = WriteConcern(w="majority", j=True)
SNAPSHOT: Final = ReadConcern("snapshot")
OUTSIDE_TRANSACTIONS: Final = frozenset({"$unionWith", "$out", "$merge"})
COUNTERS: Final = "counters"
SERVER_SELECTION_TIMEOUT_MS: Final = 3_000
SOCKET_TIMEOUT_MS: Final = 20_000
REST_WITHIN_S: Final = 10.0
_SHUTTING_DOWN_CODES: Final = frozenset({91, 189, 11600, 11602, 10107, 13435, 13436})


class MongoUrlError(Exception):
    """The MongoDB URL cannot be used as it stands."""


class ReplicaSetMissingError(Exception):
    """The server is a standalone mongod: it has no transactions."""


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    """Turn the driver's connection failures into StorageUnavailable; let all else pass."""
    try:
        yield
    except (ConnectionFailure, WaitQueueTimeoutError, ExecutionTimeout) as failure:
        raise StorageUnavailable("The database cannot be reached.") from failure
    except OperationFailure as failure:
        if failure.code in _SHUTTING_DOWN_CODES:
            raise StorageUnavailable(
                "The database is stopping or changing its primary."
            ) from failure
        raise


class Documents:
    """Reads over the collections of one database, inside a session if there is one."""

    def __init__(
        self, motor: "AsyncIOMotorDatabase[Document]", session: Session | None = None
    ) -> None:
        self._motor = motor
        self._session = session
        # Inside a transaction the driver's own error says whether the attempt may be repeated.
        self._errors = storage_errors if session is None else contextlib.nullcontext

    async def find_one(
        self, collection: str, query: Filter, projection: Filter | None = None
    ) -> Document | None:
        """The one document that matches, or None. Raises StorageUnavailable."""
        with self._errors():
            return await self._motor[collection].find_one(query, projection, session=self._session)

    async def find(
        self,
        collection: str,
        query: Filter,
        *,
        sort: Sort | None = None,
        limit: int = 0,
        hint: str | None = None,
    ) -> list[Document]:
        """All documents that match, in order, at most `limit` of them (0: all).

        `hint` names the index to use, where an engine would not see that it serves.
        """
        with self._errors():
            cursor = self._motor[collection].find(query, session=self._session, limit=limit)
            if sort is not None:
                cursor = cursor.sort(list(sort))
            if hint is not None:
                cursor = cursor.hint(hint)
            return await cursor.to_list(None)

    async def aggregate(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]]
    ) -> list[Document]:
        """The rows that an aggregation pipeline gives. Raises StorageUnavailable.

        Raises ValueError for a stage that MongoDB refuses in a transaction, on every engine.
        """
        refused = {name for stage in pipeline for name in stage} & OUTSIDE_TRANSACTIONS
        if self._session is not None and refused:
            raise ValueError(f"{refused.pop()} is not possible in a transaction")
        with self._errors():
            cursor = self._motor[collection].aggregate(list(pipeline), session=self._session)
            return await cursor.to_list(None)


class Database(Documents):
    """One database with its client: reads outside transactions, and the way into one."""

    def __init__(
        self,
        client: "AsyncIOMotorClient[Document]",
        motor: "AsyncIOMotorDatabase[Document]",
    ) -> None:
        super().__init__(motor)
        self.client = client
        self.motor = motor
        self.ids = Ids(self._reserve_ids)
        self.turnstile = Turnstile()
        self.reads = ReadCache(self._find_by_ids)
        self._under_way: set[asyncio.Task[Any]] = set()

    async def get(self, collection: str, document_id: Any) -> Document | None:
        """The document with that id, or None; shared with others, so not to be changed.

        It may be cached: what is decided by it has to be read in a transaction instead. Raises
        StorageUnavailable.
        """
        return await self.reads.get(collection, document_id)

    async def _find_by_ids(self, collection: str, ids: list[Any]) -> list[Document]:
        return await self.find(collection, {"_id": {"$in": ids}})

    @property
    def name(self) -> str:
        """The database's name."""
        return str(self.motor.name)

    def keep_open_for(self, transaction: asyncio.Task[Any]) -> None:
        """Let the connection be closed only after this has ended, whoever waits for it or not."""
        self._under_way.add(transaction)
        transaction.add_done_callback(self._under_way.discard)

    async def at_rest(self) -> None:
        """Wait until no transaction is under way, for as long as a call may take at most.

        One whose connection is closed before its end stays open in the server, and in the way.
        """
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=REST_WITHIN_S)

    def collection(self, name: str) -> Collection:
        """A collection, for what the reads above do not cover."""
        return self.motor[name]

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A client session, ended with the block."""
        async with await self.client.start_session() as session:
            yield session

    async def _reserve_ids(self, kind: str, count: int) -> int:
        # Asked inside a transaction: the driver's own error says whether to repeat that.
        counter: Document | None = None
        while counter is None:  # the embedded engine's answer to the later of two upserts that race
            counter = await self.motor[COUNTERS].find_one_and_update(
                {"_id": kind},
                {"$inc": {"last": count}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        return int(counter["last"])

    async def guarded_update(
        self, collection: str, guard: Filter, change: Filter
    ) -> Document | None:
        """Change the one document for which `guard` holds and return it, or None if none does.

        `guard` names its `_id`. For what concerns a single document and no counter; all else
        belongs in a transaction.
        """
        try:
            with storage_errors():
                return await self.motor[collection].find_one_and_update(
                    guard, change, return_document=ReturnDocument.AFTER
                )
        finally:
            # Also when the answer was lost: what was cached of it may be old now.
            self.reads.drop([(collection, guard["_id"])])

    def forget_reserved_ids(self) -> None:
        """Start a new block of every kind, as a new process would."""
        self.ids = Ids(self._reserve_ids)

    async def skip_ids(self, kind: str, last: int) -> None:
        """Never hand out ids up to `last`: rows that came with ids of their own hold them."""
        with storage_errors():
            await self.motor[COUNTERS].update_one(
                {"_id": kind}, {"$max": {"last": last}}, upsert=True
            )

    async def ping(self) -> None:
        """Raise StorageUnavailable unless the server answers."""
        with storage_errors():
            await self.client.admin.command("ping")


@contextlib.asynccontextmanager
async def connect(mongo_url: str, database_name: str) -> AsyncIterator[Database]:
    """A database that is closed with the block.

    Raises MongoUrlError, StorageUnavailable when no server answers, and ReplicaSetMissingError for
    a standalone mongod, whose lack of transactions would break every promise made here.
    """
    client = _client(mongo_url)
    try:
        await _require_replica_set(client)
        options: CodecOptions[Document] = CodecOptions(tz_aware=True)
        motor = client.get_database(database_name, codec_options=options, write_concern=DURABLE)
        database = Database(client, motor)
        try:
            yield database
        finally:
            await database.at_rest()
    finally:
        # It takes leave of the server, and a server that hangs must not hold up the event loop.
        await asyncio.to_thread(client.close)


def _client(mongo_url: str) -> "AsyncIOMotorClient[Document]":
    try:
        return AsyncIOMotorClient(
            mongo_url,
            maxPoolSize=POOL_SIZE_MAX,
            serverSelectionTimeoutMS=SERVER_SELECTION_TIMEOUT_MS,
            socketTimeoutMS=SOCKET_TIMEOUT_MS,
            retryWrites=True,
            tz_aware=True,
            appname="octavo",
        )
    except (ConfigurationError, ValueError) as failure:
        raise MongoUrlError(f"OCTAVO_MONGO_URL is no usable MongoDB URL: {failure}") from failure


async def _require_replica_set(client: "AsyncIOMotorClient[Document]") -> None:
    try:
        hello = await client.admin.command("hello")
    except OperationFailure as failure:
        raise MongoUrlError(f"MongoDB refuses OCTAVO_MONGO_URL: {failure}") from failure
    except ConnectionFailure as failure:
        servers = client.delegate.topology_description.server_descriptions()
        places = ", ".join(f"{host}:{port}" for host, port in servers)
        raise StorageUnavailable(f"No MongoDB that takes writes answers at {places}.") from failure
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        return
    raise ReplicaSetMissingError(
        "MongoDB runs as a standalone server, which has no transactions. Start it as a replica set"
        " (mongod --replSet rs0 …, or replication.replSetName in its configuration) and then run:\n"
        "    mongosh --eval 'rs.initiate()'"
    )


__all__ = ["DURABLE", "SNAPSHOT", "Collection", "Database", "Document", "Documents", "Filter"]
__all__ += [
    "MongoUrlError",
    "PyMongoError",
    "ReplicaSetMissingError",
    "Session",
    "Sort",
    "connect",
    "storage_errors",
]
