"""A row that was read before is decided on without a read; what has changed meanwhile is seen."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from domain.effects import Decision, assign, increase, remove
from domain.errors import OutOfStock
from repository.mongo.changes import Change, State, need_known
from repository.mongo.connection import Database
from repository.mongo.core import Core
from tests.factories.shelf import SHELVES, TAKINGS, Shelf, known, put, relabel, stock, take
from tests.support.statements import Statements

READ = "find test_shelves"
Decide = Callable[[Shelf], Decision[str | None]]


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    await put(database, Shelf(1, 3, "old"), Shelf(2, 3))
    await database.ids.reserve(TAKINGS)
    running = Core(database)
    yield running
    await running.finish()


def soon() -> float:
    return asyncio.get_running_loop().time() + 30


def of_known(shelf: Shelf, decide: Decide) -> Change[str | None]:
    """A change of a known shelf, if its label is the same still."""

    def decide_on_it(state: State) -> Decision[str | None]:
        return decide(known(state, shelf.id))

    return Change(decide_on_it, (need_known(SHELVES, shelf, "label"),))


def marks(shelf: Shelf) -> Decision[str | None]:
    marked = f"{shelf.label}!"
    return Decision(marked, (assign(shelf, label=marked),))


def refuses_old_ones(shelf: Shelf) -> Decision[str | None]:
    if shelf.label == "old":
        raise OutOfStock(book_id=shelf.id, requested=1, available=0)
    return Decision(shelf.label)


def changes_nothing(shelf: Shelf) -> Decision[str | None]:
    return Decision(shelf.label, (increase(shelf, stock=0),))


def takes(shelf: Shelf) -> Decision[str | None]:
    return Decision(shelf.label, (increase(shelf, stock=-1),))


def removes(shelf: Shelf) -> Decision[str | None]:
    return Decision(shelf.label, (remove(shelf),))


async def test_a_known_row_is_changed_without_a_read(
    core: Core, database: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        marked = await core.submit(of_known(Shelf(1, 3, "old"), marks), deadline=soon())

    assert marked == "old!"
    assert READ not in sent
    assert [row.label for row in await database.rows(SHELVES, {"_id": 1})] == ["old!"]


@pytest.mark.parametrize("others", [0, 2])
@pytest.mark.parametrize(
    ("decide", "answer"),
    [
        (marks, "new!"),
        (refuses_old_ones, "new"),
        (changes_nothing, "new"),
        (takes, "new"),
        (removes, "new"),
    ],
)
async def test_a_known_row_that_has_changed_is_read(
    core: Core, database: Database, decide: Decide, answer: str, others: int
) -> None:
    await core.submit(relabel(1, label="new"), deadline=soon())

    told, *left = await asyncio.gather(
        core.submit(of_known(Shelf(1, 0, "old"), decide), deadline=soon()),
        *(core.submit(take(2), deadline=soon()) for _ in range(others)),
    )

    assert told == answer
    assert left == [2, 1][:others]
    assert await stock(database, 2) == 3 - others
    rows = await database.rows(SHELVES, {"_id": 1})
    assert [row.label for row in rows] == ([] if decide is removes else [answer])


async def test_a_known_row_that_is_gone_is_not_written(core: Core, database: Database) -> None:
    await database.collection(SHELVES.name).delete_one({"_id": 1})

    with pytest.raises(AssertionError):
        await core.submit(of_known(Shelf(1, 3, "old"), marks), deadline=soon())

    assert await database.rows(SHELVES, {"_id": 1}) == []


async def test_two_that_know_the_same_row_follow_each_other(core: Core) -> None:
    shelf = Shelf(1, 3, "old")

    answers = await asyncio.gather(
        *(core.submit(of_known(shelf, marks), deadline=soon()) for _ in range(2))
    )

    assert answers == ["old!", "old!!"]
