"""An application behind a real socket, in the process of the tests."""

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from rpc.application import make_runner
from rpc.connections import DEFAULT_LIMITS, ConnectionLimits
from rpc.listening import Listener

STOP_GRACE_S = 1.0


@contextlib.asynccontextmanager
async def served(
    application: web.Application,
    *,
    stop_grace_s: float = STOP_GRACE_S,
    limits: ConnectionLimits = DEFAULT_LIMITS,
) -> AsyncIterator[str]:
    """The URL of the application while the block lasts, served as a service does it."""
    runner = make_runner(application, stop_grace_s=stop_grace_s, limits=limits)
    await runner.setup()
    try:
        await Listener(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
