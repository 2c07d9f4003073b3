"""The examples of the document, sent in its order to a fresh demo, give the results shown."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.clock import Clock
from repository.mongo.clock import now
from tests.support.documented import Documented
from tests.support.rpc_client import RpcClient

INSTANT = re.compile(r"20[0-8]\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""An instant of the present; those of 2099 come from the parameters."""
DATE = re.compile(r"\d{4}-\d\d-\d\d")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KEY = re.compile(r"octavo_\d+_[\w-]{43}")


@pytest.fixture(
    params=[now, lambda: datetime(2032, 2, 29, 23, 30, tzinfo=UTC)],
    ids=["now by name", "a night in 2032 by position"],
)
def clock(request: pytest.FixtureRequest) -> Clock:
    given: Clock = request.param
    return given


def comparable(value: Any) -> Any:
    """A value without what differs from run to run: the present, new keys, the gateway's ids."""
    if isinstance(value, dict):
        return {name: comparable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    if isinstance(value, str):
        for kind, pattern in {"instant": INSTANT, "id": UUID, "key": KEY}.items():
            if pattern.fullmatch(value):
                return f"<{kind}>"
    return value


@pytest.fixture
def by_position(clock: Clock) -> bool:
    """Whether the parameters are sent by position: at one of the two times."""
    return clock is not now


async def test_each_example_gives_the_result_shown(rpc: RpcClient, *, by_position: bool) -> None:
    documented = Documented(await rpc("rpc.discover"))

    sent = 0
    for name, method in documented.methods.items():
        for example in method["examples"]:
            named = {each["name"]: each["value"] for each in example["params"]}
            params = list(named.values()) if by_position else named
            response = await rpc.post(rpc.request(name) | {"params": params})

            assert "result" in response, f"{name}: {response}"
            documented.check(name, response)
            shown = comparable(example["result"]["value"])
            assert comparable(response["result"]) == shown, f"{name} {params}"
            sent += 1
    assert sent >= len(documented.methods) - 1


async def test_days_in_parameters_are_past_for_good_or_far_ahead(rpc: RpcClient) -> None:
    document = await rpc("rpc.discover")
    given = str([example["params"] for each in document["methods"] for example in each["examples"]])
    years = {date[:4] for date in DATE.findall(given)}

    assert years == {"2020", "2099"}
