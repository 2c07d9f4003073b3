"""What the dispatcher counts and lets through; its answers are shown in tests/conformance."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import orjson
import pytest

from domain.effects import Decision
from domain.keys import Caller, Role
from repository.mongo.changes import Change
from rpc import protocol
from rpc.begin import Waiting, begin
from rpc.dispatcher import Dispatcher, DispatchLimits
from rpc.method_registry import ChangeContext, MethodRegistry, Services, method
from rpc.metrics import Metrics
from rpc.protocol import ProtocolLimits
from tests.conformance.example_service import CANARY, REGISTRY, Anything
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


class SlowCore:
    """A core whose changes are done when the test says so."""

    def __init__(self) -> None:
        self.open: list[asyncio.Future[Any]] = []
        self.most = 0
        self.left = 0

    async def submit(self, _: Any, *, deadline: float, **_more: object) -> Any:
        assert deadline > 0
        answer = asyncio.get_running_loop().create_future()
        self.open.append(answer)
        self.most = max(self.most, len(self.open))
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            self.left += 1
            raise
        finally:
            self.open.remove(answer)

    def finish(self, value: Any = None) -> None:
        """Finish what is open, each with a value."""
        for answer in self.open:
            if not answer.done():
                answer.set_result(Anything(value=value))


@method("alter", role=Role.CLERK, example={})
def alter(_: ChangeContext) -> Change[Anything]:
    """Change something."""
    return Change(lambda _: Decision(Anything(value="decided")))


WITH_CHANGES = MethodRegistry([alter, *(each for each in REGISTRY.values() if each.does == "read")])
CHANGES = [call("alter", {}, id=each) for each in range(10)]


@pytest.fixture
def core() -> SlowCore:
    return SlowCore()


def with_core(core: SlowCore, *, deadline_s: float = 5.0) -> Dispatcher:
    nothing = cast("Any", None)
    services = Services(nothing, cast("Any", core), *[nothing] * 8)
    limits = DispatchLimits(
        batch_concurrency_max=4,
        response_bytes_max=100_000,
        call_deadline_s=deadline_s,
        calls_at_once_max=3,
        calls_at_once_per_key_max=3,
    )
    return Dispatcher(WITH_CHANGES, services, limits, Metrics())


async def finish_all(core: SlowCore, task: "asyncio.Task[Any]") -> list[Any]:
    """Finish changes as they come until the task is done; its answer."""
    async with asyncio.timeout(10):
        while not task.done():
            core.finish("done")
            await asyncio.sleep(0.001)
    return cast("list[Any]", orjson.loads(await task))


async def test_the_changes_of_a_batch_are_under_way_together_as_far_as_there_is_room(
    core: SlowCore,
) -> None:
    refused = call("alter", {"unknown": 1}, id=10)
    asking = asyncio.create_task(with_core(core).answer(message(*CHANGES, refused), ADMIN))
    await asyncio.sleep(0.01)
    assert len(core.open) == 3

    answers = await finish_all(core, asking)

    assert core.most == 3
    assert [each["id"] for each in answers] == list(range(11))
    assert [each["result"]["value"] for each in answers[:10]] == ["done"] * 10
    assert answers[10]["error"]["code"] == -32602


async def test_reads_among_changes_wait_for_nothing_but_room(core: SlowCore) -> None:
    read = {"seconds": 0.001, "waits": True}
    mixed = [*CHANGES[:5], call("work", read, id=20), *CHANGES[5:], call("work", read, id=21)]
    asking = asyncio.create_task(with_core(core).answer(message(*mixed), ADMIN))

    answers = await finish_all(core, asking)

    assert [each["id"] for each in answers] == [each["id"] for each in mixed]
    assert all("result" in each for each in answers)


async def test_a_change_of_a_batch_that_takes_too_long_is_given_up(core: SlowCore) -> None:
    dispatcher = with_core(core, deadline_s=0.05)

    answer = await dispatcher.answer(message(*CHANGES[:2]), ADMIN)

    assert answer is not None
    assert [each["error"]["code"] for each in orjson.loads(answer)] == [-32002] * 2
    assert core.left == 2
    asking = asyncio.create_task(dispatcher.answer(message(*CHANGES), ADMIN))
    assert all("result" in each for each in await finish_all(core, asking))


async def test_the_changes_of_a_batch_know_that_its_caller_has_left(core: SlowCore) -> None:
    dispatcher = with_core(core)
    asking = asyncio.create_task(dispatcher.answer(message(*CHANGES), ADMIN))
    await asyncio.sleep(0.01)

    asking.cancel()
    await asyncio.wait([asking])

    assert asking.cancelled()
    assert core.left == 3
    asking = asyncio.create_task(dispatcher.answer(message(*CHANGES), ADMIN))
    assert all("result" in each for each in await finish_all(core, asking))
