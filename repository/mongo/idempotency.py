"""Idempotency keys: the answer to a change is stored in the transaction of its effect.

A change of several transactions opens its record in the first and closes it in the last. While the
record is open the request is in progress, for every process.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from domain.effects import Add, Assign, Decision, assign
from domain.errors import IdempotencyKeyReused, InvalidParams, OctavoError, RequestInProgress
from repository.mongo.changes import Change, State, need_new
from repository.mongo.clock import now
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database
from repository.mongo.core import Core

STORED_S: Final = 48 * 3600

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """What is stored of a request with a key: what it asked, and its answer once there is one.

    `attempt` is of the attempt that added it alone.
    """

    id: str
    method: str
    fingerprint: str
    result: str | None = None
    refusal: dict[str, Any] | None = None
    answered_at: datetime | None = None
    attempt: str | None = None


REQUESTS: Final = Collection(
    "requests",
    RequestRow,
    told_apart_by="attempt",
    indexes=(
        Index(
            "expiry",
            [("answered_at", 1)],
            query={"answered_at": {"$lt": None}},
            options={"expireAfterSeconds": STORED_S},
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key and the request that it was sent with.

    `scope` is the API key's id; `fingerprint` identifies the method and its parameters; `asked_at`
    is when the request came in.
    """

    scope: str
    key: str
    method: str
    fingerprint: str
    asked_at: datetime = field(default_factory=now)

    @property
    def id(self) -> str:
        """The record's id. A scope has no colon, so two keys never share a record."""
        return f"{self.scope}:{self.key}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer to a change: its result as JSON, or the refusal."""

    result: bytes | None = None
    refusal: OctavoError | None = None

    def unwrap(self) -> bytes:
        """The result, or the refusal raised."""
        if self.refusal is not None:
            raise self.refusal
        return self.result or b"null"


@dataclass(frozen=True, slots=True)
class Opened(Generic[Result]):
    """The result of the first of several transactions; the record is open."""

    result: Result


@dataclass(frozen=True, slots=True)
class Shown(Generic[Result]):
    """How to turn a result into JSON: for the caller, and for a repetition of the request."""

    to_caller: Callable[[Result], bytes]
    to_repetition: Callable[[bytes], bytes] = bytes


def once(change: Change[Result], key: RequestKey, shown: Shown[Result]) -> Change[Answer]:
    """The change, which happens once for its key; a repetition gets the first answer.

    A final refusal is stored as the answer. A refusal that may be retried, or that is about the
    parameters, is raised and not stored: the caller may use the key again.
    """

    def decide(state: State) -> Decision[Answer]:
        record = state.get(REQUESTS, key.id)
        if record is not None:
            return Decision(answer_for(key, record))
        try:
            decision = change.decide(state)
        except OctavoError as refusal:
            return _refused(key, refusal, state.now, record)
        answer = Answer(shown.to_caller(decision.result))
        stored = Answer(shown.to_repetition(answer.result or b""))
        return Decision(answer, (*decision.effects, _written(key, stored, state.now, record)))

    return _with_record(change, key, decide)


def opening(
    change: Change[Result],
    key: RequestKey,
    durable_at: Callable[[], datetime | None] = lambda: None,
) -> Change[Opened[Result] | Answer]:
    """The first of several transactions, which happens once for the key and leaves its record open.

    A request that came to nothing for now may be made again under its key. `durable_at` tells
    when its answer was there, if this process gave it.
    """

    def decide(state: State) -> Decision[Opened[Result] | Answer]:
        record = state.get(REQUESTS, key.id)
        if record is not None and not _may_open_again(key, record, durable_at()):
            return Decision(answer_for(key, record))
        try:
            decision = change.decide(state)
        except OctavoError as refusal:
            return _refused(key, refusal, state.now, record)
        opened = _written(key, None, state.now, record)
        return Decision(Opened(decision.result), (*decision.effects, opened))

    return _with_record(change, key, decide)


def _with_record(
    change: Change[Any], key: RequestKey, decide: Callable[[State], Decision[Result]]
) -> Change[Result]:
    needs = (need_new(REQUESTS, key.id), *change.needs)
    return replace(change, decide=decide, needs=needs, is_certain=False)


def _refused(
    key: RequestKey, refusal: OctavoError, moment: datetime, record: RequestRow | None
) -> Decision[Answer]:
    """The refusal as the answer to the request. Raises it if the request may still succeed."""
    if refusal.retryable or isinstance(refusal, InvalidParams):
        raise refusal
    answer = Answer(refusal=refusal)
    return Decision(answer, (_written(key, answer, moment, record),))


def _written(
    key: RequestKey, answer: Answer | None, moment: datetime, record: RequestRow | None
) -> Add | Assign:
    """The effect that writes an answer's record, or an open one; `record` is overwritten."""
    fields = _NOT_ANSWERED if answer is None else _outcome(answer, moment)
    if record is not None:
        return assign(record, **fields)
    attempt = uuid.uuid4().hex
    return Add(RequestRow(key.id, key.method, key.fingerprint, **fields, attempt=attempt))


_NOT_ANSWERED: Final[dict[str, Any]] = {"result": None, "refusal": None, "answered_at": None}


def _outcome(answer: Answer, moment: datetime) -> dict[str, Any]:
    refusal = answer.refusal
    return {
        "result": None if answer.result is None else answer.result.decode(),
        "refusal": None if refusal is None else refusal.as_record(),
        "answered_at": moment,
    }


def closing(record: RequestRow, answer: Answer, moment: datetime) -> Assign:
    """The effect that stores the answer in an open record."""
    return assign(record, **_outcome(answer, moment))


def _may_open_again(key: RequestKey, record: RequestRow, durable_at: datetime | None) -> bool:
    """Whether the request came to nothing and this is its repetition, to try once more.

    A request that came in before the answer was durable is not a repetition: it gets that answer.
    The record has the time at which the answer was decided, which is a little before.
    """
    if durable_at is not None and key.asked_at < durable_at:
        return False
    return (
        record.fingerprint == key.fingerprint
        and record.answered_at is not None
        and record.answered_at < key.asked_at
        and record.refusal is not None
        and bool(record.refusal.get("retryable", False))
    )


def answer_for(key: RequestKey, record: RequestRow) -> Answer:
    """The answer of a record to a request with its key.

    It is IdempotencyKeyReused if the first request was another one, RequestInProgress if it is
    still running.
    """
    if record.fingerprint != key.fingerprint:
        return Answer(refusal=IdempotencyKeyReused(first_method=record.method))
    return _answer_in(record)


def _answer_in(record: RequestRow) -> Answer:
    if record.answered_at is None:
        return Answer(refusal=RequestInProgress(method=record.method))
    if record.refusal is not None:
        return Answer(refusal=OctavoError.from_record(record.refusal))
    return Answer(result=(record.result or "null").encode())


def is_in_progress(core: Core, scope: str, key: str) -> bool:
    """Whether this process is working on the request with that key."""
    return core.is_working_on(REQUESTS, f"{scope}:{key}")


async def lookup(database: Database, scope: str, key: str) -> tuple[str, Answer | None] | None:
    """The method called with a key and its answer, None while it runs; or None."""
    record = await database.row(REQUESTS, {"_id": f"{scope}:{key}"})
    if record is None:
        return None
    return record.method, None if record.answered_at is None else _answer_in(record)
