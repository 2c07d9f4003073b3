"""A made-up topic for tests of the core: copies on a shelf, and what was taken of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.effects import Add, Assign, Decision, Effect, Increase, assign, increase
from domain.errors import OutOfStock
from repository.mongo.changes import Change, State, need
from repository.mongo.collections import Collection
from repository.mongo.connection import Database


@dataclass(frozen=True, slots=True)
class Shelf:
    """Copies that anybody may take."""

    id: int
    stock: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """One copy taken."""

    id: int
    shelf_id: int


SHELVES: Collection[Shelf] = Collection("test_shelves", Shelf, cached=True)
TAKINGS: Collection[Taking] = Collection("test_takings", Taking)


def known(state: State, shelf_id: int = 1) -> Shelf:
    """The shelf, which is there."""
    shelf = state.get(SHELVES, shelf_id)
    assert shelf is not None
    return shelf


def take(
    shelf_id: int = 1, *, foreseen: bool = False, first: Callable[[State], None] = lambda _: None
) -> Change[int]:
    """Take one copy and tell how many are left; refused with OutOfStock. `first` runs before."""

    def decide(state: State) -> Decision[int]:
        first(state)
        shelf = known(state, shelf_id)
        if not shelf.stock:
            raise OutOfStock(book_id=shelf_id, requested=1, available=0)
        taking = Taking(state.new_id(TAKINGS), shelf_id)
        return Decision(shelf.stock - 1, (increase(shelf, stock=-1), Add(taking)))

    effect = Increase(Shelf, shelf_id, {"stock": -1}) if foreseen else None
    return Change(decide, (need(SHELVES, shelf_id, foreseen=effect),))


def take_quietly(shelf_id: int = 1) -> Change[int]:
    """As `take`, but without a row that tells of it."""

    def decide(state: State) -> Decision[int]:
        shelf = known(state, shelf_id)
        return Decision(shelf.stock - 1, (increase(shelf, stock=-1),))

    return Change(decide, (need(SHELVES, shelf_id),))


def relabel(*shelf_ids: int, label: str = "new") -> Change[int]:
    """Give shelves a label, which is certain, and tell how many copies the first has."""

    def decide(state: State) -> Decision[int]:
        shelves = [known(state, shelf_id) for shelf_id in shelf_ids]
        return Decision(shelves[0].stock, tuple(assign(each, label=label) for each in shelves))

    effects = [Assign(Shelf, shelf_id, {"label": label}) for shelf_id in shelf_ids]
    needs = tuple(need(SHELVES, each.id, foreseen=each) for each in effects)
    return Change(decide, needs, is_certain=True)


def with_effects(change: Change[int], *more: Effect) -> Change[int]:
    """The change with more effects."""

    def decide(state: State) -> Decision[int]:
        decision = change.decide(state)
        return Decision(decision.result, (*decision.effects, *more))

    return replace(change, decide=decide)


async def put(database: Database, *shelves: Shelf) -> None:
    """Set shelves up."""
    await database.collection(SHELVES.name).insert_many(map(SHELVES.document_of, shelves))


async def stock(database: Database, shelf_id: int = 1) -> int:
    """Copies on a shelf."""
    [shelf] = await database.rows(SHELVES, {"_id": shelf_id})
    return shelf.stock


async def taken(database: Database) -> int:
    """How many were taken."""
    return await database.collection(TAKINGS.name).count_documents({})
