"""Each query of the library uses its index.

OCTAVO_TEST_LOANS sets among how many loans; 100,000 is the full run.
"""

import os
from datetime import timedelta
from typing import Any

import pytest

from repository.circulation import EVENTS, HOLDINGS, LOANS, RESERVATIONS, new_holding, open_rows
from repository.circulation_lists import events_index, loans_index, loans_query
from repository.indexes import INDEXES, NOON, Index
from repository.mongo_connection import Database

LOANS_COUNT = int(os.environ.get("OCTAVO_TEST_LOANS", "300"))
OTHERS_COUNT = min(LOANS_COUNT, 300)
CHUNK = 5_000
LIBRARY = (HOLDINGS, LOANS, RESERVATIONS, EVENTS)
BY_ID = [("_id", 1)]
BY_DUE_DATE = [("due_at", 1), ("_id", 1)]

HINTED = {
    "loans of a member and a book": "member",
    "open loans of a member": "member",
    "overdue loans of a member": "member",
    "all loans": "_id_",
    "open ones of all loans": "_id_",
    "events of a book and a member": "book",
    "events of a kind": "at",
}
OTHER_QUERIES = {
    "loans of a member and a book": (LOANS, {"member_id": 7, "book_id": 7}, BY_ID),
    "open loans of a member": (LOANS, {"member_id": 7, "open": True}, BY_ID),
    "open ones of all loans": (LOANS, {"open": True}, BY_ID),
    "open loans of a book": (LOANS, open_rows(7), None),
    "overdue loans of a member": (
        LOANS,
        loans_query(7, None, overdue=True, is_open=None, now=NOON),
        BY_DUE_DATE,
    ),
    "all loans": (LOANS, {}, BY_ID),
    "open reservations of a book": (RESERVATIONS, open_rows(7), None),
    "events of a book and a member": (
        EVENTS,
        {"book_id": 7, "member_id": 7},
        [("number", 1), ("_id", 1)],
    ),
    "events of a kind": (EVENTS, {"kind": "hold"}, [("at", 1), ("_id", 1)]),
}
QUERIES = {
    f"{index.collection} by {index.name}": (index.collection, index.query, index.sort)
    for index in INDEXES
    if index.collection in LIBRARY
} | OTHER_QUERIES


def rows_of(number: int) -> dict[str, dict[str, Any]]:
    ids = {"_id": number, "book_id": number % 997, "member_id": number // 3}
    at = NOON + timedelta(minutes=number)
    is_open = number % 10 == 0
    return {
        LOANS: ids | {"open": is_open, "due_at": at, "loaned_at": at},
        RESERVATIONS: ids | {"open": is_open, "place": number},
        EVENTS: ids | {"number": number, "kind": "checkout", "at": at},
        HOLDINGS: new_holding(number) | {"next_expiry_at": at if is_open else None},
    }


async def fill(database: Database) -> None:
    for start in range(0, LOANS_COUNT, CHUNK):
        rows = [rows_of(number) for number in range(start, min(start + CHUNK, LOANS_COUNT))]
        await database.collection(LOANS).insert_many([row[LOANS] for row in rows])
    rows = [rows_of(number) for number in range(OTHERS_COUNT)]
    for collection in LIBRARY:
        if collection != LOANS:
            await database.collection(collection).insert_many([row[collection] for row in rows])


def stages(plan: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [plan[name] for name in ("inputStage", "queryPlan") if name in plan]
    inner += plan.get("inputStages", [])
    return [plan, *(stage for each in inner for stage in stages(each))]


@pytest.fixture
async def filled(database: Database) -> Database:
    await fill(database)
    return database


async def test_each_query_of_the_library_uses_an_index(filled: Database) -> None:
    plans: dict[str, set[str]] = {}
    for name, (collection, query, sort) in QUERIES.items():
        command: dict[str, Any] = {"find": collection, "filter": query, "limit": 51}
        if sort is not None:
            command["sort"] = dict(sort)
        if name in HINTED:
            command["hint"] = HINTED[name]
        plan = await filled.motor.command("explain", command, verbosity="queryPlanner")
        plans[name] = {each["stage"] for each in stages(plan["queryPlanner"]["winningPlan"])}

    unindexed = {name: found for name, found in plans.items() if not found & {"IXSCAN", "IDHACK"}}
    assert not unindexed


def test_the_hints_are_those_that_the_lists_give() -> None:
    assert loans_index(7, 7, overdue=None) == HINTED["loans of a member and a book"]
    assert loans_index(7, None, overdue=True) == HINTED["overdue loans of a member"]
    assert loans_index(None, None, overdue=None) == HINTED["all loans"]
    assert events_index(7, 7) == HINTED["events of a book and a member"]
    assert events_index(None, None) == HINTED["events of a kind"]


def test_each_index_of_the_library_has_a_query_here() -> None:
    indexes: list[Index] = [index for index in INDEXES if index.collection in LIBRARY]

    assert {f"{index.collection} by {index.name}" for index in indexes} <= set(QUERIES)
    assert len(indexes) == 9
