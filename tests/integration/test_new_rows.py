"""Rows that are added where another one is, or was."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pymongo.errors import OperationFailure

from domain.effects import Add, Decision, Effect, Remove, increase
from repository.mongo import core as core_module
from repository.mongo.changes import Change, State, need, need_new
from repository.mongo.connection import Database
from repository.mongo.core import Core, deadline_in, running_core
from repository.mongo.statements import UPSERTS_MAX
from tests.factories.shelf import SHELVES, Shelf, known, put
from tests.support.statements import Statements

PLENTY_S = 30.0
OLD, NEW = Shelf(1, 3, "old"), Shelf(1, 5, "new")


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    async with running_core(database) as running:
        yield running


def does(*effects: Effect) -> Change[None]:
    return Change(lambda _: Decision(None, effects), (need(SHELVES, 1),))


async def shelves(database: Database) -> list[Shelf]:
    return await database.rows(SHELVES, {}, sort=[("_id", 1)])


REMOVED = Remove(Shelf, 1)


@pytest.mark.parametrize("stored", [(), (OLD,)])
@pytest.mark.parametrize(
    ("effects", "left"),
    [
        ([REMOVED, Add(NEW)], [NEW]),
        ([REMOVED, Add(NEW), REMOVED], []),
        ([REMOVED, Add(OLD), REMOVED, Add(NEW)], [NEW]),
        ([REMOVED, Add(NEW), increase(NEW, stock=-1)], [Shelf(1, 4, "new")]),
    ],
)
async def test_a_row_is_as_the_last_effect_of_a_group_leaves_it(
    core: Core,
    database: Database,
    stored: tuple[Shelf, ...],
    effects: list[Effect],
    left: list[Shelf],
) -> None:
    await put(database, *stored, Shelf(2, 0))

    changes = (core.submit(does(each), deadline=deadline_in(PLENTY_S)) for each in effects)
    await asyncio.gather(*changes)

    assert await shelves(database) == [*left, Shelf(2, 0)]


async def test_a_row_that_is_added_and_removed_leaves_nothing(
    core: Core, database: Database
) -> None:
    both = does(Add(NEW), REMOVED)

    await core.submit(both, deadline=deadline_in(PLENTY_S))

    assert await shelves(database) == []


def opens_a_shelf() -> Change[bool]:
    """Move a copy to a second shelf, unless there is one; tell whether it was moved."""

    def decide(state: State) -> Decision[bool]:
        if state.get(SHELVES, 2) is not None:
            return Decision(result=False)
        effects = (increase(known(state), stock=-1), Add(Shelf(2, 1)))
        return Decision(result=True, effects=effects)

    return Change(decide, (need(SHELVES, 1), need_new(SHELVES, 2)))


@pytest.mark.parametrize("others", [(), (Shelf(2, 7),)])
async def test_a_row_that_was_taken_to_be_new_is_read_once_it_is_found(
    core: Core, database: Database, others: tuple[Shelf, ...]
) -> None:
    await put(database, OLD, *others)

    is_moved = await core.submit(opens_a_shelf(), deadline=deadline_in(PLENTY_S))

    assert is_moved is not bool(others)
    moved = [Shelf(1, 2, "old"), Shelf(2, 1)]
    assert await shelves(database) == ([OLD, *others] if others else moved)


async def test_a_row_that_is_there_is_found_also_if_the_group_that_adds_it_removes_it(
    core: Core, database: Database
) -> None:
    await put(database, OLD, Shelf(2, 7))
    removes = Change(
        lambda state: Decision(state.get(SHELVES, 2), (Remove(Shelf, 2),)), (need(SHELVES, 2),)
    )

    changes = [
        core.submit(each, deadline=deadline_in(PLENTY_S)) for each in (opens_a_shelf(), removes)
    ]

    assert await asyncio.gather(*changes) == [False, Shelf(2, 7)]
    assert await shelves(database) == [OLD]


def opens_shelves(first: int, count: int) -> Change[None]:
    """Move a copy of the first shelf to each of so many others, which are new."""
    rows = [Shelf(first + each, 1) for each in range(count)]

    def decide(state: State) -> Decision[None]:
        return Decision(None, (increase(known(state), stock=-count), *map(Add, rows)))

    return Change(decide, (need(SHELVES, 1),))


@pytest.mark.parametrize(
    ("count", "writes"),
    [
        (UPSERTS_MAX, ["update test_shelves"]),
        (UPSERTS_MAX + 1, ["update test_shelves", "insert test_shelves"]),
    ],
)
async def test_many_rows_that_are_new_beside_others_that_change_have_a_statement_of_their_own(
    core: Core, database: Database, statements: Statements, count: int, writes: list[str]
) -> None:
    await put(database, Shelf(1, 10))

    with statements.counted() as sent:
        await core.submit(opens_shelves(2, count), deadline=deadline_in(PLENTY_S))

    assert sent == ["find test_shelves", *writes, "commitTransaction"]
    assert await shelves(database) == [
        Shelf(1, 10 - count),
        *(Shelf(each, 1) for each in range(2, 2 + count)),
    ]


@pytest.mark.parametrize("count", [UPSERTS_MAX, UPSERTS_MAX + 1])
async def test_a_row_that_another_process_has_added_just_before_is_not_replaced(
    core: Core, database: Database, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    await put(database, Shelf(1, 10), Shelf(3, 7))
    monkeypatch.setattr(core_module, "DUPLICATE_KEY_PATIENCE_S", 0.0)

    with pytest.raises(OperationFailure):
        await core.submit(opens_shelves(2, count), deadline=deadline_in(PLENTY_S))

    assert await shelves(database) == [Shelf(1, 10), Shelf(3, 7)]
