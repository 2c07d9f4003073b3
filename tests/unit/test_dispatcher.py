"""What the dispatcher counts and lets through; its answers are shown in tests/conformance."""

from collections.abc import Callable
from typing import Any, cast

import orjson
import pytest

from domain.keys import Caller, Role
from rpc import protocol
from rpc.begin import Waiting, begin
from rpc.dispatcher import Dispatcher, DispatchLimits
from rpc.method_registry import Services
from rpc.metrics import Metrics
from rpc.protocol import ProtocolLimits
from tests.conformance.example_service import CANARY, REGISTRY
from tests.support.loop_watch import watched_loop

ADMIN = Caller("settings", Role.ADMIN)
LIMITS = ProtocolLimits(batch_calls_max=100, method_name_characters_max=128, nesting_levels_max=32)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def dispatcher(metrics: Metrics) -> Dispatcher:
    services = Services(*[cast("Any", None)] * 10)
    limits = DispatchLimits(
        batch_concurrency_max=4,
        response_bytes_max=100_000,
        call_deadline_s=1.0,
        calls_at_once_max=4,
        calls_at_once_per_key_max=4,
    )
    return Dispatcher(REGISTRY, services, limits, metrics)


def message(*requests: Any) -> protocol.Message:
    return protocol.parse(orjson.dumps(requests), LIMITS)


def call(method: str, params: Any = None, **members: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params, "id": 1} | members


@pytest.fixture
def counted(metrics: Metrics) -> Callable[[str, str], float]:
    """How many calls of a method had an outcome."""

    def count(method: str, outcome: str) -> float:
        labels = {"method": method, "outcome": outcome}
        return metrics.registry.get_sample_value("octavo_calls_total", labels) or 0.0

    return count


async def test_every_element_of_a_batch_is_counted(dispatcher: Dispatcher, counted: Any) -> None:
    notification = {"jsonrpc": "2.0", "method": "echo"}
    await dispatcher.answer(
        message(call("echo"), 1, call("none"), notification, call("echo", ["a", "b"])), ADMIN
    )

    assert counted("echo", "ok") == 2
    assert counted("echo", "invalid_params") == 1
    assert counted("unknown", "invalid_request") == 1
    assert counted("unknown", "method_not_found") == 1


async def test_a_client_cannot_make_up_names_in_the_metrics(
    dispatcher: Dispatcher, metrics: Metrics
) -> None:
    await dispatcher.answer(message(call("made-up-by-a-client")), ADMIN)

    assert b"made-up" not in metrics.exposition()


async def test_what_a_role_may_not_do_is_counted_as_refused(
    dispatcher: Dispatcher, counted: Any
) -> None:
    await dispatcher.answer(message(call("admin"), call("admin")), Caller("1", Role.CLERK))
    await dispatcher.answer(message(call("admin"), call("open")), None)

    assert counted("admin", "forbidden") == 2
    assert counted("admin", "unauthenticated") == 1
    assert counted("open", "ok") == 1


async def test_a_change_as_a_notification_is_counted(
    dispatcher: Dispatcher, metrics: Metrics
) -> None:
    answer = await dispatcher.answer(message({"jsonrpc": "2.0", "method": "change"}), ADMIN)

    assert answer is None
    labels = {"method": "change"}
    value = metrics.registry.get_sample_value("octavo_refused_notifications_total", labels)
    assert value == 1


@pytest.mark.parametrize(
    ("requests", "is_open"),
    [
        ([call("open")], True),
        ([call("echo"), call("open"), 1], True),
        ([call("echo"), call("none"), 1], False),
        ([1], False),
        ([], False),
    ],
)
def test_only_a_call_of_an_open_method_needs_no_key(
    dispatcher: Dispatcher, requests: list[Any], *, is_open: bool
) -> None:
    assert dispatcher.admits(message(*requests), None) == is_open


@pytest.mark.parametrize("how", ["exception", "error without a code", "unserialisable result"])
async def test_an_exception_s_text_is_not_answered(dispatcher: Dispatcher, how: str) -> None:
    answer = await dispatcher.answer(message(call("fail", [how])), ADMIN)

    assert answer is not None
    assert CANARY.encode() not in answer
    (response,) = orjson.loads(answer)
    assert set(response["error"]["data"]) == {"type", "retryable", "detail", "correlation_id"}


async def test_parameters_may_be_called_like_what_passes_them_on(dispatcher: Dispatcher) -> None:
    names = ["self", "invocation", "context", "request", "args", "kwargs", "method"]

    answer = await dispatcher.answer(message(*(call("echo", {name: 1}) for name in names)), ADMIN)

    assert answer is not None
    assert {response["error"]["code"] for response in orjson.loads(answer)} == {-32602}


@pytest.mark.parametrize("waits", [False, True])
async def test_a_long_batch_does_not_hold_the_loop(dispatcher: Dispatcher, *, waits: bool) -> None:
    calls = [call("work", {"seconds": 0.002, "waits": waits}, id=each) for each in range(100)]

    async with watched_loop() as watch:
        answer = await dispatcher.answer(message(*calls), ADMIN)

    assert answer is not None
    assert [each["id"] for each in orjson.loads(answer)] == list(range(100))
    assert watch.longest_s < 0.05


async def test_calls_that_do_not_wait_are_answered_in_one_turn(dispatcher: Dispatcher) -> None:
    calls = [call("echo", [each], id=each) for each in range(20)]
    asked = begin(dispatcher.answer(message(*calls), ADMIN))

    assert not isinstance(asked, Waiting)
    assert asked is not None
    assert [each["result"]["value"] for each in orjson.loads(asked)] == list(range(20))
