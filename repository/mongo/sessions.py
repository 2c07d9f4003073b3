"""Sessions, in which transactions run: their names, for those who end what a process has left."""

import asyncio
import time
from typing import Any, Final

NAMED_FOR_S: Final = 60.0
"""A session that was not used for so long has no open transaction."""


class SessionsInUse:
    """The ids of the sessions in which this process has run transactions lately."""

    def __init__(self) -> None:
        self._used: dict[bytes, float] = {}
        self.has_new = asyncio.Event()

    def note(self, session_id: bytes) -> None:
        """Note that a session is used now."""
        if session_id not in self._used:
            self.has_new.set()
        self._used[session_id] = time.monotonic()

    def ids(self) -> list[bytes]:
        """The ids of all that may have an open transaction."""
        since = time.monotonic() - NAMED_FOR_S
        self._used = {each: used for each, used in self._used.items() if used > since}
        self.has_new.clear()
        return list(self._used)


async def end_session(session: Any) -> None:
    """End a client session. Only one with an open transaction asks the server, in a thread."""
    if session.in_transaction:
        await session.end_session()
    else:
        session.delegate.end_session()
