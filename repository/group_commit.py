"""Group commit: concurrent changes to the same hot documents share one transaction.

While a lane's transaction is in flight its callers queue, and the next transaction takes them all,
first come first served. There is no timer, so an idle lane adds no delay. Each caller is answered
or refused on its own.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

import structlog

from domain.errors import Busy, InvalidParams, OctavoError, StorageUnavailable
from repository import transactions
from repository.idempotency import (
    REQUESTS,
    Answer,
    RequestKey,
    answer_for,
    may_open_again,
    new_record,
    records_of,
)
from repository.mongo_connection import Database, Document
from repository.transactions import Transaction

GROUP_SIZE_MAX: Final = 128
CUT_OFF: Final = "The service was stopped before the change came to its end; it may have happened."

log = structlog.get_logger("octavo.group_commit")

Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class Change:
    """One caller's change.

    `perform` does it inside a transaction and returns its result as JSON, or raises a refusal
    before its first write. `recorded` gives the result as its repetition is to see it. `lane` names
    the hot document, None joins nobody. `deadline` is a time of the loop's clock. `opens` says that
    further transactions follow: the key's record stays open until the last of them closes it.
    """

    perform: Callable[[Transaction], Awaitable[bytes]]
    deadline: float
    key: RequestKey | None = None
    lane: str | None = None
    recorded: Callable[[bytes], bytes] = bytes
    opens: bool = False
    answer: "asyncio.Future[Answer]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


def _log_failure(change: "asyncio.Future[Any]") -> None:
    """Say how a change ended that failed without anybody waiting for it any more."""
    failure = None if change.cancelled() else change.exception()
    if isinstance(failure, OctavoError):
        log.info("a change was refused after its caller had left", reason=failure.message)
    elif failure is not None:
        log.error("a change failed after its caller had left", exc_info=failure)


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
        self._running: set[asyncio.Task[Any]] = set()
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
            self._keep(asyncio.create_task(self._drain(lane)))
        try:
            answer = await asyncio.shield(change.answer)
        except asyncio.CancelledError:
            change.answer.add_done_callback(_log_failure)
            raise
        return answer.unwrap()

    async def run(
        self,
        work: Callable[[Transaction], Awaitable[Result]],
        *,
        deadline: float,
        lane: str | None = None,
    ) -> Result:
        """What `work` returns, done in a transaction that it may share with its lane's others."""
        outcome: list[Result] = []

        async def perform(transaction: Transaction) -> bytes:
            outcome[:] = [await work(transaction)]
            return b""

        await self.submit(Change(perform, deadline, lane=lane))
        return outcome[0]

    async def see_through(self, steps: Coroutine[Any, Any, Result]) -> Result:
        """Do a change of several transactions to its end, even when its caller goes away."""
        task = asyncio.create_task(steps)
        self._keep(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failure)
            raise

    def _keep(self, task: "asyncio.Task[Any]") -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)

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
        group: list[Change] = []
        try:
            while waiting:
                group = [waiting.popleft() for _ in range(min(len(waiting), GROUP_SIZE_MAX))]
                await self._answer(group)
        finally:
            # Also when it was cut off: the lane is open again, and nobody waits in it for ever.
            del self._lanes[lane]
            for change in (*group, *waiting):
                if not change.answer.done():
                    change.answer.set_exception(StorageUnavailable(CUT_OFF))

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
    earlier = None if change.key is None else records.get(change.key.id)
    if earlier is not None and change.key is not None:
        again = change.opens and may_open_again(change.key, earlier)
        if not again:
            return answer_for(change.key, earlier)
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
        is_open = change.opens and answer.refusal is None
        record = records[change.key.id] = new_record(change.key, None if is_open else kept)
        await _keep_record(transaction, record, is_new=earlier is None)
    return answer


async def _keep_record(transaction: Transaction, record: Document, *, is_new: bool) -> None:
    if is_new:
        transaction.append(REQUESTS, record)
        return
    held = await transaction.hold(REQUESTS, record["_id"])
    if held is not None:
        fields = {name: value for name, value in record.items() if name != "_id"}
        transaction.change(REQUESTS, held, assign=fields)


async def _refuse(refusal: OctavoError, _: Transaction) -> bytes:
    raise refusal
