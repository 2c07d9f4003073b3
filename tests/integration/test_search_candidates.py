"""Search finds a few names among many that have a common word."""

from typing import Any

import pytest

from tests.factories.books import new_book
from tests.support.rpc_client import RpcClient

COMMON = [f"{'Long ' * number}Trilogy {number}" for number in range(15)]


@pytest.fixture(autouse=True)
async def _many_names_with_a_common_word(rpc: RpcClient) -> None:
    titles = [*reversed(COMMON), "The Zanzibar Trilogy of a Very Long and Winding Name Indeed"]
    await rpc.batch([rpc.request("books.create", **new_book(title=title)) for title in titles])


async def found(rpc: RpcClient, query: str, **more: Any) -> list[str]:
    """The names that search gives."""
    hits = await rpc("search.find", query=query, **more)
    return [hit["name"] for hit in hits["items"]]


@pytest.mark.parametrize(
    "query",
    ["trilogy zanzibar", "zanz trilo", "zanzibar trilgoy", "zanzibra trilogy", "zanzibra trilgoy"],
)
async def test_a_rare_word_finds_a_name_whose_other_word_is_common(
    rpc: RpcClient, query: str
) -> None:
    assert await found(rpc, query) == [
        "The Zanzibar Trilogy of a Very Long and Winding Name Indeed"
    ]


async def test_of_the_names_with_a_common_word_the_shortest_come_first(rpc: RpcClient) -> None:
    hits = await found(rpc, "trilogy", limit=3)

    assert hits == ["Trilogy 0", "Long Trilogy 1", "Long Long Trilogy 2"]


async def test_a_store_is_found_among_many_books_with_its_word(
    rpc: RpcClient,
) -> None:
    assert await found(rpc, "trilogy", kinds=["store"]) == []
    await rpc("stores.update", id=1, name="The Longest Trilogy of All the Long Trilogies")

    hits = await found(rpc, "trilogy", kinds=["store"])

    assert hits == ["The Longest Trilogy of All the Long Trilogies"]


async def test_an_answer_is_filled_when_most_candidates_are_left_out(rpc: RpcClient) -> None:
    open_then = "2026-11-23T01:30"

    hits = await found(rpc, "books", kinds=["store"], open_at=open_then)

    assert sorted(hits) == ["Downtown Books", "Undercover Books"]
    assert set(COMMON) < set(await found(rpc, "trilogy", limit=500))
    assert set(COMMON) < set(await found(rpc, "ilog", limit=500))


async def test_of_the_names_that_begin_with_a_common_word_the_shortest_come_first(
    rpc: RpcClient,
) -> None:
    assert await found(rpc, "long", limit=2) == ["Long Trilogy 1", "Long Long Trilogy 2"]


async def test_the_literal_name_comes_first_of_many_equal_ones(
    rpc: RpcClient,
) -> None:
    titles = ["Cafe Noir"] * 10 + ["Café Noir"]
    await rpc.batch([rpc.request("books.create", **new_book(title=title)) for title in titles])

    assert await found(rpc, "Café Noir", limit=2) == ["Café Noir", "Cafe Noir"]
