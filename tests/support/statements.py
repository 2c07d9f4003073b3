"""Which statements the driver sends, in their order; for tests that count them."""

import contextlib
from collections.abc import Iterator

from pymongo import monitoring

NOT_COUNTED = {
    "hello",
    "ping",
    "endSessions",
    "getMore",
    "killCursors",
    "abortTransaction",
    "isMaster",
}
TAIL_FIELD = "unrolled_since"
"""A service beside the test looks for tails now and then."""

NOT_COUNTED_IN = {"counters", "heartbeats"}


class Statements(monitoring.CommandListener):
    """Hears of every command of the clients in this process."""

    def __init__(self) -> None:
        self.database: str | None = None
        """The only one whose statements count: services beside have databases of their own."""
        self._heard: list[str] = []
        self._with_tails = False

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """A command was sent."""
        name = event.command_name
        given = event.command.get(name)
        target = given if isinstance(given, str) else ""
        if name in NOT_COUNTED or target in NOT_COUNTED_IN:
            return
        if event.database_name not in {self.database or event.database_name, "admin"}:
            return
        if TAIL_FIELD in event.command.get("filter", {}) and not self._with_tails:
            return
        self._heard.append(f"{name} {target}".strip())

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to do."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to do."""

    @contextlib.contextmanager
    def counted(self, *, with_tails: bool = False) -> Iterator[list[str]]:
        """The statements that are sent while the block lasts; on request also looks for tails."""
        sent, self._with_tails = [], with_tails
        self._heard = sent
        yield sent
        self._heard, self._with_tails = [], False


STATEMENTS = Statements()
"""Registered for all clients of the test process, before the first is made."""
monitoring.register(STATEMENTS)
