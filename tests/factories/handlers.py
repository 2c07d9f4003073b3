"""The real methods on a MongoDB that is only pretended: quick, and good for reads alone.

It has no sessions, no transactions and no races: what changes something is tested on the engine.
"""

from typing import Any

import orjson
from mongomock_motor import AsyncMongoMockClient

from data.books import FileBook
from data.extract import csv_rows
from data.sources import DEMO_BOOKS
from data.transform import checked
from domain.keys import Caller, Role
from repository.books import BOOKS
from repository.keys import KeyRing
from repository.mongo.connection import Database
from repository.mongo.core import Core
from rpc.application import REGISTRY
from rpc.method_registry import CallContext, Services


class Handlers:
    """Calls methods by name, without HTTP: the result, or the refusal raised as it is."""

    def __init__(self) -> None:
        client: Any = AsyncMongoMockClient(tz_aware=True)
        self.database = Database(client, client["octavo"])
        core, keys = Core(self.database), KeyRing(self.database, None)
        nothing: Any = None
        services = Services(self.database, core, keys, *[nothing] * 7)
        self._context = CallContext(Caller("test", Role.ADMIN), deadline=1e12, services=services)

    async def load_demo_books(self) -> None:
        """The books of the dataset, each a copy."""
        rows = [checked(row, FileBook) for row in csv_rows(DEMO_BOOKS, ())]
        documents = [BOOKS.document_of(row.row()) for row in rows if isinstance(row, FileBook)]
        await self.database.collection(BOOKS).insert_many(documents)

    async def __call__(self, name: str, /, **params: Any) -> Any:
        method = REGISTRY[name]
        result = await method.call(self._context, method.bind(params))
        return orjson.loads(method.to_json(result))
