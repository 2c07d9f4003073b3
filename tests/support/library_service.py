"""A library with a clock that a test sets, over the wire."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from domain.books import BookRow
from domain.members import MemberRow
from repository.books import BOOKS
from repository.members import MEMBERS
from repository.mongo.connection import Database
from rpc.application import SERVICES, make_application
from rpc.settings import Settings
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.served import served

BOOK = 1
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PERIOD = timedelta(days=14)
KEY = "a key of the tests"


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


class Library:
    """A service with members 101 to 120, and a clock that a test sets."""

    def __init__(self, application: web.Application, rpc: RpcClient, time: Time) -> None:
        self.application = application
        self.rpc = rpc
        self.time = time

    async def __call__(self, method: str, member: int | None = None, **params: Any) -> Any:
        given = {"book_id": BOOK} | ({} if member is None else {"member_id": member}) | params
        return await self.rpc(f"library.{method}", **given)

    async def refusal(self, method: str, member: int | None = None, **params: Any) -> RpcError:
        with pytest.raises(RpcError) as refused:
            await self(method, member, **params)
        return refused.value

    async def sweep(self) -> int:
        return await self.application[SERVICES].librarian.sweep()

    async def line(self) -> list[int]:
        return [item["member_id"] for item in (await self("queue"))["items"]]


@contextlib.asynccontextmanager
async def library_service(
    settings: Settings, database: Database, **changed: Any
) -> AsyncIterator[Library]:
    """A library of seven books; its counters are explained by their rows at the end."""
    time = Time()
    quick = settings.model_copy(update={"demo": False, "admin_key": KEY, **changed})
    application = make_application(quick, time)
    books = [BookRow(each, f"Book {each}", ["Nobody"], 100, 100, 0) for each in range(1, 8)]
    await database.collection(BOOKS).insert_many(map(BOOKS.document_of, books))
    members = [MemberRow(each, f"Member {each}", None, NOON) for each in range(101, 121)]
    await database.collection(MEMBERS).insert_many(map(MEMBERS.document_of, members))
    async with served(application) as url, RpcClient(url, KEY) as rpc:
        yield Library(application, rpc, time)
        assert (await rpc("audit.run", scope="library"))["differences"] == []


def instant(moment: datetime) -> str:
    """A time as an answer shows it."""
    return moment.isoformat().replace("+00:00", "Z")
