"""tinyrpc over its own HTTP transport."""

from typing import Any

from client import Outcome, run
from tinyrpc import RPCClient, RPCErrorResponse
from tinyrpc.protocols.jsonrpc import JSONRPCProtocol
from tinyrpc.transports.http import HttpPostClientTransport

TIMEOUT_S = 20


def read(answer: Any) -> Outcome:
    if isinstance(answer, RPCErrorResponse):
        return {"code": answer._jsonrpc_error_code, "data": getattr(answer, "data", None)}  # noqa: SLF001 - it has no other
    return {"result": answer.result}


def arguments(params: Any) -> tuple[list[Any], dict[str, Any]]:
    return (params, {}) if isinstance(params, list) else ([], params)


class Client:
    def __init__(self, url: str, headers: dict[str, str]) -> None:
        # It names no content type of its own.
        headers = {"Content-Type": "application/json", **headers}
        transport = HttpPostClientTransport(url, headers=headers, timeout=TIMEOUT_S)
        self._client = RPCClient(JSONRPCProtocol(), transport)

    async def call(self, method: str, params: Any) -> Outcome:
        request = self._client.protocol.create_request(method, *arguments(params))
        reply = self._client.transport.send_message(request.serialize())
        return read(self._client.protocol.parse_reply(reply))

    async def batch(self, calls: list[tuple[str, Any]]) -> list[Outcome]:
        requests = [(method, *arguments(params)) for method, params in calls]
        return [read(each) for each in self._client.batch_call(requests)]

    async def notify(self, method: str, params: Any) -> None:
        self._client.call(method, *arguments(params), one_way=True)


run(Client)
