"""API keys and roles on the real service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from domain.keys import DEMO_KEY, Role
from repository.keys import KEYS, KeyRing
from repository.mongo.collections import declared
from repository.mongo.connection import Database
from rpc.application import REGISTRY
from tests.support.rpc_client import RpcClient, RpcError

UNAUTHENTICATED = -32001
FORBIDDEN = -32004


@dataclass
class KeyHolder:
    """Somebody with a key, and a client that sends it."""

    key_id: int
    key: str
    rpc: RpcClient


@contextlib.asynccontextmanager
async def key_holder(admin: RpcClient, role: str) -> AsyncIterator[KeyHolder]:
    made = await admin("keys.create", name=f"a {role}", role=role)
    async with RpcClient(admin.url.removesuffix("/rpc"), made["key"]) as client:
        yield KeyHolder(made["id"], made["key"], client)


@pytest.fixture
async def reader(rpc: RpcClient) -> AsyncIterator[KeyHolder]:
    async with key_holder(rpc, "reader") as holder:
        yield holder


@pytest.fixture
async def clerk(rpc: RpcClient) -> AsyncIterator[KeyHolder]:
    async with key_holder(rpc, "clerk") as holder:
        yield holder


async def refused_as_a_whole(client: RpcClient, body: Any) -> bool:
    """Whether a request is answered with 401 and one error, with the id of a single call."""
    status, answer = await client.post_bytes(orjson.dumps(body))
    error = orjson.loads(answer)
    known_id = body["id"] if isinstance(body, dict) else None
    return status == 401 and error["error"]["code"] == UNAUTHENTICATED and error["id"] == known_id


async def test_a_new_key_may_do_what_its_role_may(clerk: KeyHolder) -> None:
    assert (await clerk.rpc("books.get", id=1))["id"] == 1
    assert (await clerk.rpc("sales.create", book_id=1))["book_id"] == 1


async def test_a_key_is_shown_once(rpc: RpcClient) -> None:
    first = await rpc("keys.create", name="till", role="reader", idempotency_key="make a key")
    again = await rpc("keys.create", name="till", role="reader", idempotency_key="make a key")
    looked_up = await rpc("requests.lookup", idempotency_key="make a key")
    listed = await rpc("keys.list")

    assert first["key"].startswith(f"octavo_{first['id']}_")
    assert again == looked_up["result"] == first | {"key": None}
    assert "key" not in listed["items"][0]
    assert first["key"] not in str(listed)


async def test_a_key_is_kept_as_a_digest(
    rpc: RpcClient, clerk: KeyHolder, database: Database
) -> None:
    await rpc("keys.create", name="till", role="reader", idempotency_key="another")
    secret = clerk.key.split("_", maxsplit=2)[2]

    stored = [str(document) for each in declared() for document in await database.find(each, {})]

    assert [text for text in stored if "'digest'" in text]
    assert not [text for text in stored if secret in text or "octavo_" in text]
    assert DEMO_KEY not in str(stored)


async def test_a_wrong_secret_under_a_right_id_is_refused(clerk: KeyHolder) -> None:
    for wrong in (clerk.key[:-1], clerk.key + "x", clerk.key.swapcase(), f"octavo_{clerk.key_id}_"):
        async with RpcClient(clerk.rpc.url.removesuffix("/rpc"), wrong) as impostor:
            assert await refused_as_a_whole(impostor, impostor.request("books.get", id=1))


async def test_a_revoked_key_is_refused_at_once(rpc: RpcClient, clerk: KeyHolder) -> None:
    call = clerk.rpc.request("books.get", id=1)
    assert not await refused_as_a_whole(clerk.rpc, call)

    revoked = await rpc("keys.revoke", id=clerk.key_id)

    assert revoked["revoked_at"] is not None
    assert await refused_as_a_whole(clerk.rpc, call)
    assert await refused_as_a_whole(clerk.rpc, [call, call])
    assert [key["revoked_at"] for key in (await rpc("keys.list"))["items"]] == [
        revoked["revoked_at"]
    ]


async def test_revoking_again_changes_nothing(rpc: RpcClient, clerk: KeyHolder) -> None:
    first = await rpc("keys.revoke", id=clerk.key_id)
    again = await rpc("keys.revoke", id=clerk.key_id)

    assert again == first


async def test_revoking_what_is_no_key_says_so(rpc: RpcClient) -> None:
    with pytest.raises(RpcError) as refusal:
        await rpc("keys.revoke", id=77)

    assert refusal.value.code == 104
    assert refusal.value.data["id"] == 77


async def test_a_key_revoked_elsewhere_is_soon_refused(
    rpc: RpcClient, clerk: KeyHolder, database: Database
) -> None:
    ring_of_another_process = KeyRing(database, None)
    caller = await ring_of_another_process.caller_of(clerk.key)
    assert caller is not None
    assert caller.role is Role.CLERK

    await rpc("keys.revoke", id=clerk.key_id)

    async with asyncio.timeout(5):
        while await ring_of_another_process.caller_of(clerk.key) is not None:  # noqa: ASYNC110 - a time passes, and no event tells
            await asyncio.sleep(0.05)


async def test_a_low_role_cannot_raise_itself(
    clerk: KeyHolder, reader: KeyHolder, database: Database
) -> None:
    for holder in (clerk, reader):
        answers = await holder.rpc.batch(
            [
                holder.rpc.request("keys.create", name="mine", role="admin"),
                holder.rpc.request("keys.list"),
                holder.rpc.request("keys.revoke", id=clerk.key_id),
                holder.rpc.request("books.get", id=1),
            ]
        )

        assert [answer.get("error", {}).get("code") for answer in answers] == [
            *[FORBIDDEN] * 3,
            None,
        ]
    assert await database.collection(KEYS).count_documents({"revoked_at": None}) == 2


PUBLIC = {
    "authors.list",
    "orders.quote",
    "books.get",
    "books.list",
    "search.find",
    "stores.get",
    "stores.list",
    "listings.list",
    "library.availability",
}


async def test_a_public_key_reads_what_holds_no_personal_data_and_no_money(rpc: RpcClient) -> None:
    assert {each.name for each in REGISTRY.values() if each.role is Role.PUBLIC} == PUBLIC
    stores = await rpc("stores.list")
    async with key_holder(rpc, "public") as holder:
        shown = await holder.rpc("stores.list")
        one = await holder.rpc("stores.get", id=1)
        answers = await holder.rpc.batch(
            [holder.rpc.request(name, **REGISTRY[name].example) for name in sorted(PUBLIC)]
        )

    assert all("cash" in store for store in stores["items"])
    assert "cash" not in one
    assert [store | {"cash": None} for store in stores["items"]] == [
        store | {"cash": None} for store in shown["items"]
    ]
    assert not [store for store in shown["items"] if "cash" in store]
    assert [answer for answer in answers if "error" in answer] == []
    assert (await rpc("stores.get", id=1))["cash"] == stores["items"][0]["cash"]


@pytest.mark.parametrize("role", ["public", "reader", "clerk"])
async def test_every_method_asks_for_its_role(rpc: RpcClient, role: str) -> None:
    forbidden = [
        each.name
        for each in REGISTRY.values()
        if each.role is not None and not Role(role).allows(each.role)
    ]
    async with key_holder(rpc, role) as holder:
        answers = await holder.rpc.batch([holder.rpc.request(name) for name in forbidden])

    assert {answer["error"]["code"] for answer in answers} == {FORBIDDEN}
    assert len(answers) == len(forbidden) > 2


async def test_every_method_but_the_open_one_asks_for_a_key(service_url: str) -> None:
    async with RpcClient(service_url, key=None) as stranger:
        answers = await stranger.batch([stranger.request(name) for name in REGISTRY])

    answered = {
        name
        for name, answer in zip(REGISTRY, answers, strict=True)
        if answer.get("error", {}).get("code") != UNAUTHENTICATED
    }
    assert answered == {"rpc.discover"}


async def test_an_idempotency_key_belongs_to_its_api_key(
    rpc: RpcClient, clerk: KeyHolder, reader: KeyHolder
) -> None:
    await rpc("books.restock", id=1, quantity=9)

    ours = await rpc("sales.create", book_id=1, quantity=2, idempotency_key="shared name")
    theirs = await clerk.rpc("sales.create", book_id=1, idempotency_key="shared name")

    assert (ours["quantity"], theirs["quantity"]) == (2, 1)
    assert (await rpc("books.get", id=1))["stock"] == 7
    assert (await clerk.rpc("requests.lookup", idempotency_key="shared name"))["result"] == theirs
    unknown = await reader.rpc("requests.lookup", idempotency_key="shared name")
    assert unknown["status"] == "unknown"


async def test_keys_are_listed_a_page_at_a_time(
    rpc: RpcClient, clerk: KeyHolder, reader: KeyHolder
) -> None:
    first = await rpc("keys.list", limit=1)
    second = await rpc("keys.list", limit=1, cursor=first["next_cursor"])

    listed = [key["id"] for page in (first, second) for key in page["items"]]
    assert sorted(listed) == sorted([clerk.key_id, reader.key_id])
    assert second["next_cursor"] is None
