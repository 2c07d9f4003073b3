"""A change that takes several transactions, with other work (a payment) between them."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from domain.errors import Busy, RequestInProgress, StorageUnavailable
from repository.mongo.changes import Change
from repository.mongo.clock import now
from repository.mongo.connection import Database
from repository.mongo.core import Core
from repository.mongo.deadlines import renew_time
from repository.mongo.idempotency import (
    REQUESTS,
    Answer,
    RequestKey,
    RequestRow,
    answer_for,
    opening,
)

POLL_S: Final = 0.05
NOTED_FOR: Final = timedelta(seconds=60)
"""Longer than a request may wait until it is decided."""

Result = TypeVar("Result")


class AnsweredBefore(Exception):
    """The request of this idempotency key was answered before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


class AnswerWatch:
    """Waits for answers to requests that other calls work on, also in other processes.

    All who wait share one query every 50 ms.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, set[asyncio.Future[RequestRow]]] = {}
        self._durable_at: dict[str, datetime] = {}
        """When refusals of this process became durable, by record; the oldest first."""
        self._task: asyncio.Task[None] | None = None

    def note(self, record_id: str) -> None:
        """Note that a refusal is durable from now on."""
        moment = now()
        self._durable_at.pop(record_id, None)
        self._durable_at[record_id] = moment
        while moment - self._durable_at[oldest := next(iter(self._durable_at))] > NOTED_FOR:
            del self._durable_at[oldest]

    def durable_at(self, record_id: str) -> datetime | None:
        """When this process's last refusal became durable, if it gave one lately."""
        return self._durable_at.get(record_id)

    async def answer_to(self, key: RequestKey, deadline: float) -> Answer:
        """The answer to the first request with a key, or RequestInProgress at the deadline."""
        answer: asyncio.Future[RequestRow] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key.id, set()).add(answer)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            async with asyncio.timeout_at(deadline):
                return answer_for(key, await answer)
        except TimeoutError:
            return Answer(refusal=RequestInProgress(method=key.method))
        finally:
            self._leave(key.id, answer)

    def _leave(self, record_id: str, answer: "asyncio.Future[RequestRow]") -> None:
        others = self._waiting.get(record_id, set())
        others.discard(answer)
        if not others:
            self._waiting.pop(record_id, None)

    async def _watch(self) -> None:
        while self._waiting:
            renew_time()
            with contextlib.suppress(Busy, StorageUnavailable):
                query = {"_id": {"$in": list(self._waiting)}}
                for record in await self._database.rows(REQUESTS, query):
                    if record.answered_at is not None:
                        self._tell(record)
            await asyncio.sleep(POLL_S)

    def _tell(self, record: RequestRow) -> None:
        for answer in self._waiting.pop(record.id, set()):
            if not answer.done():
                answer.set_result(record)


class Steps:
    """The transactions of one call, under its idempotency key if it has one.

    `open` runs the first, which leaves the key's record open. The last one closes it with
    `idempotency.closing`; after a crash, the process that resumes the work does so.
    """

    def __init__(
        self, core: Core, answers: AnswerWatch, key: RequestKey | None, deadline: float
    ) -> None:
        self._core = core
        self._answers = answers
        self._key = key
        self._deadline = deadline

    @property
    def record_id(self) -> str | None:
        """The record to close at the end, if there is one."""
        return None if self._key is None else self._key.id

    def note_refusal(self) -> None:
        """Note that the record was closed with a refusal: a later call repeats the request."""
        if self._key is not None:
            self._answers.note(self._key.id)

    async def open(self, change: Change[Result]) -> Result:
        """Run the first transaction, once for the key.

        If another call with the key is at work, wait for its answer until this call's deadline.
        Raises AnsweredBefore with that answer, and the change's refusals.
        """
        if self._key is None:
            return await self._core.submit(change, deadline=self._deadline)
        durable_at = partial(self._answers.durable_at, self._key.id)
        first = opening(change, self._key, durable_at)
        outcome = await self._core.submit(first, deadline=self._deadline)
        if not isinstance(outcome, Answer):
            return outcome.result
        if isinstance(outcome.refusal, RequestInProgress):
            outcome = await self._answers.answer_to(self._key, self._deadline)
        raise AnsweredBefore(outcome)
