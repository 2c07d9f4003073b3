"""Reading *.io scripts, and telling whether an answer is the expected one. See README.md."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ANY = "…"
DEFAULT_HEADERS = {"Content-Type": "application/json", "X-API-Key": "secret123"}


@dataclass
class Exchange:
    """One request and the answer that is expected."""

    script: str
    line: int
    service: str = "example"
    limits: tuple[tuple[str, float], ...] = ()
    match: str = "json"
    name: str = ""
    verb: str = "POST"
    headers: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_HEADERS))
    body_lines: list[bytes] = field(default_factory=list)
    status: int = 200
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer_lines: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.script}:{self.line} {self.name}"

    @property
    def body(self) -> bytes:
        return b"\n".join(self.body_lines)

    @property
    def answer(self) -> str:
        return "".join(line.strip() for line in self.answer_lines)


def exchanges_of(script: Path) -> list[Exchange]:
    """All exchanges of a script."""
    found: list[Exchange] = []
    lasting: dict[str, Any] = {}
    current: Exchange | None = None
    for number, line in enumerate(script.read_text(encoding="utf-8").splitlines(), start=1):
        mark, text = line[:2], line[3:]
        if line.startswith(":"):
            lasting.update(_lasting(line))
        elif not line.strip():
            current = None
        elif current is None and line.startswith("#"):
            current = Exchange(script.stem, number, **lasting, name=line[1:].strip())
        elif not line.startswith("#"):
            if current is None:
                current = Exchange(script.stem, number, **lasting)
            _read(current, mark, text)
            if current not in found:
                found.append(current)
    return found


def _lasting(line: str) -> dict[str, Any]:
    directive, _, value = line[1:].partition(" ")
    if directive == "limits":
        pairs = (pair.split("=") for pair in value.split())
        return {"limits": tuple((name, float(number)) for name, number in pairs)}
    assert directive in {"service", "match"}, line
    return {directive: value.strip()}


def _read(exchange: Exchange, mark: str, text: str) -> None:
    if mark == ">>":
        exchange.body_lines.append(text.encode())
    elif mark == ">\\":
        exchange.body_lines.append(text.encode().decode("unicode_escape").encode("latin-1"))
    elif mark == ">!":
        exchange.verb = text
    elif mark == ">:":
        name, _, value = text.partition(":")
        exchange.headers[name] = value.strip()
    elif mark == "<:":
        name, _, value = text.partition(":")
        exchange.answer_headers[name] = value.strip()
    elif mark == "<<" and text.isdigit():
        exchange.status = int(text)
    else:
        assert mark == "<<", f"{exchange}: {mark} is no mark"
        exchange.answer_lines.append(text)


def matches(expected: Any, actual: Any, *, in_data: bool = False) -> bool:
    """Whether a JSON value is as expected."""
    if expected == ANY:
        return True
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, list):
        pairs = zip(expected, actual, strict=False)
        return len(expected) == len(actual) and all(matches(*pair) for pair in pairs)
    if not isinstance(expected, dict):
        return bool(expected == actual)
    missing = expected.keys() - actual.keys()
    extra = actual.keys() - expected.keys()
    if missing or (extra and not in_data and extra != {"data"}):
        return False
    return all(
        matches(value, actual[name], in_data=name == "data") for name, value in expected.items()
    )


def require_well_formed(answer: Any) -> None:
    """Fail unless an answer consists of response objects (section 5) with our error data."""
    for response in answer if isinstance(answer, list) else [answer]:
        assert list(response) in (["jsonrpc", "result", "id"], ["jsonrpc", "error", "id"])
        if "error" in response:
            error = response["error"]
            assert list(error) == ["code", "message", "data"]
            assert isinstance(error["code"], int)
            assert error["message"]
            assert isinstance(error["data"]["type"], str)
            assert isinstance(error["data"]["retryable"], bool)


def as_the_specification_prints(answer: bytes) -> str:
    """The bytes of an answer without `error.data`, spaced as in the specification."""
    parsed = json.loads(answer)
    assert json.dumps(parsed, separators=(",", ":"), ensure_ascii=False).encode() == answer
    responses = parsed if isinstance(parsed, list) else [parsed]
    for response in responses:
        response.get("error", {}).pop("data", None)
    printed = ",".join(json.dumps(response) for response in responses)
    return f"[{printed}]" if isinstance(parsed, list) else printed
