"""A small JSON-RPC client for the tests."""

import itertools
from typing import Any, Self

import aiohttp

from domain.keys import DEMO_KEY


class RpcError(Exception):
    """An error answer."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.code: int = error["code"]
        self.type: str = error["data"]["type"]
        self.data: dict[str, Any] = error["data"]


class RpcClient:
    """Calls methods by name: `await rpc("books.get", id=1)` is the result, or raises RpcError.

    Each call has a connection of its own, unless all are to go over one.
    """

    def __init__(
        self, service_url: str, key: str | None = DEMO_KEY, *, over_one_connection: bool = False
    ) -> None:
        self._over_one = over_one_connection
        self.url = f"{service_url}/rpc"
        self._headers = {} if key is None else {"X-API-Key": key}
        self._ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        # No connection is kept: a test closes its service right after its last answer.
        connector = aiohttp.TCPConnector(limit=int(self._over_one), force_close=not self._over_one)
        self._http = aiohttp.ClientSession(connector=connector, headers=self._headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    def request(self, method: str, /, **params: Any) -> dict[str, Any]:
        """A request object; `from_` stands for `from`."""
        named = {name.removesuffix("_"): value for name, value in params.items()}
        return {"jsonrpc": "2.0", "method": method, "params": named, "id": next(self._ids)}

    async def __call__(self, method: str, /, **params: Any) -> Any:
        return self.result(await self.post(self.request(method, **params)))

    async def batch(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The responses to a batch."""
        responses: list[dict[str, Any]] = await self.post(requests)
        return responses

    async def post(self, body: Any) -> Any:
        """The parsed answer to any JSON body."""
        async with self._http.post(self.url, json=body) as response:
            return await response.json()

    async def post_bytes(
        self, body: bytes, content_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """The status and the bytes that answer any bytes."""
        headers = {"Content-Type": content_type}
        async with self._http.post(self.url, data=body, headers=headers) as response:
            return response.status, await response.read()

    @staticmethod
    def result(response: dict[str, Any]) -> Any:
        """The result of a response, or its error raised."""
        if "error" in response:
            raise RpcError(response["error"])
        return response["result"]
