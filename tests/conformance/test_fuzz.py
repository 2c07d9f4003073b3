"""Bodies of all kinds for all methods: no 5xx, no internal error, nothing leaked.

tests/data/fuzz_seeds.txt has the seeds, a thousand bodies each; a seed that has found a fault is
added there. `make faults` sends ten times as many.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from domain.keys import DEMO_KEY
from rpc.application import REGISTRY, make_application
from rpc.error_codes import ErrorCode
from rpc.http_endpoint import ENDPOINT
from rpc.openrpc_document import openrpc_document
from rpc.settings import Settings
from tests.conformance.io_script import require_well_formed
from tests.support.fuzz import Bodies
from tests.support.served import served

SEEDS = [
    int(line)
    for line in (Path(__file__).parents[1] / "data" / "fuzz_seeds.txt").read_text().split()
]
BODIES_OF_A_SEED = 1_000
AT_ONCE = 40
LEAKS = (b"Traceback", b'File "', b"mongodb://", b"pymongo", b"bson.", b"/work/", DEMO_KEY.encode())
HEADERS = {"X-API-Key": DEMO_KEY, "Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def application(
    mongo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[web.Application]:
    """A demo of its own: the bodies change what they can."""
    settings = Settings(
        mongo_url=mongo_url,
        mongo_database=f"octavo_fuzz_{uuid.uuid4().hex[:12]}",
        data_dir=tmp_path_factory.mktemp("fuzz"),
        demo=True,
    )
    application = make_application(settings)
    async with served(application):
        yield application


def faults_of(response: bytes) -> list[str]:
    """What is wrong with a whole HTTP response."""
    head, _, body = response.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    found = [f"status {status}"] if status not in {200, 204} else []
    found += [f"leaks {leak!r}" for leak in LEAKS if leak in body]
    if body:
        answer = json.loads(body)
        require_well_formed(answer)
        answers = answer if isinstance(answer, list) else [answer]
        codes = [each["error"]["code"] for each in answers if "error" in each]
        found += ["internal error"] if ErrorCode.INTERNAL_ERROR in codes else []
    return found


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_a_body_holds_the_answer_is_harmless(
    seed: int, application: web.Application, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint = application[ENDPOINT]
    bodies = Bodies(openrpc_document(REGISTRY), seed).take(BODIES_OF_A_SEED)
    harmful: list[tuple[bytes, list[str]]] = []

    async def post() -> None:
        for body in bodies:
            found = faults_of(await endpoint.respond(HEADERS, body))
            if found:
                harmful.append((body, found))

    await asyncio.gather(*(post() for _ in range(AT_ONCE)))

    assert harmful == []
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
