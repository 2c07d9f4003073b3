"""Each question on the marketplace is answered by the index that is there for it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.listings import ListingFilter
from domain.paging import PageRequest
from domain.purchases import PurchaseFilter
from domain.time_ranges import time_range
from repository import listings, marketplace_loading, purchases
from repository.marketplace_loading import PastPurchase
from repository.mongo.connection import Database
from repository.store_directory import StoreMirrors

YEAR = time_range(datetime(2020, 1, 1, tzinfo=UTC), None)
PAGE = PageRequest(50)
PAST = PastPurchase("0f", 1, "Corner", "One", 300, datetime(2020, 2, 1, tzinfo=UTC))

Question = Callable[[Database], Awaitable[Any]]


async def asked(database: Database, question: Question) -> list[dict[str, Any]]:
    """The commands that a question sends to the collections that an index is looked for in."""
    commands: list[dict[str, Any]] = []
    find, aggregate = database.find, database.aggregate

    async def noted_find(name: Any, query: Any, **more: Any) -> Any:
        sort = dict(more["sort"]) if more.get("sort") else {}
        limit = more.get("limit", 0)
        commands.append({"find": str(name), "filter": query, "sort": sort, "limit": limit})
        return await find(name, query, **more)

    async def noted_aggregate(name: Any, pipeline: Any) -> Any:
        commands.append({"aggregate": str(name), "pipeline": list(pipeline), "cursor": {}})
        return await aggregate(name, pipeline)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "find", noted_find)
        patched.setattr(database, "aggregate", noted_aggregate)
        await question(database)
    return commands


def listed(filters: ListingFilter, sort: Any = "id") -> Question:
    return lambda database: listings.list_page(
        database, StoreMirrors(database), filters, sort, PAGE
    )


def bought(filters: PurchaseFilter) -> Question:
    return lambda database: purchases.list_page(database, filters, PAGE, "UTC")


@pytest.mark.parametrize(
    ("question", "collection", "index"),
    [
        (listed(ListingFilter(min_price_cents=1, max_price_cents=9)), "listings", "price"),
        (listed(ListingFilter(1, 1, 9)), "listings", "store"),
        (listed(ListingFilter(name="ruby")), "listings", "name_words"),
        (listed(ListingFilter(), "price"), "listings", "price"),
        (listed(ListingFilter(), "name"), "listings", "name"),
        (bought(PurchaseFilter(user_id=1)), "purchases", "user"),
        (bought(PurchaseFilter(store_id=1)), "purchases", "store"),
        (bought(PurchaseFilter(period=YEAR)), "purchases", "purchased_at"),
        (
            lambda database: marketplace_loading.store_ids(database, ["Corner"]),
            "stores",
            "source_name",
        ),
        (
            lambda database: marketplace_loading.missing_purchases(database, [PAST]),
            "purchases",
            "history_key",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_question_is_answered_by_its_index(
    database: Database, question: Question, collection: str, index: str
) -> None:
    sent = await asked(database, question)

    about = [each for each in sent if collection in {each.get("find"), each.get("aggregate")}]
    plans = [
        str(await database.motor.command("explain", command, verbosity="queryPlanner"))
        for command in about
    ]
    assert plans
    assert all(f"'indexName': '{index}'" in plan for plan in plans)
