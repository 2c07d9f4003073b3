"""Idempotency keys: the answer to a change, kept in the transaction of its effect."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from domain.errors import IdempotencyKeyReused, OctavoError
from repository.mongo_connection import Document, Documents

REQUESTS: Final = "requests"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key with what it was used for.

    `scope` is the API key's id; `fingerprint` stands for the method and its parameters.
    """

    scope: str
    key: str
    method: str
    fingerprint: str

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


def new_record(key: RequestKey, answer: Answer) -> Document:
    """What is kept of an answer, to be written with the effect that it tells of."""
    refusal = answer.refusal
    return {
        "_id": key.id,
        "method": key.method,
        "fingerprint": key.fingerprint,
        "result": None if answer.result is None else answer.result.decode(),
        "refusal": None if refusal is None else refusal.as_record(),
        "answered_at": datetime.now(UTC),
    }


def answer_for(key: RequestKey, record: Document) -> Answer:
    """What a record answers to a request that bears its key.

    A key that was used for something else is refused with IdempotencyKeyReused.
    """
    if record["fingerprint"] != key.fingerprint:
        message = "This idempotency key was used for another request; choose a new one."
        return Answer(refusal=IdempotencyKeyReused(message, first_method=record["method"]))
    return _answer_in(record)


async def lookup(documents: Documents, scope: str, key: str) -> tuple[str, Answer] | None:
    """The method that was called with a key and its final answer, or None."""
    record = await documents.find_one(REQUESTS, {"_id": f"{scope}:{key}"})
    return None if record is None else (record["method"], _answer_in(record))


def _answer_in(record: Document) -> Answer:
    if record["refusal"] is not None:
        return Answer(refusal=OctavoError.from_record(record["refusal"]))
    return Answer(result=record["result"].encode())
