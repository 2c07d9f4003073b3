"""A repeated request gets the answer of the process that works on it, or its own deadline."""

import asyncio
from typing import Any

from domain.errors import RequestInProgress
from repository.mongo.connection import Database
from repository.mongo.idempotency import REQUESTS, RequestKey, RequestRow
from repository.mongo.steps import AnswerWatch

KEY = RequestKey("till", "k", "orders.place", "same")
PLENTY_S = 30.0


def soon(seconds: float = PLENTY_S) -> float:
    return asyncio.get_running_loop().time() + seconds


def record(**answer: Any) -> dict[str, Any]:
    """The record of the request, without an answer unless there is one."""
    return REQUESTS.document_of(RequestRow(KEY.id, KEY.method, KEY.fingerprint, **answer))


async def answer_the_request(database: Database) -> None:
    answered = record(result="7", answered_at=database.clock())
    await database.collection(REQUESTS).replace_one({"_id": KEY.id}, answered)


async def test_all_who_wait_get_the_answer_although_one_of_them_gave_up_before(
    database: Database,
) -> None:
    await database.collection(REQUESTS).insert_one(record())
    watch = AnswerWatch(database)
    patient = [asyncio.create_task(watch.answer_to(KEY, soon())) for _ in range(2)]
    gone = asyncio.create_task(watch.answer_to(KEY, soon()))
    await asyncio.sleep(0)

    gone.cancel()
    hasty = await watch.answer_to(KEY, soon(0.01))
    await answer_the_request(database)

    assert isinstance(hasty.refusal, RequestInProgress)
    assert hasty.refusal.retryable
    assert [answer.result for answer in await asyncio.gather(*patient)] == [b"7", b"7"]


async def test_an_open_request_outlives_every_answered_one(database: Database) -> None:
    """The index that expires answers looks at a time that an open request does not have."""
    indexes = await database.collection(REQUESTS).index_information()

    (expiring,) = [index for index in indexes.values() if "expireAfterSeconds" in index]

    assert expiring["key"] == [("answered_at", 1)]
    assert record()["answered_at"] is None
