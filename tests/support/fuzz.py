"""Bodies made from the schemas of all methods, and the same with some bytes changed; by a seed."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

BATCH_CALLS_MAX = 6
DEPTH_MAX = 6
EDGES = (0, 1, -1, 2, 7, 50, 501, 2**31, 2**53, -(2**53), 2**63, 10**30, 1.0, 0.5, -0.0, 1e308)
TEXTS = (
    "",
    " ",
    "a",
    "The Hobbit",
    "9780261103252",
    "2026-11-26",
    "2026-11-26T10:00:00Z",
    "Mo-Fr 09:00-17:00",
    "Europe/London",
    "tok_ok",
    "tok_declined",
    "ada@example.org",
    "$where",
    "a.b",
    "\x00",
    "\ud800",
    "\u202e",
    "e\u0301" * 9,
    "'; --",
    "x" * 300,
)
ANYTHING = (None, True, False, *EDGES, *TEXTS, [], {}, [1], {"$gt": ""}, [[[]]])
SPLICES = (
    b"",
    b"\x00",
    b'"',
    b"{",
    b"}",
    b"[",
    b",",
    b"\xff",
    b"NaN",
    b"1e999",
    b"\\u0000",
    b"\xe2",
)


class Bodies:
    """Bodies for the methods of an OpenRPC document."""

    def __init__(self, document: dict[str, Any], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same bodies each time
        self._methods = document["methods"]
        self._schemas = document["components"]["schemas"]

    def take(self, count: int) -> Iterator[bytes]:
        """So many bodies, half of them mutated."""
        for number in range(count):
            body = self._body()
            yield self._mutated(body) if number % 2 else body

    def _body(self) -> bytes:
        chance = self._random.random()
        if chance < 0.8:
            value: Any = self._request()
        else:
            value = [self._request() for _ in range(self._random.randint(0, BATCH_CALLS_MAX))]
        return json.dumps(value).encode()

    def _request(self) -> Any:
        choice, chance = self._random.choice, self._random.random
        if chance() < 0.03:
            return choice(ANYTHING)
        method = choice(self._methods)
        params = {
            each["name"]: self._value(each["schema"])
            for each in method["params"]
            if chance() < (0.97 if each.get("required") else 0.4)
        }
        if chance() < 0.05:
            params[choice(TEXTS)] = choice(ANYTHING)
        request: dict[str, Any] = {"jsonrpc": "2.0", "method": method["name"], "id": choice(EDGES)}
        request["params"] = list(params.values()) if chance() < 0.1 else params
        if chance() < 0.05:
            request[choice(("jsonrpc", "method", "params", "id", "more"))] = choice(ANYTHING)
        return request

    def _value(self, schema: Any, depth: int = 0) -> Any:
        choice, chance = self._random.choice, self._random.random
        if chance() < 0.06 or depth > DEPTH_MAX:
            return choice(ANYTHING)
        if "$ref" in schema:
            return self._value(self._schemas[schema["$ref"].rpartition("/")[2]], depth + 1)
        if "examples" in schema and chance() < 0.4:
            return choice(schema["examples"])
        if "enum" in schema or "const" in schema:
            return choice(schema.get("enum") or [schema["const"]])
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return self._value(choice(schema[several]), depth + 1)
        return self._of_type(schema, depth)

    def _of_type(self, schema: Any, depth: int) -> Any:
        choice, randint = self._random.choice, self._random.randint
        kind = schema.get("type")
        kinds = kind if isinstance(kind, list) else [kind]
        made: dict[str, Callable[[], Any]] = {
            "integer": lambda: choice((randint(0, 60), choice(EDGES))),
            "number": lambda: choice((randint(0, 9_999) / 100, choice(EDGES))),
            "string": lambda: choice(TEXTS),
            "boolean": lambda: choice((True, False)),
            "array": lambda: [
                self._value(schema.get("items", {}), depth + 1) for _ in range(randint(0, 3))
            ],
            "object": lambda: {
                name: self._value(each, depth + 1)
                for name, each in schema.get("properties", {}).items()
            },
        }
        return made.get(choice(kinds), lambda: choice(ANYTHING))()

    def _mutated(self, body: bytes) -> bytes:
        changed = bytearray(body)
        for _ in range(self._random.randint(1, 4)):
            place = self._random.randint(0, len(changed))
            how = self._random.randint(0, 3)
            if how == 0:
                changed[place : place + 1] = self._random.choice(SPLICES)
            elif how == 1:
                del changed[place : place + self._random.randint(1, 20)]
            elif how == 2:
                changed[place:place] = changed[: self._random.randint(0, 40)]
            else:
                changed[place : place + 1] = bytes([self._random.randint(0, 255)])
        return bytes(changed)
