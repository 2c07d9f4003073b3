"""Idempotency keys: the answer to a change, kept in the transaction of its effect.

A change that takes several transactions opens its record in the first one and closes it in the
last. While it is open the request is in progress, for every process that looks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.errors import IdempotencyKeyReused, OctavoError, RequestInProgress
from repository.instants import now
from repository.mongo_connection import Document, Documents
from repository.transactions import Transaction

REQUESTS: Final = "requests"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key with what it was used for.

    `scope` is the API key's id; `fingerprint` stands for the method and its parameters; `asked_at`
    is when the request came in.
    """

    scope: str
    key: str
    method: str
    fingerprint: str
    asked_at: datetime = field(default_factory=now)

    @property
    def id(self) -> str:
        """The record's id. A scope holds no colon, so two keys never share one."""
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


async def records_of(documents: Documents, keys: Iterable[RequestKey]) -> dict[str, Document]:
    """The records of those keys that were answered before, by record id."""
    ids = [key.id for key in keys]
    if not ids:
        return {}
    return {found["_id"]: found for found in await documents.find(REQUESTS, {"_id": {"$in": ids}})}


def new_record(key: RequestKey, answer: Answer | None) -> Document:
    """What is kept of an answer, to be written with the effect that it tells of; None opens."""
    outcome = {"result": None, "refusal": None, "answered_at": None}
    return {
        "_id": key.id,
        "method": key.method,
        "fingerprint": key.fingerprint,
        **(outcome if answer is None else _outcome(answer)),
    }


def _outcome(answer: Answer) -> Document:
    refusal = answer.refusal
    return {
        "result": None if answer.result is None else answer.result.decode(),
        "refusal": None if refusal is None else refusal.as_record(),
        "answered_at": now(),
    }


async def close(transaction: Transaction, record_id: str, answer: Answer) -> None:
    """Keep the answer in a record that was opened, with the last effect that it tells of."""
    record = await transaction.hold(REQUESTS, record_id)
    if record is not None:
        transaction.change(REQUESTS, record, assign=_outcome(answer))


def may_open_again(key: RequestKey, record: Document) -> bool:
    """Whether the request came to nothing and this is its repetition, to try once more.

    One that came in before the answer was there is no repetition: it gets that answer as well.
    """
    refusal = record["refusal"]
    return (
        record["fingerprint"] == key.fingerprint
        and is_answered(record)
        and record["answered_at"] < key.asked_at
        and refusal is not None
        and refusal.get("retryable", False)
    )


def answer_for(key: RequestKey, record: Document) -> Answer:
    """What a record answers to a request that bears its key.

    A key that was used for something else is refused with IdempotencyKeyReused, one whose first
    request is still running with RequestInProgress.
    """
    if record["fingerprint"] != key.fingerprint:
        message = "This idempotency key was used for another request; choose a new one."
        return Answer(refusal=IdempotencyKeyReused(message, first_method=record["method"]))
    return _answer_in(record)


async def lookup(documents: Documents, scope: str, key: str) -> tuple[str, Answer | None] | None:
    """The method that was called with a key and its answer, None while it is running; or None."""
    record = await documents.find_one(REQUESTS, {"_id": f"{scope}:{key}"})
    if record is None:
        return None
    return record["method"], _answer_in(record) if is_answered(record) else None


def is_answered(record: Document) -> bool:
    """Whether the request of a record has come to its end."""
    return record["answered_at"] is not None


def _answer_in(record: Document) -> Answer:
    if not is_answered(record):
        message = "The first request with this idempotency key is still running."
        return Answer(refusal=RequestInProgress(message, method=record["method"]))
    if record["refusal"] is not None:
        return Answer(refusal=OctavoError.from_record(record["refusal"]))
    return Answer(result=record["result"].encode())
