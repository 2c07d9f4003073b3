"""The core: it puts all waiting changes into groups and runs each group as one transaction.

A group reads each collection once, decides its changes one by one in their order of arrival, writes
each collection once, and commits. It takes locks on the rows that it may change. A change that
needs a locked row waits for it. So one process never conflicts with itself. A group starts when the
one before it has ended, or has proved slow. It waits a moment for the callers that were just
answered, who are likely to come back; an idle core adds no delay.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from itertools import count
from typing import Any, Final, TypeVar

import structlog
from pymongo.errors import ConnectionFailure, OperationFailure

from domain.errors import (
    Busy,
    ChangesCollided,
    CutOff,
    OctavoError,
    StorageUnavailable,
    WaitedTooLong,
)
from repository.mongo.attempts import (
    Attempt,
    BrokenChangeError,
    ForesightError,
    Outcome,
    Submission,
    is_one_statement,
)
from repository.mongo.changes import Change
from repository.mongo.collections import Collection
from repository.mongo.connection import Database, storage_errors
from repository.mongo.crowd import Crowd
from repository.mongo.deadlines import limit_time, until
from repository.mongo.queue import (
    GROUP_SIZE_MAX,
    Group,
    Queue,
    count_callers,
    needed_by_several,
    share_a_row,
)
from repository.mongo.row_turns import RowTurns
from repository.mongo.transactions import (
    backoff_s,
    is_conflict,
    is_duplicate_key,
    left_no_trace,
    one_session,
)

GROUPS_MAX: Final = 32
SLOW_S: Final = 0.1
"""A group that takes longer than this, or has to try again, no longer holds up others."""
ATTEMPTS_BEFORE_HALVING: Final = 6
"""Halves conflict as often with a process that changes the same few rows, and cost more."""
READS_FIRST_S: Final = 1.0
"""After a group in which foresight failed, groups read first for so long: one client whose requests
are refused can't make every group run twice."""
DEFERRALS_MAX: Final = 50
DUPLICATE_KEY_PATIENCE_S: Final = 2.0
"""Longer than another process's transaction takes. A duplicate key after that is our own fault."""

REST_WITHIN_S: Final = 10.0
"""As long as a call may take."""

log = structlog.get_logger("octavo.core")

Result = TypeVar("Result")


def _log_failure(failure: BaseException | None) -> None:
    """Log how a change failed whose caller has left."""
    if isinstance(failure, OctavoError):
        log.info("a change was refused after its caller had left", reason=failure.message)
    elif failure is not None:
        log.error("a change failed after its caller had left", exc_info=failure)


def _log_failure_of(task: "asyncio.Task[Any]") -> None:
    _log_failure(None if task.cancelled() else task.exception())


def deadline_in(seconds: float) -> float:
    """The time of the loop's clock so many seconds from now."""
    return asyncio.get_running_loop().time() + seconds


class Core:
    """Runs changes in groups, and answers each caller."""

    def __init__(self, database: Database, turns: RowTurns | None = None) -> None:
        self._database = database
        self._numbers = count()
        self._queue = Queue()
        self._turns = turns
        self._running: list[Group] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_woken = False
        self._timer: asyncio.TimerHandle | None = None
        self._crowd = Crowd()
        self._reads_first_until = 0.0
        self.observe_group: Callable[[int], object] | None = None
        """Told how many changes each group has when it starts."""

    async def submit(
        self, change: Change[Result], *, deadline: float, request: object = None
    ) -> Result:
        """Run a change: return its result once it is durable, or raise its refusal.

        `deadline` is a time of the loop's clock. Changes of one `request` have one caller, others
        one each. A caller that is cancelled does not stop its change. Raises Busy when its turn did
        not come before the deadline, StorageUnavailable when the database cannot be reached or the
        change may have happened unseen.
        """
        if change.beforehand is not None:
            await change.beforehand()
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        locks = {lock for need in change.needs for lock in need.locks}
        caller = answer if request is None else request
        number = next(self._numbers)
        self._queue.put(Submission(change, deadline, number, locks, answer, caller))
        self._wake()
        try:
            return await answer
        except asyncio.CancelledError:
            if not answer.cancelled():  # both at once
                _log_failure(answer.exception())
            raise

    @contextlib.contextmanager
    def more_to_come(self) -> Iterator[None]:
        """Let the next group wait for more changes during the block, but not for long."""
        try:
            with self._crowd.grows():
                yield
        finally:
            self._wake()

    @property
    def is_busy(self) -> bool:
        """Whether changes are waiting or under way in this process."""
        return bool(self._running or self._queue.waiting)

    def is_working_on(self, collection: Collection[Any], row_id: Any) -> bool:
        """Whether a change that may write this row is waiting or under way in this process."""
        return self._queue.knows((collection.name, "id", row_id))

    async def see_through(self, steps: Coroutine[Any, Any, Result]) -> Result:
        """Run a change of several transactions to its end, even when its caller leaves."""

        async def without_limit() -> Result:
            limit_time(None)
            return await steps

        task = asyncio.create_task(without_limit())
        self._track(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failure_of)
            raise

    def _track(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait until nothing runs any more."""
        while self._tasks or self._queue.waiting:
            await asyncio.wait(self._tasks) if self._tasks else await asyncio.sleep(0)

    def _wake(self) -> None:
        """Start groups at the end of this turn of the loop: its changes join one group."""
        if not self._is_woken:
            self._is_woken = True
            asyncio.get_running_loop().call_soon(self._start_groups)

    def _start_groups(self) -> None:
        self._is_woken = False
        while self._queue.waiting and len(self._running) < GROUPS_MAX:
            begins = self._next_begins()
            if begins > time.monotonic():
                self._wake_at(begins)
                return
            group = Group([])
            self._crowd.begins()
            self._queue.fill(group)
            if not group.submissions:
                return
            self._running.append(group)
            self._track(asyncio.create_task(self._run(group)))

    def _next_begins(self) -> float:
        """When the next group may begin, by the loop's clock, unless more happens before."""
        slow_at = [group.began + SLOW_S for group in self._running if not group.is_delayed]
        if slow_at:
            return max(slow_at)
        if len(self._queue.waiting) >= GROUP_SIZE_MAX:
            return 0.0
        return self._crowd.is_there_at(count_callers(self._queue.waiting), now=time.monotonic())

    def _wake_at(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(when, self._start_groups)

    async def _run(self, group: Group) -> None:
        limit_time(None)  # the first one's; each attempt has that of all
        try:
            async with (
                self._turn_of(group),
                one_session(self._database) as group.session,
            ):
                if self.observe_group is not None:
                    self.observe_group(len(group.submissions))
                await self._answer_all(group, [*group.submissions])
        finally:
            # Also when it was cut off: no caller waits for ever, and the locks are free again.
            for submission in group.submissions:
                if not submission.answer.done():
                    submission.answer.set_exception(CutOff())
            self._queue.release(group)
            self._running.remove(group)
            size = count_callers([*group.submissions, *self._queue.waiting])
            self._crowd.was(size, began=group.began, ended=time.monotonic())
            self._wake()

    @contextlib.asynccontextmanager
    async def _turn_of(self, group: Group) -> AsyncIterator[None]:
        """Have the turn that a group needs, for the block.

        Others need not wait with it, and those who come meanwhile may join it.
        """
        turns = self._turns
        if turns is None or not turns.are_needed(group.locks):
            yield
            return
        if not turns.take():
            group.is_delayed = True
            self._wake()
            await turns.wait()
            group.is_delayed = False
            self._queue.fill(group)
        try:
            yield
        finally:
            turns.leave()

    async def _answer_all(self, group: Group, submissions: list[Submission]) -> None:
        """Answer every change, also after a failure."""
        try:
            outcomes = await self._outcomes(group, submissions)
        except (Busy, StorageUnavailable) as refusal:
            outcomes = dict.fromkeys(submissions, Outcome(error=refusal))
        except BrokenChangeError as broken:
            outcomes = {broken.submission: Outcome(error=broken.fault)}
            others = [each for each in submissions if each is not broken.submission]
            await self._answer_all(group, others)
        except Exception as error:  # noqa: BLE001 - raised to the caller whose fault it is
            outcomes = {}
            if len(submissions) == 1:
                outcomes = {submissions[0]: Outcome(error=error)}
            else:
                for submission in submissions:
                    await self._answer_all(group, [submission])
        for submission, outcome in outcomes.items():
            self._answer(submission, outcome)

    def _answer(self, submission: Submission, outcome: Outcome) -> None:
        if outcome.error is None:
            try:
                submission.change.afterwards()
            except Exception:
                log.exception("a side effect of a committed change failed")
        answer = submission.answer
        if answer.cancelled():  # its caller has left
            _log_failure(outcome.error)
        elif outcome.error is not None:
            answer.set_exception(outcome.error)
        else:
            answer.set_result(outcome.result)

    async def _outcomes(
        self, group: Group, submissions: list[Submission]
    ) -> dict[Submission, Outcome]:
        """The outcome of each change, after as many attempts as the deadline allows."""
        if not submissions:
            return {}
        loop = asyncio.get_running_loop()
        deadline = max(each.deadline for each in submissions)
        foresee = len(submissions) == 1 or loop.time() >= self._reads_first_until
        tries, patience_ends = count(), float("inf")
        while True:
            began = loop.time()
            try:
                return await self._attempt(group, submissions, deadline, foresee=foresee)
            except ForesightError:
                foresee = self._read_first(submissions)
                continue
            except (OperationFailure, ConnectionFailure) as failure:
                is_duplicate = is_duplicate_key(failure)
                if is_duplicate:
                    patience_ends = min(patience_ends, loop.time() + DUPLICATE_KEY_PATIENCE_S)
                if not left_no_trace(failure) or (is_duplicate and loop.time() > patience_ends):
                    with storage_errors():
                        raise
                obstacle = failure
                group.is_delayed = True
                if self._turns is not None and is_conflict(failure):
                    self._turns.note_conflict(needed_by_several(submissions))
                self._wake()
            attempt = next(tries)
            if attempt + 1 >= ATTEMPTS_BEFORE_HALVING and not share_a_row(submissions):
                return await self._halve(group, submissions)
            pause = backoff_s(attempt)
            # Without a server the next attempt takes as long, and the caller would have left.
            took = loop.time() - began if isinstance(obstacle, ConnectionFailure) else 0.0
            if loop.time() + pause + took >= deadline:
                raise _given_up(obstacle)
            await asyncio.sleep(pause)

    def _read_first(self, submissions: list[Submission]) -> bool:
        """Foresee nothing from now on: a group that others share, and so for a while its like."""
        if len(submissions) > 1:
            self._reads_first_until = deadline_in(READS_FIRST_S)
        return False

    async def _attempt(
        self, group: Group, submissions: list[Submission], deadline: float, *, foresee: bool
    ) -> dict[Submission, Outcome]:
        if asyncio.get_running_loop().time() >= deadline:
            raise WaitedTooLong  # all callers have left, and others wait for the locks
        attempt = Attempt(
            self._database,
            submissions,
            lambda locks: self._queue.claim(group, locks),
            foresee=foresee,
        )
        if foresee and len(submissions) == 1 and is_one_statement(submissions[0].change):
            with until(deadline):
                return await attempt.run_certain()
        outcomes = await attempt.run(await group.session(), deadline=deadline)
        for submission in attempt.deferred:
            group.submissions.remove(submission)  # another group answers it
            self._defer(submission)
        return outcomes

    def _defer(self, submission: Submission) -> None:
        """Let a change wait for the group that has a lock which it needs."""
        submission.deferrals += 1
        if submission.deferrals > DEFERRALS_MAX:
            fault = RuntimeError("a change needs rows that it does not name")
            self._answer(submission, Outcome(error=fault))
            return
        self._queue.put_back(submission)

    async def _halve(
        self, group: Group, submissions: list[Submission]
    ) -> dict[Submission, Outcome]:
        """Try the halves of a group, one after the other, when it keeps conflicting with others."""
        middle = len(submissions) // 2
        for half in (submissions[:middle], submissions[middle:]):
            await self._answer_all(group, half)
        return {}


@contextlib.asynccontextmanager
async def running_core(database: Database, turns: RowTurns | None = None) -> AsyncIterator[Core]:
    """A core for the block; at its end the core finishes what is under way.

    `turns` are those with other processes, if it takes any.

    A transaction whose connection is closed before its end would stay open in the server.
    """
    core = Core(database, turns)
    try:
        yield core
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REST_WITHIN_S):
                await core.finish()


def _given_up(obstacle: OperationFailure | ConnectionFailure) -> OctavoError:
    if isinstance(obstacle, ConnectionFailure):
        return StorageUnavailable()
    return ChangesCollided()
