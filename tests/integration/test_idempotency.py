"""A retry is always safe: the same key gives the first answer again, whatever happened."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from repository.mongo.connection import Database
from repository.mongo.idempotency import REQUESTS
from repository.sales import SALES
from rpc.settings import Settings
from tests.support.mongo_proxy import MongoProxy
from tests.support.rpc_client import RpcClient, RpcError

KEY = "till-1"


@pytest.fixture
async def proxy(mongo_url: str) -> AsyncIterator[MongoProxy]:
    async with MongoProxy(mongo_url) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, proxy: MongoProxy) -> Settings:
    return settings.model_copy(update={"mongo_url": proxy.url, "call_deadline_s": 3.0})


async def refused(call: Any) -> RpcError:
    with pytest.raises(RpcError) as refusal:
        await call
    return refusal.value


async def test_the_same_request_is_recognised_however_it_is_written(rpc: RpcClient) -> None:
    request = rpc.request("sales.create", book_id=1, idempotency_key=KEY)
    spelled_out = rpc.request("sales.create", quantity=1, idempotency_key=KEY, book_id=1)
    by_position = request | {"params": [1, None, None, KEY]}

    answers = [await rpc.post(body) for body in (request, spelled_out, by_position)]

    assert rpc.result(answers[0])["book_id"] == 1
    assert answers[0]["result"] == answers[1]["result"] == answers[2]["result"]


@pytest.mark.parametrize(
    ("method", "params"),
    [("sales.create", {"book_id": 2}), ("books.restock", {"id": 1, "quantity": 1})],
)
async def test_a_key_of_another_request_is_120_and_changes_nothing(
    rpc: RpcClient, method: str, params: dict[str, Any]
) -> None:
    await rpc("sales.create", book_id=1, idempotency_key=KEY)

    refusal = await refused(rpc(method, idempotency_key=KEY, **params))

    assert refusal.code == 120
    assert refusal.data["first_method"] == "sales.create"
    stocks = [(await rpc("books.get", id=book_id))["stock"] for book_id in (1, 2)]
    assert stocks == [0, 1]


async def test_a_final_refusal_is_given_again_even_when_it_would_not_be_now(rpc: RpcClient) -> None:
    first = await refused(rpc("sales.create", book_id=1, quantity=5, idempotency_key=KEY))
    await rpc("books.restock", id=1, quantity=100)

    again = await refused(rpc("sales.create", book_id=1, quantity=5, idempotency_key=KEY))

    assert first.code == again.code == 1001
    assert first.data == again.data
    assert (await rpc("books.get", id=1))["stock"] == 101


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        (("sales.create", {"book_id": 1, "quantity": 0}), ("sales.create", {"book_id": 1})),
        (("books.update", {"id": 1}), ("books.update", {"id": 1, "pages": 7})),
    ],
)
async def test_wrong_parameters_use_up_no_key(
    rpc: RpcClient,
    database: Database,
    wrong: tuple[str, dict[str, Any]],
    mended: tuple[str, dict[str, Any]],
) -> None:
    refusal = await refused(rpc(wrong[0], idempotency_key=KEY, **wrong[1]))

    assert refusal.code == -32602
    assert await database.find(REQUESTS, {}) == []
    assert await rpc(mended[0], idempotency_key=KEY, **mended[1])


async def test_keys_are_scoped_to_the_api_key(rpc: RpcClient, service_url: str) -> None:
    await rpc("books.restock", id=1, quantity=1)
    clerk = await rpc("keys.create", name="till", role="clerk")

    async with RpcClient(service_url, clerk["key"]) as till:
        mine = await rpc("sales.create", book_id=1, idempotency_key=KEY)
        theirs = await till("sales.create", book_id=1, idempotency_key=KEY)
        assert (await till("requests.lookup", idempotency_key=KEY))["result"] == theirs
    assert (await rpc("requests.lookup", idempotency_key=KEY))["result"] == mine
    assert mine["id"] != theirs["id"]


async def test_lookup_tells_unknown_in_progress_and_done(rpc: RpcClient, proxy: MongoProxy) -> None:
    async def looked_up() -> dict[str, Any]:
        return dict(await rpc("requests.lookup", idempotency_key=KEY))

    assert (await looked_up())["status"] == "unknown"

    proxy.hold_requests("commitTransaction")
    selling = asyncio.create_task(rpc("sales.create", book_id=1, idempotency_key=KEY))
    await proxy.requests_held()
    assert (await looked_up())["status"] == "in_progress"
    proxy.release_requests()

    sale = await selling
    assert await looked_up() == {
        "status": "done",
        "method": "sales.create",
        "result": sale,
        "error": None,
    }


async def test_lookup_gives_a_final_refusal(rpc: RpcClient) -> None:
    refusal = await refused(rpc("sales.create", book_id=1, quantity=5, idempotency_key=KEY))

    outcome = await rpc("requests.lookup", idempotency_key=KEY)

    assert outcome["status"] == "done"
    assert outcome["result"] is None
    assert outcome["error"]["code"] == 1001
    assert outcome["error"]["data"] == refusal.data


async def test_a_record_and_its_effect_are_never_apart(
    rpc: RpcClient, proxy: MongoProxy, database: Database
) -> None:
    proxy.lose_requests("commitTransaction", times=10_000)
    request = rpc("sales.create", book_id=1, idempotency_key=KEY)

    assert (await refused(request)).data["retryable"]
    assert await database.find(SALES, {}) == []
    assert await database.find(REQUESTS, {}) == []

    proxy.lose_requests("commitTransaction", times=0)
    sale = await rpc("sales.create", book_id=1, idempotency_key=KEY)
    assert len(await database.find(SALES, {})) == len(await database.find(REQUESTS, {})) == 1
    assert sale["stock_left"] == 0


async def test_a_sale_that_took_too_long_is_found_by_its_key(
    rpc: RpcClient, proxy: MongoProxy
) -> None:
    proxy.hold_requests("commitTransaction")

    timeout = await refused(rpc("sales.create", book_id=1, idempotency_key=KEY))
    proxy.release_requests()

    assert timeout.type == "timed_out"
    assert timeout.data["retryable"]
    sale = await rpc("sales.create", book_id=1, idempotency_key=KEY)
    assert sale["stock_left"] == 0
    assert len((await rpc("sales.list", book_id=1))["items"]) == 1


@pytest.mark.parametrize("key", ["ключ 🔑", "a:b", "$where", "x" * 255, "settings:1"])
async def test_a_key_may_be_any_text(rpc: RpcClient, key: str) -> None:
    first = await rpc("sales.create", book_id=1, idempotency_key=key)

    assert await rpc("sales.create", book_id=1, idempotency_key=key) == first


async def test_a_secret_is_shown_once(rpc: RpcClient) -> None:
    first = await rpc("keys.create", name="till", role="clerk", idempotency_key=KEY)
    again = await rpc("keys.create", name="till", role="clerk", idempotency_key=KEY)

    assert first["key"]
    assert again == first | {"key": None}
