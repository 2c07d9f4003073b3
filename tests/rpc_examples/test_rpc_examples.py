"""The .io files beside this one: what is sent (>>) and what is answered (<<), over real HTTP.

Each file shows one namespace, starts from the demo data and is run from its top. Lines that begin
with // are for the reader. See tests/samples.py for what may differ in an answer.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from rpc.application import REGISTRY
from tests.support.documented import Documented
from tests.support.rpc_client import RpcClient
from tests.support.samples import agree

SCRIPTS = sorted(Path(__file__).parent.glob("*.io"))
Exchange = tuple[int, Any, Any]


def exchanges(script: Path) -> list[Exchange]:
    """The exchanges of a script with the line where each begins; None is no answer."""
    found: list[Exchange] = []
    for number, line in enumerate(script.read_text(encoding="utf-8").splitlines(), start=1):
        mark, _, content = line.partition(" ")
        if mark == ">>":
            found.append((number, json.loads(content), None))
        elif mark == "<<":
            found[-1] = (*found[-1][:2], json.loads(content))
        else:
            assert not line or mark == "//", f"{script.name}:{number}: {line}"
    return found


def calls(script: Path) -> list[dict[str, Any]]:
    sent = [request for _, request, _ in exchanges(script)]
    return [
        call for request in sent for call in (request if isinstance(request, list) else [request])
    ]


def namespace(method: str) -> str:
    return method.partition(".")[0]


def check_against_document(documented: Documented, request: Any, answer: Any) -> None:
    requests, answers = (request, answer) if isinstance(request, list) else ([request], [answer])
    methods = {call["id"]: call["method"] for call in requests if "id" in call}
    for response in answers or []:
        if response is not None:
            documented.check(methods[response["id"]], response)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
async def test_the_service_answers_as_shown(script: Path, rpc: RpcClient) -> None:
    documented = Documented(await rpc("rpc.discover"))

    for line, request, shown in exchanges(script):
        _, body = await rpc.post_bytes(json.dumps(request).encode())
        answer = json.loads(body) if body else None

        assert agree(shown, answer), f"{script.name}:{line} answers {body.decode()}"
        check_against_document(documented, request, answer)


@pytest.mark.parametrize("method", REGISTRY)
def test_every_method_is_shown_in_the_file_of_its_namespace(method: str) -> None:
    script = Path(__file__).parent / f"{namespace(method)}.io"

    assert any(call["method"] == method for call in calls(script)), f"{script.name} lacks {method}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_file_shows_success_and_refusal(script: Path) -> None:
    answers = [answer for _, _, answer in exchanges(script)]
    flat = [
        each for answer in answers for each in (answer if isinstance(answer, list) else [answer])
    ]

    assert any("result" in answer for answer in flat if answer)
    assert any("error" in answer for answer in flat if answer)
