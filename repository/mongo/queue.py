"""The queue of the core: changes that wait for a group, and the locks of the groups under way."""

from bisect import insort
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from time import monotonic
from typing import Final

from repository.mongo.attempts import Submission
from repository.mongo.changes import Lock
from repository.mongo.connection import Session

GROUP_SIZE_MAX: Final = 500


async def _no_session() -> Session:
    raise RuntimeError("a group has a session only while it runs")


@dataclass(eq=False)
class Group:
    """Changes that share a transaction, and the locks that the group has taken.

    `began` is a time of the loop's clock. `is_delayed` once it has to try again, or while it waits
    for its turn: others do not wait for it then. `session` gives the session of all its attempts.
    """

    submissions: list[Submission]
    began: float = field(default_factory=monotonic)
    session: Callable[[], Awaitable[Session]] = _no_session
    locks: set[Lock] = field(default_factory=set)
    is_delayed: bool = False


class Queue:
    """Changes in their order of arrival, and who has which lock."""

    def __init__(self) -> None:
        self.waiting: list[Submission] = []
        self._locks: dict[Lock, Group] = {}

    def put(self, submission: Submission) -> None:
        """Let a change wait that has come after all others."""
        self.waiting.append(submission)

    def put_back(self, submission: Submission) -> None:
        """Let a change wait again, at its place in the order of arrival."""
        insort(self.waiting, submission, key=attrgetter("number"))

    def fill(self, group: Group) -> None:
        """Move all changes that may start now into a group.

        A change that waits is not overtaken: no later change may lock a row that it needs.
        """
        left = list[Submission]()
        blocked: set[Lock] = set()
        for submission in self.waiting:
            is_free = len(group.submissions) < GROUP_SIZE_MAX and not any(
                lock in blocked or self._locks.get(lock, group) is not group
                for lock in submission.locks
            )
            if is_free:
                group.submissions.append(submission)
                group.locks |= submission.locks
            else:
                left.append(submission)
                blocked |= submission.locks
        self.waiting = left
        self._locks.update(dict.fromkeys(group.locks, group))

    def claim(self, group: Group, locks: set[Lock]) -> bool:
        """Take more locks for a group; take none and return False if another group has one."""
        if any(self._locks.get(lock, group) is not group for lock in locks):
            return False
        self._locks.update(dict.fromkeys(locks, group))
        group.locks |= locks
        return True

    def release(self, group: Group) -> None:
        """Give the locks of a group back."""
        for lock in group.locks:
            del self._locks[lock]

    def knows(self, lock: Lock) -> bool:
        """Whether a group has a lock, or a change that waits needs it."""
        return lock in self._locks or any(lock in each.locks for each in self.waiting)


def count_callers(submissions: Iterable[Submission]) -> int:
    """How many callers wait for these changes: those of one request have one."""
    return len({id(each.request) for each in submissions})


def share_a_row(submissions: list[Submission]) -> bool:
    """Whether all need one row, so that a part of them would meet the same conflict."""
    return len(submissions) == 1 or bool(set.intersection(*(each.locks for each in submissions)))


def needed_by_several(submissions: list[Submission]) -> set[Lock]:
    """The rows that several of these changes need; all that they need if there are none."""
    needs = Counter(lock for each in submissions for lock in each.locks)
    return {lock for lock, count in needs.items() if count > 1} or set(needs)
