"""One client of `client_processes`: sends all its requests at once, each over its own connection.

Of the standard library alone: several of these start for every race.
"""

import json
import sys
from http.client import HTTPConnection
from typing import Any


def call_all(address: str, key: str, requests: list[Any]) -> list[Any]:
    """The answers, once a line on the standard input has said that all may begin."""
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    connections = [HTTPConnection(address) for _ in requests]
    for connection in connections:
        connection.connect()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for connection, request in zip(connections, requests, strict=True):
        connection.request("POST", "/rpc", json.dumps(request).encode(), headers)
    return [json.loads(connection.getresponse().read()) for connection in connections]


if __name__ == "__main__":
    _, address, key = sys.argv
    sys.stdout.write(json.dumps(call_all(address, key, json.loads(input()))))
