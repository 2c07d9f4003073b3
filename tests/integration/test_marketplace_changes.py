"""What the marketplace's changes send to the database, and what holds when they meet."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from domain.errors import InsufficientFunds, NotFound, PriceChanged
from domain.hours_text import parse_week
from domain.listings import ListingFilter
from domain.paging import PageRequest
from domain.purchases import NewPurchase
from repository import listings, purchases, stores, users
from repository.accounts import ACCOUNTS
from repository.marketplace_loading import NewListing, NewStore, NewUser, add_stores, add_users
from repository.mongo.changes import Change
from repository.mongo.connection import Database, connect
from repository.mongo.core import Core, running_core
from repository.purchases import PURCHASES
from repository.store_directory import StoreMirrors
from tests.support.statements import Statements

PLENTY_S = 30.0
ANN, BO, NOBODY = 900, 901, 999
BUYING = ["find listings", "find accounts", "update accounts", "insert purchases"]


def soon() -> float:
    return asyncio.get_running_loop().time() + PLENTY_S


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    async with running_core(database) as running:
        users_of_test = [NewUser(ANN, "Ann", 1_000), NewUser(BO, "Bo", 1_000)]
        await running.submit(add_users(users_of_test), deadline=soon())
        await database.ids.reserve(PURCHASES)
        yield running


def store(name: str) -> NewStore:
    return NewStore(name, name, 50, parse_week("Mon 9 am - 5 pm"), [NewListing("One", "One", 300)])


async def add_store(core: Core, name: str) -> tuple[int, int]:
    """The ids of a new store and of its one listing, which costs 3.00."""
    added = await core.submit(add_stores([store(name)]), deadline=soon())
    [((store_id, _), listing_id)] = added.known.listings.items()
    return store_id, listing_id


@pytest.fixture
async def corner(core: Core) -> tuple[int, int]:
    return await add_store(core, "Corner")


@pytest.fixture
async def mirrors(database: Database, corner: tuple[int, int]) -> StoreMirrors:  # noqa: ARG001 - it is to be known
    """What knows the names of all stores."""
    known = StoreMirrors(database)
    await known.refresh()
    return known


async def cash(database: Database, *ids: str) -> list[int]:
    rows = {row.id: row.cents for row in await database.rows(ACCOUNTS, {"_id": {"$in": [*ids]}})}
    return [rows[each] for each in ids]


async def all_of(core: Core, *changes: Change[Any]) -> list[Any]:
    """What each of several changes, submitted in this order at once, was answered."""
    return await asyncio.gather(
        *(core.submit(each, deadline=soon()) for each in changes), return_exceptions=True
    )


async def test_a_purchase_alone_is_five_statements(
    core: Core, corner: tuple[int, int], statements: Statements
) -> None:
    with statements.counted() as sent:
        await core.submit(purchases.create(ANN, corner[1], None), deadline=soon())

    assert sent == [*BUYING, "commitTransaction"]


async def test_a_renamed_user_is_one_statement(
    core: Core, database: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        user = await core.submit(users.update(ANN, "Anna"), deadline=soon())

    assert sent == ["findAndModify accounts"]
    assert (user.id, user.name, user.cash) == (ANN, "Anna", 1_000)
    assert await users.get(database, ANN) == user


async def test_a_new_price_and_a_new_name_are_one_statement_each(
    core: Core,
    corner: tuple[int, int],
    mirrors: StoreMirrors,
    statements: Statements,
) -> None:
    changes = {"name": "Uno", "price_cents": 400}
    with statements.counted() as sent:
        for name, value in changes.items():
            change = listings.update(mirrors, corner[1], {name: value})
            listing = await core.submit(change, deadline=soon())

    assert sent == ["findAndModify listings", "findAndModify listings"]
    assert (listing.name, listing.price, listing.store_name) == ("Uno", 400, "Corner")


async def test_a_renamed_store_is_at_most_four_statements_and_its_listings_follow(
    core: Core,
    database: Database,
    corner: tuple[int, int],
    mirrors: StoreMirrors,
    statements: Statements,
) -> None:
    with statements.counted() as sent:
        change = stores.update(corner[0], {"name": "Branch"})
        await core.submit(change, deadline=soon())

    assert len(sent) <= 4
    assert (await listings.get(database, mirrors, corner[1])).store_name == "Branch"
    bought = await core.submit(purchases.create(ANN, corner[1], None), deadline=soon())
    assert bought.store_name == "Branch"


async def test_many_purchases_at_once_are_five_statements(
    core: Core, database: Database, corner: tuple[int, int], statements: Statements
) -> None:
    others = [NewUser(1_000 + number, "Somebody", 300) for number in range(40)]
    await core.submit(add_users(others), deadline=soon())
    await database.ids.reserve(PURCHASES, 40)

    with statements.counted() as sent:
        answers = await all_of(
            core, *(purchases.create(user.id, corner[1], None) for user in others)
        )

    assert sent == [*BUYING, "commitTransaction"]
    assert [answer.user_cash for answer in answers] == [0] * 40
    assert [answer.store_cash for answer in answers] == [50 + 300 * n for n in range(1, 41)]


async def test_a_user_in_a_hurry_spends_to_the_last_purchase_that_cash_can_pay(
    core: Core, database: Database, corner: tuple[int, int]
) -> None:
    answers = await all_of(core, *(purchases.create(ANN, corner[1], None) for _ in range(8)))

    assert [type(answer) for answer in answers] == [NewPurchase] * 3 + [InsufficientFunds] * 5
    assert {answer.details["balance"] for answer in answers[3:]} == {1.0}
    assert await cash(database, f"user:{ANN}", f"store:{corner[0]}") == [100, 950]


async def test_a_price_that_changes_in_the_same_group_counts_for_who_comes_after(
    core: Core, corner: tuple[int, int], mirrors: StoreMirrors
) -> None:
    first, _, late, wary = await all_of(
        core,
        purchases.create(ANN, corner[1], 300),
        listings.update(mirrors, corner[1], {"price_cents": 400}),
        purchases.create(BO, corner[1], None),
        purchases.create(BO, corner[1], 300),
    )

    # What is done before a change may let others pass it: either price, and never another.
    assert first.amount == 300
    assert late.amount in {300, 400}
    assert isinstance(wary, PriceChanged) or wary.amount == 300


async def test_processes_that_meet_at_one_account_lose_no_cent(
    core: Core, database: Database, corner: tuple[int, int], mongo_url: str
) -> None:
    async with connect(mongo_url, database.name) as other, running_core(other) as elsewhere:
        answers = await asyncio.gather(
            *(
                each.submit(purchases.create(user, corner[1], None), deadline=soon())
                for _ in range(10)
                for each, user in ((core, ANN), (elsewhere, ANN), (elsewhere, BO), (core, BO))
            ),
            return_exceptions=True,
        )

    bought = [answer for answer in answers if isinstance(answer, NewPurchase)]
    refused = [answer for answer in answers if isinstance(answer, InsufficientFunds)]
    assert (len(bought), len(refused)) == (6, 34)
    accounts = f"user:{ANN}", f"user:{BO}", f"store:{corner[0]}"
    assert await cash(database, *accounts) == [100, 100, 1_850]
    assert sorted(answer.store_cash for answer in bought) == [50 + 300 * n for n in range(1, 7)]


@pytest.mark.parametrize(
    ("user_id", "is_listed", "kind"), [(NOBODY, True, "user"), (ANN, False, "listing")]
)
async def test_who_or_what_is_not_there_buys_nothing(
    core: Core,
    database: Database,
    corner: tuple[int, int],
    user_id: int,
    kind: str,
    *,
    is_listed: bool,
) -> None:
    listing_id = corner[1] if is_listed else 10**9

    with pytest.raises(NotFound) as refusal:
        await core.submit(purchases.create(user_id, listing_id, None), deadline=soon())

    assert refusal.value.details["kind"] == kind
    assert await cash(database, f"user:{ANN}", f"store:{corner[0]}") == [1_000, 50]


async def test_what_is_not_there_is_not_renamed(
    core: Core, database: Database, mirrors: StoreMirrors
) -> None:
    answers = await all_of(
        core, users.update(NOBODY, "Me"), listings.update(mirrors, 10**9, {"name": "Me"})
    )

    assert [answer.details["kind"] for answer in answers] == ["user", "listing"]
    assert not await database.rows(ACCOUNTS, {"name": "Me"})


async def test_a_store_that_another_process_has_only_just_added_is_named(
    core: Core, database: Database, mirrors: StoreMirrors, mongo_url: str
) -> None:
    async with connect(mongo_url, database.name) as other, running_core(other) as elsewhere:
        store_id, listing_id = await add_store(elsewhere, "Branch")
    assert mirrors.name_of(store_id) is None

    got = await listings.get(database, mirrors, listing_id)
    filters, page = ListingFilter(store_id), PageRequest(5)
    listed = await listings.list_page(database, mirrors, filters, "id", page)
    change = listings.update(mirrors, listing_id, {"price_cents": 7})
    updated = await core.submit(change, deadline=soon())

    [in_list] = orjson.loads(listed)["items"]
    assert [got.store_name, in_list["store_name"], updated.store_name] == ["Branch"] * 3
    assert updated.price == 7
    assert (await listings.get(database, mirrors, listing_id)).price == 7
