"""Each parameter of each method, given values that nobody expects: never a fault of ours."""

from typing import Any

from rpc.application import REGISTRY
from tests.rpc_client import RpcClient

WRONG: list[Any] = [
    10**30,
    -1,
    1.5,
    True,
    "",
    "\x00$where",
    [[]],
    {"$gt": ""},
    "x" * 20_000,
]
INTERNAL_ERROR = -32603


async def test_no_value_of_any_parameter_is_an_internal_error(rpc: RpcClient) -> None:
    faults = []
    for method in REGISTRY.values():
        requests = [
            rpc.request(method.name) | {"params": method.example | {parameter: value}}
            for parameter in method.parameters.model_fields
            for value in WRONG
        ]
        answers = await rpc.batch(requests) if requests else []
        faults += [
            (request, answer)
            for request, answer in zip(requests, answers, strict=True)
            if answer.get("error", {}).get("code") == INTERNAL_ERROR
        ]

    assert not faults


async def test_a_bound_of_hours_is_a_number_and_not_a_text_of_one(rpc: RpcClient) -> None:
    for bound in ("60", True):
        request = rpc.request("stores.list", hours_per_week={"more_than": bound})

        answer = await rpc.post(request)

        assert answer["error"]["data"]["errors"][0]["path"] == ["hours_per_week", "more_than"]
