"""The real methods on a MongoDB that is only pretended: quick, and good for reads alone.

It has no sessions, no transactions and no races: what changes something is tested on the engine.
"""

from typing import Any

import orjson
from mongomock_motor import AsyncMongoMockClient

from data.books import BookRow
from data.extract import csv_rows
from data.sources import DEMO_BOOKS
from data.transform import checked
from domain.keys import Caller, Role
from repository.books import BOOKS
from repository.group_commit import GroupCommit
from repository.keys import KeyRing
from repository.mongo_connection import Database
from rpc.application import REGISTRY
from rpc.method_registry import CallContext, Services


class Handlers:
    """Calls methods by name, without HTTP: the result, or the refusal raised as it is."""

    def __init__(self) -> None:
        client: Any = AsyncMongoMockClient(tz_aware=True)
        self.database = Database(client, client["octavo"])
        changes, keys = GroupCommit(self.database), KeyRing(self.database, None)
        nothing: Any = None
        services = Services(self.database, changes, keys, *[nothing] * 4, openrpc={})
        self._context = CallContext(Caller("test", Role.ADMIN), deadline=1e12, services=services)

    async def load_demo_books(self) -> None:
        """The books of the dataset, each a copy."""
        rows = [checked(row, BookRow) for row in csv_rows(DEMO_BOOKS, ())]
        documents = [row.document() for row in rows if isinstance(row, BookRow)]
        await self.database.collection(BOOKS).insert_many(documents)

    async def __call__(self, name: str, /, **params: Any) -> Any:
        method = REGISTRY[name]
        return orjson.loads(await method.answer(self._context, method.bind(params)))
