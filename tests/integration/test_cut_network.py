"""A connection that is cut leaves a transaction open in the server, and its retry ends that one."""

import asyncio

from repository.mongo.connection import Database, Session, connect
from repository.mongo.transactions import repeat
from tests.support.mongo_proxy import MongoProxy

BOUND_S = 6.0
PATIENCE_S = 20.0


async def test_a_retry_never_waits_for_what_its_own_cut_attempt_has_left(
    database: Database, mongo_url: str
) -> None:
    loop = asyncio.get_running_loop()
    async with (
        MongoProxy(mongo_url) as proxy,
        connect(proxy.url, database.name) as cut_off,
    ):

        async def count(session: Session) -> None:
            rows = cut_off.motor.counters
            await rows.update_one({"_id": "x"}, {"$inc": {"last": 1}}, upsert=True, session=session)

        await repeat(cut_off, count, deadline=loop.time() + PATIENCE_S)
        # The abort is lost too, with the driver's own repetition of it.
        proxy.lose_answers_to(
            "update", and_then=lambda: proxy.lose_requests("abortTransaction", times=2)
        )
        began = loop.time()

        await repeat(cut_off, count, deadline=began + PATIENCE_S)

        assert proxy.losses == 3
        assert loop.time() - began < BOUND_S
    assert await database.find_one("counters", {"_id": "x"}) == {"_id": "x", "last": 2}
