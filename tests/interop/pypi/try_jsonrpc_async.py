"""jsonrpc-async over aiohttp: methods are attributes, a batch it can't do."""

from typing import Any

import aiohttp
from client import Outcome, run
from jsonrpc_async import ProtocolError, Server, TransportError


class Client:
    batch = None

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url, self._headers = url, headers

    async def _ask(self, method: str, params: Any, **options: Any) -> Any:
        async with aiohttp.ClientSession(headers=self._headers) as session:
            function = Server(self._url, session)
            for name in method.split("."):
                function = getattr(function, name)
            by_position = isinstance(params, list)
            return await (function(*params) if by_position else function(**params, **options))

    async def call(self, method: str, params: Any) -> Outcome:
        try:
            return {"result": await self._ask(method, params)}
        except ProtocolError as fault:
            return {"code": fault.args[0], "data": fault.args[2]["error"].get("data")}
        except TransportError as fault:
            return {"status": int(str(fault).partition("HTTP ")[2].split()[0])}

    async def notify(self, method: str, params: Any) -> None:
        try:
            await self._ask(method, params, _notification=True)
        except TransportError as fault:
            # It takes 200 alone for success, also for a notification that nothing answers.
            assert "HTTP 204" in str(fault)  # noqa: PT017 - no test of pytest


run(Client)
