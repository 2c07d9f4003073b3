"""The container files, as far as they can be held to something without a container engine."""

import asyncio
import fnmatch
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from rpc.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
MONGO, OCTAVO = COMPOSE["services"]["mongo"], COMPOSE["services"]["octavo"]
MONGO_HEALTH_CHECK = MONGO["healthcheck"]["test"][-1]
with_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name}\s+(.+)$", DOCKERFILE, re.MULTILINE)


def test_mongodb_8_runs_as_a_replica_set_on_a_volume() -> None:
    assert MONGO["image"] == "mongo:8"
    assert MONGO["command"][:3] == ["mongod", "--replSet", "rs0"]
    assert MONGO["volumes"] == ["mongo:/data/db"]
    assert "mongo" in COMPOSE["volumes"]


def test_the_service_waits_for_a_healthy_mongodb_and_uses_it() -> None:
    assert OCTAVO["depends_on"] == {"mongo": {"condition": "service_healthy"}}
    url = urlsplit(OCTAVO["environment"]["OCTAVO_MONGO_URL"])
    assert (url.hostname, url.port, url.query) == ("mongo", 27017, "replicaSet=rs0")


def test_make_up_gives_a_demo_that_only_this_machine_reaches() -> None:
    environment = OCTAVO["environment"]

    assert environment["OCTAVO_DEMO"] == "${OCTAVO_DEMO:-1}"
    assert environment["OCTAVO_ADMIN_KEY"] == "${OCTAVO_ADMIN_KEY:-}"
    assert OCTAVO["ports"] == ["${PUBLISH_ADDRESS:-127.0.0.1}:8000:8000"]


def test_the_defaults_of_make_up_are_settings_that_the_service_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in OCTAVO["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:-(.*)\}", r"\1", str(value)))

    settings = Settings()

    assert settings.demo
    assert settings.first_key == "secret123"


def test_compose_waits_longer_for_the_end_than_running_requests_may_last() -> None:
    grace_s = int(OCTAVO["stop_grace_period"].removesuffix("s"))

    assert grace_s >= Settings.model_fields["stop_grace_s"].default + 10
    assert "OCTAVO_STOP_GRACE_S" not in OCTAVO["environment"], "then it has to bound the other"


STATES = {
    "not yet initiated": ('throw Object.assign(new Error(), {codeName: "NotYetInitialized"})', 1),
    "electing": ("return {ok: 1}", 1),
    "primary": ("return {ok: 1}", 0),
    "refused": ('throw Object.assign(new Error(), {codeName: "Unauthorized"})', 2),
}


@with_node
@pytest.mark.parametrize("state", STATES)
def test_the_health_check_initiates_the_set_once_and_waits_for_a_primary(state: str) -> None:
    status, exit_code = STATES[state]
    shell = f"""
        const rs = {{ status() {{ {status} }}, initiate(wanted) {{ console.log(wanted._id) }} }};
        const db = {{ hello: () => ({{ isWritablePrimary: {json.dumps(state == "primary")} }}) }};
        const quit = (code) => process.exit(code);
        try {{ {MONGO_HEALTH_CHECK} }} catch (fault) {{ process.exit(2) }}
    """
    command = ["node", "--eval", shell]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - node on our own file

    assert checked.returncode == exit_code, checked.stderr
    assert checked.stdout.strip() == ("rs0" if state == "not yet initiated" else "")


def test_the_image_is_slim_and_runs_without_rights() -> None:
    assert instructions("FROM") == ["python:3.11-slim"]
    assert instructions("USER") == ["octavo"]
    assert not re.search(r"apt-get|gcc|build-essential", DOCKERFILE)
    assert OCTAVO["read_only"] is True
    assert OCTAVO["cap_drop"] == ["ALL"]


def test_what_the_image_takes_exists_and_is_not_ignored() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    taken = {source.split()[0] for source in instructions("COPY")}

    assert lines[0] == "*"
    assert taken == let_through
    assert all((ROOT / source).exists() for source in taken)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench"}
    assert packages <= taken, "a package is missing in the image"
    assert not any(fnmatch.fnmatch(".venv", name) for name in let_through)


async def test_the_images_health_check_asks_whether_the_service_is_ready(service_url: str) -> None:
    (check,) = re.findall(r"HEALTHCHECK .*?CMD (\[.+\])", DOCKERFILE)
    _, *arguments = json.loads(check)
    answers = []

    for port in (urlsplit(service_url).port, 1):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            env={"OCTAVO_PORT": str(port)},
            stderr=asyncio.subprocess.DEVNULL,
        )
        answers.append(await process.wait())

    assert answers == [0, 1]
