"""jsonrpcclient makes requests and reads answers; the transport is ours."""

from typing import Any

import jsonrpcclient
import requests
from client import Outcome, run

TIMEOUT_S = 20


def read(answer: jsonrpcclient.Ok | jsonrpcclient.Error) -> Outcome:
    if isinstance(answer, jsonrpcclient.Ok):
        return {"result": answer.result}
    return {"code": answer.code, "data": answer.data}


class Client:
    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url, self._headers = url, headers

    def _post(self, body: Any) -> requests.Response:
        return requests.post(self._url, json=body, headers=self._headers, timeout=TIMEOUT_S)

    async def call(self, method: str, params: Any) -> Outcome:
        request = jsonrpcclient.request(method, tuple(params) if type(params) is list else params)
        return read(jsonrpcclient.parse(self._post(request).json()))

    async def batch(self, calls: list[tuple[str, Any]]) -> list[Outcome]:
        answers = self._post([jsonrpcclient.request(method, params) for method, params in calls])
        return [read(each) for each in jsonrpcclient.parse(answers.json())]

    async def notify(self, method: str, params: Any) -> None:
        answer = self._post(jsonrpcclient.notification(method, params))
        assert (answer.status_code, answer.content) == (204, b"")


run(Client)
