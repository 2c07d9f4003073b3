"""Whatever a body holds: a well-formed answer, no 5xx, no internal error, no traceback."""

import json
import logging
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.conftest import Starts
from tests.conformance.io_script import DEFAULT_HEADERS, require_well_formed

BOUNDED = settings(
    max_examples=120,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
)
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
METHODS = st.sampled_from(["get_data", "echo", "defaults", "price", "subtract", "open", "none", ""])
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | SCALARS,
        "method": METHODS | JSON_VALUES,
        "params": JSON_VALUES,
        "id": SCALARS | JSON_VALUES,
        "extra": JSON_VALUES,
    },
)
VALID = json.dumps(
    [
        {"jsonrpc": "2.0", "method": "defaults", "params": {"needed": 1}, "id": 1},
        {"jsonrpc": "2.0", "method": "subtract", "params": [2, 1], "id": "\u00e9"},
        {"jsonrpc": "2.0", "method": "get_data"},
    ]
).encode()


async def require_harmless(
    http: aiohttp.ClientSession, url: str, body: bytes, log: pytest.LogCaptureFixture
) -> Any:
    """Post a body and fail unless the answer is one that JSON-RPC knows; the parsed answer."""
    log.clear()
    async with http.post(url, data=body, headers=DEFAULT_HEADERS) as response:
        answer = await response.read()
    assert response.status in {200, 204}
    assert (response.status == 204) == (answer == b"")
    assert not [record for record in log.records if record.levelno >= logging.ERROR]
    if not answer:
        return None
    parsed = json.loads(answer)
    require_well_formed(parsed)
    assert b"-32603" not in answer
    return parsed


@BOUNDED
@given(body=st.binary(max_size=60))
async def test_arbitrary_bytes(
    body: bytes, example_url: Starts, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    await require_harmless(http, await example_url(), body, caplog)


@BOUNDED
@given(value=JSON_VALUES)
async def test_arbitrary_json(
    value: Any, example_url: Starts, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    await require_harmless(http, await example_url(), json.dumps(value).encode(), caplog)


@BOUNDED
@given(requests=st.lists(REQUESTS | JSON_VALUES, max_size=5))
async def test_arbitrary_batches_beside_a_valid_call(
    requests: list[Any],
    example_url: Starts,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ours = {"jsonrpc": "2.0", "method": "get_data", "id": "ours"}

    answer = await require_harmless(
        http, await example_url(), json.dumps([*requests, ours]).encode(), caplog
    )

    if isinstance(answer, list):
        assert answer[-1] == {"jsonrpc": "2.0", "result": ["hello", 5], "id": "ours"}
    else:
        assert answer["error"]["code"] == -32700  # NaN, or a lone surrogate


@BOUNDED
@given(
    position=st.integers(0, len(VALID) - 1),
    removed=st.integers(0, 3),
    inserted=st.binary(max_size=3),
)
async def test_a_valid_batch_with_a_few_bytes_changed(
    position: int,
    removed: int,
    inserted: bytes,
    example_url: Starts,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = VALID[:position] + inserted + VALID[position + removed :]

    await require_harmless(http, await example_url(), body, caplog)
