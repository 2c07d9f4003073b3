"""What every program here does: read the calls, make them through its client, print what came.

The calls come as JSON on standard input: `url`, `key` and `calls`, each with a `method` and its
`params`. An outcome is {"result": …}, {"code": …, "data": …} of an error, {"status": …} where the
client shows the HTTP status alone, {"none": true} where nothing came, {"failed": …} for the rest.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

Outcome = dict[str, Any]


class Client(Protocol):
    """A foreign client behind four plain functions; a function that it lacks is None."""

    call: Callable[[str, Any], Awaitable[Outcome]]
    batch: Callable[[list[tuple[str, Any]]], Awaitable[list[Outcome]]] | None
    notify: Callable[[str, Any], Awaitable[None]] | None


async def outcome(client: Client, check: str, call: dict[str, Any]) -> Outcome | None:
    """What comes of one check; None for what the client can't do."""
    if check == "batch":
        if client.batch is None:
            return None
        return {"results": await client.batch([(each["method"], each["params"]) for each in call])}
    if check == "notification":
        if client.notify is None:
            return None
        await client.notify(call["method"], call["params"])
        return {"none": True}
    return await client.call(call["method"], call["params"])


async def checked(connect: Callable[[str, dict[str, str]], Client]) -> None:
    """Print the outcome of each check."""
    asked = json.load(sys.stdin)
    for check, call in asked["calls"].items():
        headers = {} if check == "missing key" else {"X-API-Key": asked["key"]}
        try:
            came = await outcome(connect(asked["url"], headers), check, call)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the table shows it
            came = {"failed": f"{type(fault).__name__}: {fault}"}
        sys.stdout.write(json.dumps({"check": check, "outcome": came}) + "\n")


def run(connect: Callable[[str, dict[str, str]], Client]) -> None:
    """Make all calls through the client that `connect(url, headers)` gives."""
    asyncio.run(checked(connect))
