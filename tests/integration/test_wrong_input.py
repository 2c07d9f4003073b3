"""Wrong input of every kind: refused by the parameter's name, and nothing is changed by it."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from repository.mongo.collections import declared
from repository.mongo.connection import Database
from repository.mongo.heartbeats import HEARTBEATS
from rpc.application import REGISTRY
from rpc.method_registry import Method
from tests.factories.books import new_book
from tests.factories.wrong_input import (
    WrongCall,
    missing_and_unknown,
    out_of_bounds,
    wrong_types,
)
from tests.support.rpc_client import RpcClient

BATCH_CALLS = 500
JARGON = ("Input should", "Value error", "pydantic", "unicode", "validat")


async def dump(database: Database) -> dict[str, list[Any]]:
    """All that the database holds, but for the beats of the service itself."""
    return {
        name: sorted(await database.find(name, {}), key=repr)
        for name in sorted({each.name for each in declared()} - {HEARTBEATS.name})
    }


@pytest.fixture(autouse=True)
async def _nothing_is_changed(database: Database, rpc: RpcClient) -> AsyncIterator[None]:
    await rpc("sales.create", book_id=1)
    before = await dump(database)
    yield
    assert await dump(database) == before


async def answers(rpc: RpcClient, calls: list[WrongCall]) -> list[dict[str, Any]]:
    requests = [rpc.request(call.method) | {"params": call.params} for call in calls]
    responses: list[dict[str, Any]] = []
    for start in range(0, len(requests), BATCH_CALLS):
        responses += await rpc.batch(requests[start : start + BATCH_CALLS])
    return responses


def faults_of(answer: dict[str, Any], parameter: str) -> list[str]:
    """What an answer fails to do: refuse the call, name the parameter, say why in plain words."""
    error = answer.get("error", {"code": "no error"})
    if error["code"] != -32602:
        return [f"answered {error['code']}"]
    problems = [e["problem"] for e in error["data"]["errors"] if e["parameter"] == parameter]
    if not problems:
        return [f"{error['data']['errors']} does not name it"]
    return [f"says {text!r}" for text in problems if not text or any(j in text for j in JARGON)]


@pytest.mark.parametrize("kind", [wrong_types, out_of_bounds, missing_and_unknown])
async def test_every_wrong_parameter_of_every_method_is_named(
    rpc: RpcClient, kind: Callable[[Method], Iterator[WrongCall]]
) -> None:
    calls = [call for method in REGISTRY.values() for call in kind(method)]

    responses = await answers(rpc, calls)

    faults = {
        f"{call.method} {call.parameter}: {call.what}": faults
        for call, response in zip(calls, responses, strict=True)
        if (faults := faults_of(response, call.parameter))
    }
    assert faults == {}
    assert len(calls) > 15


WRONG_BOOKS: list[tuple[dict[str, Any], str, str]] = [
    ({"price": -1}, "price", "must not be negative"),
    ({"price": -0.01}, "price", "must not be negative"),
    ({"price": 9.999}, "price", "must have at most two decimals"),
    ({"price": "9.99"}, "price", "must be a number"),
    ({"price": 10**400}, "price", "must be at most"),
    ({"pages": 0}, "pages", "must be at least 1"),
    ({"pages": -3}, "pages", "must be at least 1"),
    ({"pages": 12.5}, "pages", "must be a whole number, not a number with a fraction"),
    ({"pages": "12"}, "pages", "must be a whole number, not a string"),
    ({"pages": True}, "pages", "must be a whole number, not a boolean"),
    ({"quantity": -1}, "quantity", "must be at least 0"),
    ({"quantity": 10**12}, "quantity", "must be at most"),
    ({"quantity": 10**30}, "quantity", "must be at most"),
    ({"isbn": "978-0-547-77374-3"}, "isbn", "has a wrong ISBN-13 check digit"),
    ({"isbn": "0547773740"}, "isbn", "has a wrong ISBN-10 check digit"),
    ({"isbn": "979-0-2600-0043-8"}, "isbn", "is an ISMN"),
    ({"isbn": "12345"}, "isbn", "must be an ISBN-10 or an ISBN-13"),
    ({"isbn": 9780547773742}, "isbn", "must be a string"),
    ({"title": ""}, "title", "must not be blank"),
    ({"title": "  \t "}, "title", "must not be blank"),
    ({"title": "nul\0"}, "title", "must be text without control characters"),
    ({"title": "x" * 501}, "title", "must have at most 500 characters"),
    ({"title": ["x"]}, "title", "must be a string, not an array"),
    ({"authors": []}, "authors", "must have at least 1 item(s)"),
    ({"authors": "Le Guin"}, "authors", "must be an array, not a string"),
    ({"authors": ["Le Guin", ""]}, "authors", "must not be blank"),
    ({"authors": ["Le Guin", 7]}, "authors", "must be a string, not a whole number"),
    ({"authors": ["x"] * 51}, "authors", "must have at most 50 items"),
    ({"author": "Le Guin"}, "author", "did you mean authors?"),
    ({"colour": "red"}, "colour", "it takes title, authors, pages"),
]

WRONG_CALLS: list[tuple[str, dict[str, Any], str, str]] = [
    *(("books.create", new_book(**change), name, why) for change, name, why in WRONG_BOOKS),
    ("books.update", {"id": 1, "price": 1.005}, "price", "must have at most two decimals"),
    ("books.restock", {"id": 1, "quantity": 0}, "quantity", "must be at least 1"),
    ("books.restock", {"id": 1, "quantity": -5}, "quantity", "must be at least 1"),
    ("books.restock", {"id": 1, "quantity": 10**12}, "quantity", "must be at most"),
    ("books.get", {"id": "1"}, "id", "must be a whole number, not a string"),
    ("books.get", {"id": -1}, "id", "must be at least 0"),
    ("books.get", {"id": 2**53}, "id", "must be at most"),
    ("books.list", {"sort": "stock"}, "sort", "must be 'id', 'title' or 'price'"),
    ("books.list", {"in_stock": "yes"}, "in_stock", "must be true or false, not a string"),
    ("books.list", {"cursor": "junk"}, "cursor", "is not a cursor"),
    ("sales.create", {"book_id": 1, "quantity": 10**12}, "quantity", "must be at most"),
    ("sales.create", {"book_id": 1, "quantity": 0}, "quantity", "must be at least 1"),
    ("sales.refund", {"sale_id": 1, "quantity": -1}, "quantity", "must be at least 1"),
    ("sales.refund", {"sale_id": 1, "quantity": 0}, "quantity", "must be at least 1"),
    ("sales.totals", {"from": "yesterday"}, "from", "2026-11-23"),
    ("sales.totals", {"to": 20261123}, "to", "2026-11-23"),
    ("sales.totals", {"time_zone": "Mars/Olympus"}, "time_zone", "Europe/Paris"),
    ("sales.create", {"book_id": 1, "idempotency_key": ""}, "idempotency_key", "at least 1"),
    (
        "keys.create",
        {"name": "x", "role": "owner"},
        "role",
        "must be 'public', 'reader', 'clerk' or 'admin'",
    ),
    ("sales.create", {"book_id": 1, "idempotency_key": " "}, "idempotency_key", "be blank"),
]


async def test_the_refusal_says_what_is_wanted(rpc: RpcClient) -> None:
    calls = [WrongCall(method, params, name, why) for method, params, name, why in WRONG_CALLS]

    for call, response in zip(calls, await answers(rpc, calls), strict=True):
        assert faults_of(response, call.parameter) == [], call
        errors = response["error"]["data"]["errors"]
        assert any(call.what in error["problem"] for error in errors), (call, errors)


async def test_every_parameter_at_fault_is_named_at_once(rpc: RpcClient) -> None:
    response = await rpc.post(
        rpc.request("books.create", title=" ", authors=[], pages=0, price=-1, isbn="1", x=1)
    )

    named = {error["parameter"] for error in response["error"]["data"]["errors"]}
    assert named == {"title", "authors", "pages", "price", "isbn", "x"}


async def test_an_item_at_fault_is_named_with_its_place(rpc: RpcClient) -> None:
    response = await rpc.post(rpc.request("books.create", **new_book(authors=["a", "b", ""])))

    assert [error["path"] for error in response["error"]["data"]["errors"]] == [["authors", "2"]]


async def test_too_many_parameters_by_position_are_refused(rpc: RpcClient) -> None:
    request = {"jsonrpc": "2.0", "method": "sales.get", "params": [1, 2], "id": 1}

    assert (await rpc.post(request))["error"]["code"] == -32602


async def test_a_bound_of_hours_is_a_number_and_not_a_text_of_one(rpc: RpcClient) -> None:
    for bound in ("60", True):
        request = rpc.request("stores.list", hours_per_week={"more_than": bound})

        answer = await rpc.post(request)

        assert answer["error"]["data"]["errors"][0]["path"] == ["hours_per_week", "more_than"]


async def test_an_unknown_field_within_a_parameter_is_not_called_a_parameter(
    rpc: RpcClient,
) -> None:
    request = rpc.request("stores.list", open_on={"day": "tue", "time": "11:00", "week": 1})

    answer = await rpc.post(request)

    found = answer["error"]["data"]["errors"]
    assert [each["path"] for each in found] == [["open_on", "week"]]
    assert found[0]["problem"] == "is not a field of this object"
