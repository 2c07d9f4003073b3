"""Group commit: concurrent changes to the same hot documents share one transaction.

While a lane's transaction is in flight its callers queue, and the next transaction takes them all,
first come first served. There is no timer, so an idle lane adds no delay. Each caller is answered
or refused on its own.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from domain.errors import Busy, InvalidParams, OctavoError, StorageUnavailable
from repository import transactions
from repository.idempotency import (
    REQUESTS,
    Answer,
    RequestKey,
    answer_for,
    new_record,
    records_of,
)
from repository.mongo_connection import Database, Document
from repository.transactions import Transaction

GROUP_SIZE_MAX: Final = 128


@dataclass(eq=False, slots=True)
class Change:
    """One caller's change.

    `perform` does it inside a transaction and returns its result as JSON, or raises a refusal
    before its first write. `recorded` gives the result as its repetition is to see it. `lane` names
    the hot document, None joins nobody. `deadline` is a time of the loop's clock.
    """

    perform: Callable[[Transaction], Awaitable[bytes]]
    deadline: float
    key: RequestKey | None = None
    lane: str | None = None
    recorded: Callable[[bytes], bytes] = bytes
    answer: "asyncio.Future[Answer]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class _RefusedAfterWriteError(Exception):
    """A change was refused after it had written; only ending its transaction undoes that."""

    def __init__(self, refusal: OctavoError) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class GroupCommit:
    """Runs changes: each alone, or together with all that wait for the same lane."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lanes: dict[str, deque[Change]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._in_progress: Counter[str] = Counter()

    def is_in_progress(self, scope: str, key: str) -> bool:
        """Whether this process is working on the request with that idempotency key."""
        return self._in_progress[f"{scope}:{key}"] > 0

    async def submit(self, change: Change) -> bytes:
        """The result of a change, durable when it is returned, or its refusal raised.

        A caller that is cancelled does not stop its change, whose answer is recorded all the same.
        """
        self._note(change)
        lane = change.lane or f"alone {id(change)}"
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(change)
        else:
            self._lanes[lane] = deque([change])
            task = asyncio.create_task(self._drain(lane))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return (await asyncio.shield(change.answer)).unwrap()

    async def finish(self) -> None:
        """Wait until nothing runs any more."""
        while self._running:
            await asyncio.wait(self._running)

    def _note(self, change: Change) -> None:
        if change.key is not None:
            self._in_progress[change.key.id] += 1
            change.answer.add_done_callback(partial(self._forget, change.key.id))

    def _forget(self, record_id: str, _: "asyncio.Future[Answer]") -> None:
        self._in_progress[record_id] -= 1
        if not self._in_progress[record_id]:
            del self._in_progress[record_id]

    async def _drain(self, lane: str) -> None:
        waiting = self._lanes[lane]
        while waiting:
            group = [waiting.popleft() for _ in range(min(len(waiting), GROUP_SIZE_MAX))]
            await self._answer(group)
        del self._lanes[lane]

    async def _answer(self, group: list[Change]) -> None:
        """Answer every change of a group, whatever happens."""
        try:
            answers = await self._commit(group)
        except (Busy, StorageUnavailable) as refusal:
            answers = [Answer(refusal=refusal)] * len(group)
        except _RefusedAfterWriteError as error:
            if len(group) == 1:
                group[0].perform = partial(_refuse, error.refusal)
            await self._answer_each(group)
            return
        except Exception as error:  # noqa: BLE001 - handed on to the one caller whose fault it is
            if len(group) == 1:
                group[0].answer.set_exception(error)
            else:
                await self._answer_each(group)
            return
        for change, answer in zip(group, answers, strict=True):
            change.answer.set_result(answer)

    async def _answer_each(self, group: list[Change]) -> None:
        for change in group:
            await self._answer([change])

    async def _commit(self, group: list[Change]) -> list[Answer]:
        return await transactions.run(
            self._database,
            partial(_perform_all, group),
            deadline=max(change.deadline for change in group),
        )


async def _perform_all(group: list[Change], transaction: Transaction) -> list[Answer]:
    records = await records_of(transaction, (change.key for change in group if change.key))
    return [await _perform(transaction, change, records) for change in group]


async def _perform(
    transaction: Transaction, change: Change, records: dict[str, Document]
) -> Answer:
    """Do one change, unless its key was answered before or earlier in this group."""
    if change.key is not None and change.key.id in records:
        return answer_for(change.key, records[change.key.id])
    if asyncio.get_running_loop().time() >= change.deadline:
        message = "The request waited for others until its deadline."
        return Answer(refusal=Busy(message))
    writes_before = transaction.writes
    try:
        answer = Answer(result=await change.perform(transaction))
    except OctavoError as refusal:
        if transaction.writes > writes_before:
            raise _RefusedAfterWriteError(refusal) from refusal
        # A caller who mends its parameters may keep its key, and one told to try again has to.
        if refusal.retryable or isinstance(refusal, InvalidParams):
            return Answer(refusal=refusal)
        answer = Answer(refusal=refusal)
    if change.key is not None:
        kept = answer if answer.result is None else Answer(change.recorded(answer.result))
        records[change.key.id] = new_record(change.key, kept)
        transaction.append(REQUESTS, records[change.key.id])
    return answer


async def _refuse(refusal: OctavoError, _: Transaction) -> bytes:
    raise refusal
