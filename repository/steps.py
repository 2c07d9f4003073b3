"""A change that takes several transactions, with other work (a payment) between them."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from domain.errors import RequestInProgress, StorageUnavailable
from repository.group_commit import Change, GroupCommit
from repository.idempotency import REQUESTS, Answer, RequestKey, answer_for, is_answered
from repository.mongo_connection import Document, Documents
from repository.transactions import Transaction

POLL_S: Final = 0.05

Result = TypeVar("Result")


class AnsweredBefore(Exception):
    """The idempotency key belongs to a request that has its answer already."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


class AnswerWatch:
    """Waits for the answers to requests that others work on, also in other processes.

    All that wait here share one query every 50 ms.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._waiting: dict[str, set[asyncio.Future[Document]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def answer_to(self, key: RequestKey, deadline: float) -> Answer:
        """The answer to the first request with a key, or RequestInProgress at the deadline."""
        answer: asyncio.Future[Document] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key.id, set()).add(answer)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            async with asyncio.timeout_at(deadline):
                return answer_for(key, await answer)
        except TimeoutError:
            message = "The first request with this idempotency key is still running."
            return Answer(refusal=RequestInProgress(message, method=key.method))
        finally:
            self._leave(key.id, answer)

    def _leave(self, record_id: str, answer: "asyncio.Future[Document]") -> None:
        others = self._waiting.get(record_id, set())
        others.discard(answer)
        if not others:
            self._waiting.pop(record_id, None)

    async def _watch(self) -> None:
        while self._waiting:
            with contextlib.suppress(StorageUnavailable):
                query = {"_id": {"$in": list(self._waiting)}}
                for record in await self._documents.find(REQUESTS, query):
                    if is_answered(record):
                        self._tell(record)
            await asyncio.sleep(POLL_S)

    def _tell(self, record: Document) -> None:
        for answer in self._waiting.pop(record["_id"], set()):
            if not answer.done():
                answer.set_result(record)


class Steps:
    """The transactions of one call, under its idempotency key if it has one.

    The first is run with `open`, which leaves the key's record open; the last one closes it with
    `idempotency.close`, and whoever resumes after a crash does so in this one's place.
    """

    def __init__(
        self, changes: GroupCommit, answers: AnswerWatch, key: RequestKey | None, deadline: float
    ) -> None:
        self._changes = changes
        self._answers = answers
        self._key = key
        self._deadline = deadline

    @property
    def record_id(self) -> str | None:
        """The record to close at the end, if there is one."""
        return None if self._key is None else self._key.id

    async def open(
        self, work: Callable[[Transaction], Awaitable[Result]], *, lane: str | None = None
    ) -> Result:
        """Do the first transaction, once for the key.

        A call that finds another at work under its key waits for that one's answer until its own
        deadline. Raises AnsweredBefore with it, and what `work` refuses.
        """
        outcome: list[Result] = []
        token = uuid.uuid4().bytes

        async def perform(transaction: Transaction) -> bytes:
            outcome[:] = [await work(transaction)]
            return token

        change = Change(perform, self._deadline, key=self._key, lane=lane, opens=True)
        try:
            answer = Answer(result=await self._changes.submit(change))
        except RequestInProgress:
            if self._key is None:
                raise
            answer = await self._answers.answer_to(self._key, self._deadline)
        # `outcome` may stem from an attempt that another process's commit undid.
        if answer.result != token:
            raise AnsweredBefore(answer)
        return outcome[0]
