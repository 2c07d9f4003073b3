"""Answers kept as bytes: one that is asked for again is made again once something has changed.

An answer is kept until this process learns of a change in a collection that it was read from, its
own changes included. Where the change stream does not tell of new rows of other processes, it is
kept OTHERS_WRITES_S at most; and until the minute ends in any case, as what is open may change
then. An answer that was begun before a change is not given to who asks after it.
"""

import asyncio
import contextvars
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from domain.clock import Clock
from repository.mongo.collections import Place
from repository.mongo.mirror import Observer
from repository.mongo.reading import COLLECTIONS_READ
from rpc.begin import Turn, Waiting, begin
from rpc.metrics import KeptAnswersMetrics

OTHERS_WRITES_S: Final = 0.4
KEY_BYTES_MAX: Final = 4_096
ANSWER_SHARE_MAX: Final = 1 / 8
"""The part of all bytes that one answer may take."""
MINUTE_S: Final = 60

Make = Callable[[], Coroutine[Any, Any, bytes]]


class Source(Protocol):
    """What answers are made from: it has the time, and tells of changes."""

    clock: Clock

    def observe(self, observer: Observer) -> None:
        """Tell an observer about every change."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, the mark at which it was begun, and the collections that it was read from."""

    answer: bytes
    since: int
    read_from: frozenset[str]
    until: float


@dataclass(frozen=True, slots=True)
class _Making:
    since: int
    task: "asyncio.Task[bytes]"


class KeptAnswers:
    """The answers of one process, at most so many bytes; those used longest ago leave first.

    `told` are the collections of which the change stream tells every change.
    """

    def __init__(
        self,
        source: Source,
        *,
        told: Iterable[str],
        bytes_max: int,
        metrics: KeptAnswersMetrics,
    ) -> None:
        self._clock = source.clock
        self._told = frozenset(told)
        self._bytes_max = bytes_max
        self._metrics = metrics
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._bytes = 0
        self._making: dict[bytes, _Making] = {}
        self._marks = 0
        self._last_marked: dict[str, int] = {}
        self._all_marked = 0
        source.observe(self)

    def mark(self, places: Iterable[Place]) -> None:
        """Rows have changed, by collection and id."""
        self._marks += 1
        for name, _ in places:
            self._last_marked[name] = self._marks

    def mark_all(self) -> None:
        """Anything may have changed."""
        self._marks += 1
        self._all_marked = self._marks

    async def answer(self, key: bytes, make: Make, turn: Turn | None = None) -> bytes:
        """The answer to a question: the kept one, the one that is being made, or a new one.

        One that waits is made in turns that are not over. Raises what `make` raises; that is not
        kept.
        """
        kept = self._kept.get(key)
        if kept is not None:
            if self._is_true(kept):
                self._kept.move_to_end(key)
                self._metrics.hits.inc()
                return kept.answer
            self._drop(key)
        making = self._making.get(key)
        if making is None or making.since != self._marks:
            self._metrics.misses.inc()
            begun = self._begin(key, make, turn)
            if not isinstance(begun, _Making):
                return begun
            making = begun
        else:
            self._metrics.joined.inc()
        # A caller who gives up must not cancel the work for the others.
        return await asyncio.shield(making.task)

    def _is_true(self, kept: _Kept) -> bool:
        return (
            time.monotonic() < kept.until
            and self._all_marked <= kept.since
            and all(self._last_marked.get(name, 0) <= kept.since for name in kept.read_from)
        )

    def _begin(self, key: bytes, make: Make, turn: Turn | None) -> bytes | _Making:
        """Begin an answer: what does not wait is there at once, without a task."""
        since, read_from = self._marks, set[str]()
        context = contextvars.copy_context()
        context.run(COLLECTIONS_READ.set, read_from)
        begun = context.run(begin, make())
        if not isinstance(begun, Waiting):
            self._keep(key, begun, since, read_from)
            return begun

        async def finish() -> bytes:
            try:
                answer: bytes = await begun.finish(turn)
                self._keep(key, answer, since, read_from)
                return answer
            finally:
                if self._making.get(key) is making:
                    del self._making[key]

        task = asyncio.get_running_loop().create_task(finish(), context=context)
        task.add_done_callback(_look_at_failure)
        making = self._making[key] = _Making(since, task)
        return making

    def _keep(self, key: bytes, answer: bytes, since: int, read_from: set[str]) -> None:
        size = len(key) + len(answer)
        if len(key) > KEY_BYTES_MAX or size > self._bytes_max * ANSWER_SHARE_MAX:
            return
        now = self._clock()
        lasts_s = MINUTE_S - now.second - now.microsecond / 1_000_000
        if not read_from <= self._told:
            lasts_s = min(lasts_s, OTHERS_WRITES_S)
        kept = _Kept(answer, since, frozenset(read_from), time.monotonic() + lasts_s)
        if not self._is_true(kept):
            return
        self._drop(key)
        self._kept[key] = kept
        self._bytes += size
        while self._bytes > self._bytes_max:
            self._drop(next(iter(self._kept)))
        self._metrics.size.set(self._bytes)

    def _drop(self, key: bytes) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(key) + len(kept.answer)
            self._metrics.size.set(self._bytes)


def _look_at_failure(task: "asyncio.Task[bytes]") -> None:
    """Retrieve the failure of an answer whose callers have all left."""
    if not task.cancelled():
        task.exception()
