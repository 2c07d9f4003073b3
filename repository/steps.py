"""A change that takes several transactions, with other work (a payment) between them."""

import asyncio
import itertools
import uuid
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from domain.errors import RequestInProgress
from repository.group_commit import Change, GroupCommit
from repository.idempotency import REQUESTS, Answer, RequestKey, answer_for, is_answered
from repository.mongo_connection import Documents
from repository.transactions import Transaction, backoff_s

POLL_S: Final = 0.02

Result = TypeVar("Result")


class AnsweredBefore(Exception):
    """The idempotency key belongs to a request that has its answer already."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


class Steps:
    """The transactions of one call, under its idempotency key if it has one.

    The first is run with `open`, which leaves the key's record open; the last one closes it with
    `idempotency.close`, and whoever resumes after a crash does so in this one's place.
    """

    def __init__(
        self,
        documents: Documents,
        changes: GroupCommit,
        key: RequestKey | None,
        deadline: float,
    ) -> None:
        self._documents = documents
        self._changes = changes
        self._key = key
        self.deadline = deadline

    @property
    def record_id(self) -> str | None:
        """The record to close at the end, if there is one."""
        return None if self._key is None else self._key.id

    async def open(
        self, work: Callable[[Transaction], Awaitable[Result]], *, lane: str | None = None
    ) -> Result:
        """Do the first transaction, once for the key.

        A call that finds another at work under its key waits for that one's answer until its own
        deadline. Raises AnsweredBefore with it, RequestInProgress, and what `work` refuses.
        """
        outcome: list[Result] = []
        token = uuid.uuid4().bytes

        async def perform(transaction: Transaction) -> bytes:
            outcome[:] = [await work(transaction)]
            return token

        change = Change(perform, self.deadline, key=self._key, lane=lane, opens=True)
        try:
            answer = await self._changes.submit(change)
        except RequestInProgress as refusal:
            raise AnsweredBefore(await self._answer_of_first(refusal)) from None
        # `outcome` may stem from an attempt that another process's commit undid.
        if answer != token:
            raise AnsweredBefore(Answer(result=answer))
        return outcome[0]

    async def _answer_of_first(self, refusal: RequestInProgress) -> Answer:
        loop = asyncio.get_running_loop()
        for attempt in itertools.count():
            pause = POLL_S + backoff_s(attempt)
            if self._key is None or loop.time() + pause >= self.deadline:
                break
            await asyncio.sleep(pause)
            record = await self._documents.find_one(REQUESTS, {"_id": self._key.id})
            if record is not None and is_answered(record):
                return answer_for(self._key, record)
        return Answer(refusal=refusal)
