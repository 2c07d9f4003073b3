"""A service without a database: the specification's methods, and some that misbehave on request."""

import asyncio
import contextlib
import dataclasses
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any, ClassVar, cast

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from domain.errors import Details, OctavoError
from domain.keys import DEMO_KEY, Caller, Role
from rpc.application import make_endpoint
from rpc.http_endpoint import ENDPOINT
from rpc.method_registry import CallContext, ChangeContext, Method, MethodRegistry, Services, method
from rpc.metrics import Metrics
from rpc.settings import Settings
from tests.support.loop_watch import busy
from tests.support.served import served

CANARY = f"canary-{secrets.token_hex(8)}"
"""What no client may ever see."""


STRICT = ConfigDict(strict=True, extra="forbid")


class Anything(BaseModel):
    """An object with one member."""

    value: Any


class TimesRunning(BaseModel):
    """How many calls ran at once, at the most."""

    position: int
    peak: int


@method("bare", role=Role.READER, example={})
async def bare(_: CallContext) -> Anything:
    """Stand for the specification's examples, whose results are bare values."""
    return Anything(value=None)


def by_hand(name: str, parameters: dict[str, Any], result: Any, function: Any) -> Method:
    """A method with a bare result, as only the specification's examples have."""
    return dataclasses.replace(
        bare,
        name=name,
        function=function,
        parameters=create_model(name, __config__=STRICT, **parameters),
        result=TypeAdapter(result),
    )


async def subtract(_: CallContext, minuend: int, subtrahend: int) -> int:
    return minuend - subtrahend


async def add(_: CallContext, **numbers: int) -> int:
    return sum(numbers.values())


async def nothing(_: CallContext, **__: Any) -> None:
    return None


async def data(_: CallContext) -> list[Any]:
    return ["hello", 5]


INTEGER = (int, ...)
OF_THE_SPECIFICATION = (
    by_hand("subtract", {"minuend": INTEGER, "subtrahend": INTEGER}, int, subtract),
    by_hand("sum", {"a": INTEGER, "b": INTEGER, "c": INTEGER}, int, add),
    by_hand("update", dict.fromkeys("abcde", INTEGER), None, nothing),
    by_hand("notify_sum", dict.fromkeys("abc", INTEGER), None, nothing),
    by_hand("notify_hello", {"a": INTEGER}, None, nothing),
    by_hand("get_data", {}, list[Any], data),
)


@method("echo", role=Role.READER, example={"value": 1})
async def echo(_: CallContext, value: Any = None) -> Anything:
    """Answer what was given."""
    return Anything(value=value)


@method("defaults", role=Role.READER, example={"needed": 1})
async def defaults(_: CallContext, needed: int, optional: int = 7) -> Anything:
    """Answer both parameters."""
    return Anything(value=[needed, optional])


@method("price", role=Role.READER, example={"amount": 1.5})
async def price(
    _: CallContext, amount: float, text: Annotated[str, Field(max_length=3)] = ""
) -> Anything:
    """Answer the amount."""
    return Anything(value=[amount, text])


@method("open", role=None, example={})
async def open_(_: CallContext) -> Anything:
    """Answer anybody."""
    return Anything(value="open")


@method("clerk", role=Role.CLERK, example={})
async def clerk(_: CallContext) -> Anything:
    """Answer clerks and admins."""
    return Anything(value="clerk")


@method("admin", role=Role.ADMIN, example={})
async def admin(_: CallContext) -> Anything:
    """Answer admins."""
    return Anything(value="admin")


@method("change", role=Role.CLERK, example={})
async def change(_: ChangeContext) -> Anything:
    """Change something; here it only ever comes as a notification, and is refused."""
    raise AssertionError


@method("large", role=Role.READER, example={"characters": 1})
async def large(_: CallContext, characters: int) -> Anything:
    """Answer a text of so many characters."""
    return Anything(value="x" * characters)


@method("sleep", role=Role.READER, example={"seconds": 0.1})
async def sleep(_: CallContext, seconds: float) -> Anything:
    """Answer after a while."""
    await asyncio.sleep(seconds)
    return Anything(value=seconds)


@method("fail", role=Role.READER, example={})
async def fail(_: CallContext, how: str = "exception") -> Anything:
    """Fail in a way that nobody has foreseen."""
    if how == "error without a code":
        raise _Uncoded(secret=CANARY)
    if how == "unserialisable result":
        return Anything(value=object())
    if how == "own timeout":
        raise TimeoutError(CANARY)
    raise RuntimeError(CANARY)


class _Uncoded(OctavoError):
    """An error that error_codes.py has forgotten."""

    type = "forgotten"
    template = "{secret}"
    example: ClassVar[Details] = {"secret": CANARY}


class Crowd:
    """Counts the calls that run at once."""

    def __init__(self) -> None:
        self.running = 0
        self.peak = 0


CROWD = Crowd()
GATE = asyncio.Event()
"""What calls of `wait` wait for."""


@method("crowd", role=Role.READER, example={"position": 1})
async def crowd(_: CallContext, position: int) -> TimesRunning:
    """Run for a few turns of the loop, later calls for fewer, and tell how many ran at once."""
    CROWD.running += 1
    CROWD.peak = max(CROWD.peak, CROWD.running)
    for _turn in range(1 + (7 * position) % 5):
        await asyncio.sleep(0)
    CROWD.running -= 1
    return TimesRunning(position=position, peak=CROWD.peak)


@method("wait", role=Role.READER, example={})
async def wait(_: CallContext) -> Anything:
    """Answer when the gate is opened, with how many calls ran at once until then."""
    CROWD.running += 1
    CROWD.peak = max(CROWD.peak, CROWD.running)
    await GATE.wait()
    CROWD.running -= 1
    return Anything(value=CROWD.peak)


@method("work", role=Role.READER, example={"seconds": 0.001})
async def work(_: CallContext, seconds: float, waits: bool = False) -> Anything:  # noqa: FBT001, FBT002 - by name on the wire
    """Keep the processor busy, at once or after a turn of the loop."""
    if waits:
        await asyncio.sleep(0)
    busy(seconds)
    return Anything(value=seconds)


OUR_OWN = (
    echo,
    defaults,
    price,
    open_,
    clerk,
    admin,
    change,
    large,
    sleep,
    fail,
    crowd,
    wait,
    work,
)
REGISTRY = MethodRegistry((*OF_THE_SPECIFICATION, *OUR_OWN))


CALLERS = {
    DEMO_KEY: Caller("settings", Role.ADMIN),
    "clerk": Caller("2", Role.CLERK),
    "reader": Caller("3", Role.READER),
}


class FixedKeys:
    """Three known callers; stands in for the key ring, which asks the database."""

    async def caller_of(self, secret: str) -> Caller | None:
        return CALLERS.get(secret)


@contextlib.asynccontextmanager
async def example_service(**limits: Any) -> AsyncIterator[str]:
    """The URL of the example methods behind a real socket."""
    settings = Settings(demo=True, **limits)
    no_database = cast("Any", None)
    keys = cast("Any", FixedKeys())
    services = Services(no_database, no_database, keys, *[no_database] * 7)
    endpoint = make_endpoint(settings, REGISTRY, services, Metrics())
    application = web.Application(client_max_size=settings.body_bytes_max)
    application[ENDPOINT] = endpoint
    application.router.add_route("*", "/rpc", endpoint.post)
    async with served(application, stop_grace_s=0.1, limits=settings.connection_limits) as url:
        yield f"{url}/rpc"
