"""pjrpc over httpx, with its default of raising for an HTTP status that is an error."""

from typing import Any

import httpx
from client import Outcome, run
from pjrpc.client.backend.httpx import Client as HttpxClient
from pjrpc.client.exceptions import JsonRpcError
from pjrpc.common import BatchRequest, Request, Response

TIMEOUT_S = 20


def read(answer: Response) -> Outcome:
    if answer.is_error:
        return {"code": answer.error.code, "data": answer.error.data}
    return {"result": answer.result}


class Client:
    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._client = HttpxClient(
            url, http_client=httpx.Client(headers=headers, timeout=TIMEOUT_S)
        )

    async def call(self, method: str, params: Any) -> Outcome:
        try:
            return read(self._client.send(Request(method=method, params=params, id=1)))
        except JsonRpcError as fault:
            return {"code": fault.code, "data": fault.data}
        except httpx.HTTPStatusError as fault:
            return {"status": fault.response.status_code}

    async def batch(self, calls: list[tuple[str, Any]]) -> list[Outcome]:
        requests = [
            Request(method=method, params=params, id=number)
            for number, (method, params) in enumerate(calls)
        ]
        return [read(each) for each in self._client.send(BatchRequest(*requests))]

    async def notify(self, method: str, params: Any) -> None:
        self._client.notify(method, **params)


run(Client)
