"""The changes of one batch that are under way: they need no tasks and no timers of their own.

So an answer costs a batch less, and what waits behind these changes in the core begins before
their answers are written.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from jsonrpcserver.result import Result

from repository.mongo.turns import Turn
from rpc import begin
from rpc.call_handler import Unfinished

Respond = Callable[[Result], bytes]


class BegunChanges:
    """Changes whose responses are put into `responses` as they are finished.

    They are given up `deadline_s` seconds after the last of them was begun.
    """

    __slots__ = ("_deadline_s", "_done", "_gives_up_at", "_open", "_woken", "responses", "turn")

    def __init__(self, deadline_s: float, responses: list[bytes | None]) -> None:
        self.responses = responses
        self.turn = Turn()
        """In which they are begun: it is short, and does not rest while changes are under way."""
        self._deadline_s = deadline_s
        self._gives_up_at = 0.0
        self._open: dict[int, tuple[Unfinished, Respond, Callable[[], None]]] = {}
        """By position."""
        self._done: deque[int] = deque()
        """The positions of those that may be resumed."""
        self._woken: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._open)

    def add(
        self,
        position: int,
        change: Unfinished,
        respond: Respond,
        afterwards: Callable[[], None],
    ) -> None:
        """Finish a change that has begun; `respond` makes its response of its result."""
        self._gives_up_at = asyncio.get_running_loop().time() + self._deadline_s
        self._open[position] = (change, respond, afterwards)
        self._wait_for(position, change)

    async def finish(self, turn: begin.Turn) -> None:
        """Finish all of them, in turns."""
        while self._open:
            await self.finish_some(turn)

    async def finish_some(self, turn: begin.Turn) -> None:
        """Finish those that are done, once there are any; give all up if it takes too long."""
        if not self._done:
            self._woken = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout_at(self._gives_up_at):
                    await self._woken
                    await asyncio.sleep(0)
            except TimeoutError:
                self._give_up()
        while self._done:
            position = self._done.popleft()
            if position not in self._open:  # it was given up
                continue
            change, respond, afterwards = self._open[position]
            result = change.resume()
            if result is None:
                self._wait_for(position, change)
            else:
                del self._open[position]
                afterwards()
                self.responses[position] = respond(result)
            if turn.is_over():
                await turn.next()

    def abandon(self) -> None:
        """Cancel all that are open; their caller has left."""
        while self._open:
            _, (change, _, afterwards) = self._open.popitem()
            afterwards()
            change.abandon()

    def _give_up(self) -> None:
        while self._open:
            position, (change, respond, afterwards) = self._open.popitem()
            afterwards()
            self.responses[position] = respond(change.give_up())

    def _wait_for(self, position: int, change: Unfinished) -> None:
        def done(_: Any) -> None:
            self._done.append(position)
            if self._woken is not None and not self._woken.done():
                self._woken.set_result(None)

        change.waited_for.add_done_callback(done)
