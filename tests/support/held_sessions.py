"""Sessions that come late, so that a group stays under way as long as a test wants."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from repository.mongo.connection import Database


class HeldUp:
    """A session that is given only after a wait."""

    def __init__(self, session: Any, wait: Callable[[], Awaitable[Any]]) -> None:
        self._session = session
        self._wait = wait

    async def __aenter__(self) -> Any:
        await self._wait()
        return await self._session.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await self._session.__aexit__(*error)


class FirstSession:
    """Holds up the next session of a database; `arrived` once somebody waits for it."""

    def __init__(self, database: Database) -> None:
        self.arrived, self._may_go_on = asyncio.Event(), asyncio.Event()
        self._database, self._real_session = database, database.session
        database.session = self._give  # type: ignore[method-assign,assign]

    def _give(self) -> HeldUp:
        self._database.session = self._real_session  # type: ignore[method-assign]
        return HeldUp(self._real_session(), self._wait)

    async def _wait(self) -> None:
        self.arrived.set()
        await self._may_go_on.wait()

    def release(self) -> None:
        """Let it go on."""
        self._may_go_on.set()
