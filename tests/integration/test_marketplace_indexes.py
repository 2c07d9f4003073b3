from datetime import UTC, datetime

import pytest

from domain.stores import BooksCount, HoursPerDay, HoursPerWeek, OpenOn
from domain.time_ranges import time_range
from repository import listings, purchases, stores, users
from repository.marketplace import LISTINGS, PURCHASES, STORES
from repository.mongo_connection import Database
from repository.pages import Clause, page_pipeline

YEAR = time_range(datetime(2020, 1, 1, tzinfo=UTC), None)


def store_clauses(**given: object) -> list[Clause]:
    none = dict.fromkeys(("open_at", "open_on", "hours_per_week", "hours_per_day", "books", "name"))
    return stores.list_clauses(**(none | given))  # type: ignore[arg-type]


def page(clauses: list[Clause]) -> list[Clause]:
    return page_pipeline(clauses, field="_id", descending=False, after=None, limit=50)


@pytest.mark.parametrize(
    ("collection", "pipeline", "index"),
    [
        (STORES, page(store_clauses(open_on=OpenOn(day="tue", time="11:00"))), "open_slots"),
        (STORES, page(store_clauses(hours_per_week=HoursPerWeek(more_than=9))), "week_minutes"),
        (STORES, page(store_clauses(hours_per_day=HoursPerDay(less_than=2))), "shortest_day"),
        (
            STORES,
            page(store_clauses(hours_per_day=HoursPerDay(less_than=2, which="every"))),
            "longest_day",
        ),
        (STORES, page(store_clauses(books=BooksCount(more_than=3))), "listings_count"),
        (
            STORES,
            page(store_clauses(books=BooksCount(more_than=3, min_price=10))),
            "listings_count",
        ),
        (STORES, page(store_clauses(name="book")), "name_words"),
        (
            LISTINGS,
            page(listings.list_clauses(store_id=None, min_price_cents=1, max_price_cents=9)),
            "price",
        ),
        (
            LISTINGS,
            page(listings.list_clauses(store_id=1, min_price_cents=1, max_price_cents=9)),
            "store",
        ),
        (PURCHASES, users.spending_pipeline(YEAR), "purchased_at"),
        (PURCHASES, stores.popularity_pipeline(YEAR), "purchased_at"),
        (PURCHASES, purchases.totals_pipeline(YEAR), "purchased_at"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_question_is_answered_by_its_index(
    database: Database, collection: str, pipeline: list[Clause], index: str
) -> None:
    command = {"aggregate": collection, "pipeline": pipeline, "cursor": {}}
    plan = await database.motor.command("explain", command, verbosity="queryPlanner")

    assert f"'indexName': '{index}'" in str(plan)
