"""A method is added as docs/architecture.md says, and answers over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.effects import Assign, Decision, assign
from domain.errors import NotFound, found
from domain.keys import Role
from repository.mongo.changes import Change, State, need
from repository.mongo.collections import Collection
from repository.mongo.connection import Database
from rpc import application
from rpc.application import make_application
from rpc.method_registry import CallContext, ChangeContext, MethodRegistry, method
from rpc.settings import Settings
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.served import served

STEPS = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"


class Shelf(BaseModel):
    """A shelf as the outside sees it."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class NewShelfRow:
    """What is kept of a shelf."""

    id: int
    label: str

    def shown(self) -> Shelf:
        return Shelf(id=self.id, label=self.label)


def relabel(shelf: NewShelfRow, label: str) -> Decision[Shelf]:
    return Decision(replace(shelf, label=label).shown(), (assign(shelf, label=label),))


SHELVES = Collection("test_new_shelves", NewShelfRow, cached=True)


async def read(database: Database, shelf_id: int) -> Shelf:
    return found(await database.get(SHELVES, shelf_id), "shelf", id=shelf_id).shown()


def update(shelf_id: int, label: str) -> Change[Shelf]:
    def decide(state: State) -> Decision[Shelf]:
        return relabel(found(state.get(SHELVES, shelf_id), "shelf", id=shelf_id), label)

    foreseen = Assign(NewShelfRow, shelf_id, {"label": label})
    return Change(decide, (need(SHELVES, shelf_id, foreseen=foreseen),), is_certain=True)


@method("shelves.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get_shelf(context: CallContext, id_: int) -> Shelf:
    """Get one shelf."""
    return await read(context.database, id_)


@method("shelves.update", role=Role.CLERK, errors=(NotFound,), example={"id": 1, "label": "a"})
def update_shelf(_: ChangeContext, id_: int, label: str) -> Change[Shelf]:
    """Give a shelf a new label."""
    return update(id_, label)


@pytest.fixture
async def rpc(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RpcClient]:
    """A client of a service that has the new methods too."""
    methods = (*application.REGISTRY.values(), get_shelf, update_shelf)
    monkeypatch.setattr(application, "REGISTRY", MethodRegistry(methods))
    await database.collection(SHELVES).insert_one({"_id": 1, "label": "old"})
    async with served(make_application(settings)) as url, RpcClient(url) as client:
        yield client


async def test_it_answers_like_all_others(rpc: RpcClient) -> None:
    changed = await rpc("shelves.update", id=1, label="new", idempotency_key="k")
    again = await rpc("shelves.update", id=1, label="new", idempotency_key="k")

    assert changed == again == await rpc("shelves.get", id=1) == {"id": 1, "label": "new"}
    with pytest.raises(RpcError) as refusal:
        await rpc("shelves.get", id=2)
    assert refusal.value.type == "not_found"


def test_the_steps_are_the_documented_ones() -> None:
    text = STEPS.read_text()

    assert '@method("shelves.get", role=Role.READER, errors=(NotFound,), example={"id": 1})' in text
    assert "Change(decide, (need(SHELVES, shelf_id),))" in text
