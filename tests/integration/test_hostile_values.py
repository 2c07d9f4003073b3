"""Values of the right type that nobody expects, for each parameter of each method.

Some of them a method may take, and change something: that is why these are not among the wrong ones
of test_wrong_input.py.
"""

from typing import Any

from rpc.application import REGISTRY
from tests.factories.wrong_input import parameters_of, wrong
from tests.support.rpc_client import RpcClient

INTERNAL_ERROR = -32603
HOSTILE: list[Any] = [-1, 2**53 - 1, 1e300, "", "\x00$where", "$name", [[]], {"$gt": ""}]
HOSTILE += ["x" * 2_000, "\ud7ff\U0010ffff"]


async def test_no_value_of_any_parameter_is_a_fault_of_ours(rpc: RpcClient) -> None:
    calls = [
        wrong(method, name, value, repr(value)[:20])
        for method in REGISTRY.values()
        for name, _ in parameters_of(method)
        for value in HOSTILE
    ]

    requests = [rpc.request(call.method) | {"params": call.params} for call in calls]
    responses = []
    for start in range(0, len(requests), 200):
        responses += await rpc.batch(requests[start : start + 200])

    codes = [response.get("error", {}).get("code") for response in responses]
    assert [call for call, code in zip(calls, codes, strict=True) if code == INTERNAL_ERROR] == []
    assert len(calls) > 500
