"""Whoever reads a row notes its collection: answers are kept until it changes."""

from collections.abc import Awaitable, Callable

import pytest

from repository.members import MEMBERS
from repository.mongo.connection import Database
from repository.mongo.reading import COLLECTIONS_READ

Read = Callable[[Database], Awaitable[object]]
READS: dict[str, Read] = {
    "one by its id": lambda database: database.get(MEMBERS, 1),
    "many by their ids": lambda database: database.get_all(MEMBERS, [1, 2]),
    "none of many": lambda database: database.get_all(MEMBERS, []),
    "one that is rendered": lambda database: database.get_rendered(MEMBERS, 1, lambda _: b""),
    "rows that match": lambda database: database.rows(MEMBERS, {}),
    "the row that matches": lambda database: database.row(MEMBERS, {"_id": 1}),
    "a pipeline": lambda database: database.aggregate(MEMBERS, []),
}


@pytest.mark.parametrize("name", READS)
async def test_a_read_notes_its_collection(database: Database, name: str) -> None:
    noted = set[str]()
    token = COLLECTIONS_READ.set(noted)
    try:
        await READS[name](database)
    finally:
        COLLECTIONS_READ.reset(token)

    assert noted == {"members"}
