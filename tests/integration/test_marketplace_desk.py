"""Users bring and fetch cash, stores list books and take them off, purchases are refunded."""

import asyncio

import pytest

from tests.support.rpc_client import RpcClient, RpcError


async def is_right(rpc: RpcClient) -> bool:
    return bool((await rpc("audit.run", scope="marketplace"))["ok"])


async def refusals(rpc: RpcClient, method: str, times: int, **params: object) -> list[int]:
    """The codes of the errors when the same call is made several times at once."""
    answers = await rpc.batch([rpc.request(method, **params) for _ in range(times)])
    return [answer["error"]["code"] for answer in answers if "error" in answer]


async def test_a_new_user_has_an_id_that_no_user_of_a_file_has(rpc: RpcClient) -> None:
    ada = await rpc("users.create", name="Ada Lovelace", cash=12.5)

    assert ada == {"id": ada["id"], "name": "Ada Lovelace", "cash": 12.5}
    assert ada["id"] > 19
    assert await rpc("users.get", id=ada["id"]) == ada


async def test_cash_comes_and_goes_and_the_audit_explains_it(rpc: RpcClient) -> None:
    user = await rpc("users.create", name="Ada Lovelace", cash=10)

    await rpc("users.deposit", id=user["id"], amount=5.25)
    left = await rpc("users.withdraw", id=user["id"], amount=15.25)

    assert left["cash"] == 0
    assert await is_right(rpc)


async def test_users_who_fetch_all_at_once_get_no_more_than_there_is(rpc: RpcClient) -> None:
    user = await rpc("users.create", name="Ada Lovelace", cash=10)

    assert await refusals(rpc, "users.withdraw", 8, id=user["id"], amount=3) == [3001] * 5
    assert (await rpc("users.get", id=user["id"]))["cash"] == 1
    assert await is_right(rpc)


@pytest.mark.parametrize("amount", [0, -1, 0.001])
async def test_an_amount_to_move_is_at_least_a_cent(rpc: RpcClient, amount: float) -> None:
    with pytest.raises(RpcError) as refused:
        await rpc("users.deposit", id=0, amount=amount)

    assert refused.value.code == -32602
    assert refused.value.data["errors"][0]["path"] == ["amount"]


async def test_a_new_listing_can_be_found_bought_and_taken_off(rpc: RpcClient) -> None:
    before = (await rpc("stores.get", id=1))["listings_count"]
    listing = await rpc("listings.create", store_id=1, name="Quixotic Zebras", price=7.5)
    counted = (await rpc("stores.get", id=1))["listings_count"]
    [hit] = (await rpc("search.find", query="quixotic zebras"))["items"]
    bought = await rpc("purchases.create", user_id=0, listing_id=listing["id"])

    removed = await rpc("listings.remove", id=listing["id"])

    assert removed == listing
    assert (hit["id"], counted) == (listing["id"], before + 1)
    assert (await rpc("stores.get", id=1))["listings_count"] == before
    assert (await rpc("search.find", query="quixotic zebras"))["items"] == []
    with pytest.raises(RpcError) as gone:
        await rpc("purchases.create", user_id=0, listing_id=listing["id"])
    assert gone.value.code == 104
    assert (await rpc("purchases.get", id=bought["id"]))["book_name"] == "Quixotic Zebras"
    assert await is_right(rpc)


async def test_a_listing_that_is_bought_while_it_is_taken_off_leaves_sound_books(
    rpc: RpcClient,
) -> None:
    listing = await rpc("listings.create", store_id=1, name="Contested", price=1)
    buying = rpc.request("purchases.create", user_id=0, listing_id=listing["id"])
    removing = rpc.request("listings.remove", id=listing["id"])

    answers = await asyncio.gather(*(rpc.batch([buying, removing]) for _ in range(4)))

    removed = [of_both[1] for of_both in answers if "result" in of_both[1]]
    assert len(removed) == 1
    assert await is_right(rpc)


async def test_a_store_that_is_unknown_lists_nothing(rpc: RpcClient) -> None:
    with pytest.raises(RpcError) as refused:
        await rpc("listings.create", store_id=9_999, name="Nowhere", price=1)

    assert refused.value.data["kind"] == "store"


async def test_a_refund_of_many_at_once_pays_back_once(rpc: RpcClient) -> None:
    before = (await rpc("users.get", id=0))["cash"]
    bought = await rpc("purchases.create", user_id=0, listing_id=2)

    refused = await refusals(rpc, "purchases.refund", 6, id=bought["id"])

    assert refused == [3003] * 5
    assert (await rpc("users.get", id=0))["cash"] == before
    shown = await rpc("purchases.get", id=bought["id"])
    listed = (await rpc("purchases.list", user_id=0, store_id=1))["items"][-1]
    assert shown == listed
    assert shown["refunded_at"] >= shown["purchased_at"]
    assert await is_right(rpc)


async def test_history_from_a_file_can_be_refunded_too(rpc: RpcClient) -> None:
    assert (await rpc("purchases.get", id=1))["refunded_at"] is None

    refunded = await rpc("purchases.refund", id=1)

    assert refunded["refunded_at"] is not None
    assert await is_right(rpc)


async def test_a_repetition_of_a_refund_with_its_key_gets_the_first_answer(rpc: RpcClient) -> None:
    first = await rpc("purchases.refund", id=3, idempotency_key="refund of 3")

    assert await rpc("purchases.refund", id=3, idempotency_key="refund of 3") == first


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("edith", ["Edith Johnson"]),
        ("JOH édi", ["Edith Johnson"]),
        ("dith", []),
        ("edith nobody", []),
    ],
)
async def test_users_are_found_by_beginnings_of_their_names_words(
    rpc: RpcClient, query: str, names: list[str]
) -> None:
    found = await rpc("users.list", query=query)

    assert [user["name"] for user in found["items"]] == names


async def test_users_are_listed_by_number_a_page_at_a_time(rpc: RpcClient) -> None:
    first = await rpc("users.list", limit=12)
    rest = await rpc("users.list", limit=12, cursor=first["next_cursor"])

    assert [user["id"] for user in first["items"] + rest["items"]] == [0, 1, *range(3, 20)]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(("name", "found"), [("mystery RUBY", 1), ("rub", 0)])
async def test_listings_are_found_by_whole_words_of_their_names(
    rpc: RpcClient, name: str, found: int
) -> None:
    listed = await rpc("listings.list", store_id=1, name=name)

    assert len(listed["items"]) == found
