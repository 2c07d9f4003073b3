"""Members are found by what a person at the desk types, along an index."""

from typing import Any

import pytest

from domain.members import MemberFilter, MemberRow
from domain.paging import PageRequest
from repository.members import MEMBERS, list_page
from repository.mongo.connection import Database
from tests.support.explain import Noted, documents_examined, used_indexes
from tests.support.library_service import NOON
from tests.support.rpc_client import RpcClient, RpcError

COUNT = 1_200
CHUNK = 300
NAMES = {
    1: ("Ada Lovelace", "Ada.Lovelace@Example.org"),
    2: ("Émile Zola", None),
    3: ("Adam Lovell", "adam@example.org"),
    4: ("Anne-Marie O'Hara", None),
    5: ("Karl Donaudampfschifffahrtskapitän", None),
    6: ("Karl Donaudampfschiffer", None),
    7: ("Lova Adams", None),
}


@pytest.fixture
async def members(database: Database) -> Database:
    rows = [MemberRow(each, name, email, NOON) for each, (name, email) in NAMES.items()]
    await database.collection(MEMBERS).insert_many(map(MEMBERS.document_of, rows))
    return database


async def found(database: Database, query: str | None, **more: Any) -> list[int]:
    page = await list_page(database, MemberFilter(query, **more), PageRequest(50))
    return [member.id for member in page.items]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("ada lovelace", [1]),
        ("LOVELACE, ada", [1]),
        ("ad", [1, 3, 7]),
        ("lov ad", [1, 3, 7]),
        ("lovel", [1, 3]),
        ("emile", [2]),
        ("Zo Emi", [2]),
        ("marie", [4]),
        ("hara", [4]),
        ("velace", []),
        ("karl donaudampfschiff", [5, 6]),
        ("Donaudampfschifffahrt", [5]),
        ("donaudampfschiffx", []),
        ("ada.lovelace@example.org", [1]),
        ("ADAM@EXAMPLE.ORG", [3]),
        ("@example.org", []),
        (None, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
async def test_a_member_is_found_by_beginnings_of_words_or_by_the_whole_address(
    members: Database, query: str | None, ids: list[int]
) -> None:
    assert await found(members, query) == ids


@pytest.mark.parametrize("query", ["?!", " ", "\x00"])
async def test_a_query_without_words_is_refused(rpc: RpcClient, query: str) -> None:
    with pytest.raises(RpcError) as refused:
        await rpc("members.list", query=query)

    assert refused.value.code == -32602
    assert refused.value.data["errors"][0]["path"] == ["query"]


async def test_a_new_name_and_a_new_address_are_found_and_the_old_ones_are_not(
    rpc: RpcClient,
) -> None:
    async def ids(query: str) -> list[int]:
        return [each["id"] for each in (await rpc("members.list", query=query))["items"]]

    made = await rpc("members.create", name="Hedy Lamarr", email="hedy@example.org")
    await rpc("members.update", id=made["id"], name="Hedwig Kiesler")
    assert await ids("lamarr") == []
    assert await ids("hedwig") == await ids("hedy@example.org") == [made["id"]]
    await rpc("members.update", id=made["id"], email="kiesler@example.org")
    assert await ids("hedy@example.org") == []
    assert await ids("kiesler@example.org") == [made["id"]]


async def test_null_takes_the_address_away_and_leaves_the_name(rpc: RpcClient) -> None:
    made = await rpc("members.create", name="Hedy Lamarr", email="hedy@example.org")

    changed = await rpc("members.update", id=made["id"], email=None)

    assert changed == {**made, "email": None}
    assert (await rpc("members.list", query="hedy@example.org"))["items"] == []
    with pytest.raises(RpcError, match="invalid_params"):
        await rpc("members.update", id=made["id"], name=None)


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (MemberFilter("gra hop"), "name_beginnings"),
        (MemberFilter("hop", archived=True), "name_beginnings"),
        (MemberFilter("member27@example.org"), "email"),
        (MemberFilter(), "archived"),
        (MemberFilter(archived=True), "archived"),
    ],
    ids=str,
)
async def test_a_page_of_members_looks_at_no_more_than_it_shows(
    database: Database, filters: MemberFilter, index: str
) -> None:
    rows = [
        MemberRow(
            each,
            "Grace Hopper" if each % 5 == 2 else "Ada Lovelace",
            f"member{each}@example.org",
            NOON,
            archived=each % 40 < 20,
        )
        for each in range(COUNT)
    ]
    for start in range(0, COUNT, CHUNK):
        chunk = rows[start : start + CHUNK]
        await database.collection(MEMBERS).insert_many(map(MEMBERS.document_of, chunk))
    noted, limit = Noted(database), 20

    first = await list_page(noted, filters, PageRequest(limit))
    assert first.items
    if first.next_cursor is not None:
        await list_page(noted, filters, PageRequest(limit, first.next_cursor))

    for read in noted.finds:
        plan = await database.motor.command("explain", read, verbosity="queryPlanner")
        assert used_indexes(plan["queryPlanner"]["winningPlan"]) == {index}
        assert await documents_examined(database, read) <= limit + 1
