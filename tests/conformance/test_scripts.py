"""Runs every exchange of the *.io scripts over real HTTP; README.md says how they read."""

import json
from pathlib import Path

import aiohttp
import pytest

from tests.conformance.conftest import Starts
from tests.conformance.io_script import (
    Exchange,
    as_the_specification_prints,
    exchanges_of,
    matches,
    require_well_formed,
)

SCRIPTS = sorted(Path(__file__).parent.glob("*.io"))
EXCHANGES = [exchange for script in SCRIPTS for exchange in exchanges_of(script)]
OF_EXAMPLES = [exchange for exchange in EXCHANGES if exchange.service == "example"]
OF_OCTAVO = [exchange for exchange in EXCHANGES if exchange.service == "octavo"]
EXCHANGES_MIN = 200


def test_no_exchange_is_lost() -> None:
    blocks = [block for script in SCRIPTS for block in script.read_text().split("\n\n")]

    assert len(EXCHANGES) == sum("\n<< " in block for block in blocks)
    assert len(OF_EXAMPLES) + len(OF_OCTAVO) == len(EXCHANGES) >= EXCHANGES_MIN
    assert all(each.answer_lines or each.status == 204 or each.verb == "HEAD" for each in EXCHANGES)


@pytest.mark.parametrize("exchange", OF_EXAMPLES, ids=str)
async def test_the_answer_is_as_written(
    exchange: Exchange, example_url: Starts, http: aiohttp.ClientSession
) -> None:
    await require_answer(exchange, await example_url(**dict(exchange.limits)), http)


@pytest.mark.parametrize("exchange", OF_OCTAVO, ids=str)
async def test_the_answer_of_the_real_service_is_as_written(
    exchange: Exchange, octavo_url: str, http: aiohttp.ClientSession
) -> None:
    await require_answer(exchange, octavo_url, http)


async def require_answer(exchange: Exchange, url: str, http: aiohttp.ClientSession) -> None:
    """Fail unless the service answers an exchange's request as the exchange says."""
    headers = {name: value for name, value in exchange.headers.items() if value}
    body = exchange.body or None
    async with http.request(exchange.verb, url, data=body, headers=headers) as response:
        answer = await response.read()

    assert response.status == exchange.status, answer
    assert response.headers["X-Request-Id"]
    for name, value in exchange.answer_headers.items():
        assert response.headers.get(name) == value
    if not exchange.answer_lines:
        assert answer == b""
        return
    assert response.content_type == "application/json"
    require_well_formed(json.loads(answer))
    if exchange.match == "bytes":
        assert as_the_specification_prints(answer) == exchange.answer
    else:
        assert matches(json.loads(exchange.answer), json.loads(answer)), answer
