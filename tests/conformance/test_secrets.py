"""What goes wrong inside is told whole to the log, and to the client as a correlation id only."""

import io
import json
import logging
from collections.abc import Iterator

import aiohttp
import pytest
import structlog

import rpc.logging
from tests.conformance.conftest import Starts
from tests.conformance.example_service import CANARY
from tests.conformance.io_script import DEFAULT_HEADERS


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """What a production service writes to its log."""
    written = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    rpc.logging.configure("json")
    root.handlers[0].setStream(written)  # type: ignore[attr-defined]
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("how", ["exception", "error without a code", "unserialisable result"])
@pytest.mark.parametrize("in_batch", [False, True], ids=["single", "batch"])
async def test_an_unforeseen_fault_is_logged_and_not_told(
    how: str,
    example_url: Starts,
    http: aiohttp.ClientSession,
    log_lines: io.StringIO,
    *,
    in_batch: bool,
) -> None:
    call = {"jsonrpc": "2.0", "method": "fail", "params": [how], "id": 1}
    headers = DEFAULT_HEADERS | {"X-Request-Id": "request-0042"}
    body = json.dumps([call] if in_batch else call)

    async with http.post(await example_url(), data=body, headers=headers) as response:
        text = await response.text()
        assert response.status == 200

    (error,) = [each["error"] for each in (json.loads(text) if in_batch else [json.loads(text)])]
    assert error == {
        "code": -32603,
        "message": "Internal error",
        "data": {
            "type": "internal_error",
            "retryable": False,
            "detail": "The fault is ours; report the correlation id.",
            "correlation_id": "request-0042",
        },
    }
    assert CANARY not in text + str(response.headers)
    (logged,) = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert logged["correlation_id"] == "request-0042"
    assert logged["method"] == "fail"
    assert logged["exception"][0]["frames"]
    assert (CANARY in str(logged)) == (how != "unserialisable result")


async def test_a_notification_that_fails_is_logged_too(
    example_url: Starts, http: aiohttp.ClientSession, log_lines: io.StringIO
) -> None:
    body = json.dumps({"jsonrpc": "2.0", "method": "fail"})

    async with http.post(await example_url(), data=body, headers=DEFAULT_HEADERS) as response:
        assert response.status == 204

    assert CANARY in log_lines.getvalue()


async def test_a_key_in_a_local_variable_does_not_reach_the_log(log_lines: io.StringIO) -> None:
    def fail_with(secret: str) -> None:
        raise RuntimeError(f"a secret of {len(secret)} characters")

    try:
        fail_with(CANARY)
    except RuntimeError as fault:
        structlog.get_logger("octavo.test").error("it failed", exc_info=fault)

    assert "a secret of" in log_lines.getvalue()
    assert CANARY not in log_lines.getvalue()


async def test_a_refused_change_is_logged(
    example_url: Starts, http: aiohttp.ClientSession, log_lines: io.StringIO
) -> None:
    body = json.dumps({"jsonrpc": "2.0", "method": "change"})

    async with http.post(await example_url(), data=body, headers=DEFAULT_HEADERS) as response:
        assert response.status == 204

    (logged,) = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert logged["level"] == "warning"
    assert logged["method"] == "change"


@pytest.mark.parametrize("sent", ["x" * 129, "caf\u00e9", "tab\there"])
async def test_a_request_id_unfit_for_a_log_is_replaced(
    sent: str, example_url: Starts, http: aiohttp.ClientSession
) -> None:
    headers = DEFAULT_HEADERS | {"X-Request-Id": sent}
    body = json.dumps({"jsonrpc": "2.0", "method": "get_data", "id": 1})

    async with http.post(await example_url(), data=body, headers=headers) as response:
        request_id = response.headers["X-Request-Id"]

    assert len(request_id) == 32
    assert request_id != sent
