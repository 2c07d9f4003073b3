"""The container files, as far as they can be held to something without a container engine."""

import asyncio
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from aiohttp import ClientSession

from rpc.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
MONGO, OCTAVO = COMPOSE["services"]["mongo"], COMPOSE["services"]["octavo"]
CONTAINERS = ROOT / "containers"
MONGO_READY = (CONTAINERS / "mongo_ready.js").read_text()
DASHBOARD = json.loads((CONTAINERS / "grafana/dashboards/octavo.json").read_text())
LOGGED_AND_BOUNDED = [
    pytest.param(name, service, id=name) for name, service in COMPOSE["services"].items()
]
with_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")


def default(text: str) -> str:
    """A value of the compose file where the environment is empty."""
    while text != (text := re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", text)):
        pass
    return text


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name}\s+(.+)$", DOCKERFILE, re.MULTILINE)


def test_mongodb_8_runs_as_a_replica_set_on_a_volume() -> None:
    assert MONGO["image"].startswith("mongo:8.")
    assert MONGO["command"] == ["--replSet", "rs0"]
    assert {"mongo:/data/db", "key:/key"} <= set(MONGO["volumes"])
    assert {"mongo", "key"} <= set(COMPOSE["volumes"])


@pytest.mark.parametrize(("name", "service"), LOGGED_AND_BOUNDED)
def test_memory_and_logs_are_bounded_and_versions_exact(name: str, service: dict[str, Any]) -> None:
    assert service["mem_limit"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    image = service.get("image") or instructions("FROM")[0]
    assert re.search(r":v?\d+\.\d+\.\d+(-slim)?$", image), name


@pytest.mark.parametrize("service", [MONGO, OCTAVO], ids=["mongo", "octavo"])
def test_a_health_check_is_often_at_the_start_and_rare_afterwards(service: dict[str, Any]) -> None:
    seconds = {
        name: int(value.removesuffix("s"))
        for name, value in service["healthcheck"].items()
        if name.endswith(("interval", "period"))
    }

    assert seconds["start_interval"] <= 2
    assert seconds["interval"] == 30
    assert seconds["start_period"] >= 60


def test_mongod_runs_with_access_control_and_gives_up_transactions_of_the_dead() -> None:
    script = (CONTAINERS / "mongod.sh").read_text()

    assert "--keyFile" in script
    assert "--setParameter transactionLifetimeLimitSeconds=15" in script


def test_the_key_file_is_made_once_and_shared(tmp_path: Path) -> None:
    script = (CONTAINERS / "mongod.sh").read_text().replace("/key", str(tmp_path / "key"))
    (tmp_path / "key").mkdir()
    for name, does in {"chown": "exit 0", "docker-entrypoint.sh": 'echo "$@"'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    command = ["bash", "-c", script, "mongod.sh", "--replSet", "rs0"]
    seen = set()

    for _ in range(2):
        subprocess.run(command, env={"PATH": path}, check=True, capture_output=True)  # noqa: S603 - our own file
        (file,) = (tmp_path / "key").iterdir()
        seen.add(file.read_text())
        assert file.stat().st_mode & 0o777 == 0o600

    (key,) = seen
    assert 6 <= len(key) <= 1_024, "what mongod takes"


def test_the_service_waits_for_a_healthy_mongodb_and_uses_it() -> None:
    assert OCTAVO["depends_on"] == {"mongo": {"condition": "service_healthy"}}
    url = urlsplit(default(OCTAVO["environment"]["OCTAVO_MONGO_URL"]))
    assert (url.hostname, url.port) == ("mongo", 27017)
    assert url.query == "replicaSet=rs0&authSource=admin"
    assert url.username == "octavo"
    assert url.password == default(MONGO["environment"]["MONGO_PASSWORD"])


def test_the_service_has_all_of_the_env_file_but_the_passwords_of_mongodb() -> None:
    given = {name for name, value in OCTAVO["environment"].items() if value == ""}

    assert OCTAVO["env_file"] == [{"path": ".env", "required": False}]
    assert given == {"MONGO_ADMIN_PASSWORD", "MONGO_PASSWORD"}
    assert ".env" in (ROOT / ".gitignore").read_text().split()


def test_make_up_gives_a_demo_that_only_this_machine_reaches() -> None:
    environment = OCTAVO["environment"]

    assert environment["OCTAVO_DEMO"] == "${OCTAVO_DEMO:-1}"
    assert environment["OCTAVO_ADMIN_KEY"] == "${OCTAVO_ADMIN_KEY:-}"
    (port,) = OCTAVO["ports"]
    assert port == "${PUBLISH_ADDRESS:-127.0.0.1}:${OCTAVO_PORT:-8000}:${OCTAVO_PORT:-8000}"


def test_the_defaults_of_make_up_are_settings_that_the_service_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in OCTAVO["environment"].items():
        monkeypatch.setenv(name, default(str(value)))

    settings = Settings()

    assert settings.demo
    assert settings.first_key == "secret123"


def test_compose_waits_longer_for_the_end_than_running_requests_may_last() -> None:
    assert OCTAVO["stop_grace_period"] == "1m${OCTAVO_STOP_GRACE_S:-15}s"
    assert Settings.model_fields["stop_grace_s"].default == 15


LEADS = "setName: 'rs0', isWritablePrimary: true"
STATES = {
    "not yet initiated": ("", False, 1, ["initiate mongo:27017"]),
    "electing": ("setName: 'rs0', secondary: true", False, 1, []),
    "leads a new set": (LEADS, False, 0, ["create admin", "create octavo"]),
    "leads a set with users": (LEADS, True, 0, ["update octavo"]),
}


@with_node
@pytest.mark.parametrize("state", STATES)
def test_the_health_check_initiates_the_set_and_makes_its_users(state: str, tmp_path: Path) -> None:
    hello, has_users, exit_code, expected = STATES[state]
    ready = MONGO_READY.replace("/tmp/", f"{tmp_path}/")  # noqa: S108 - in the container
    shell = f"""
        let signedIn = false, users = {json.dumps(["admin", "octavo"] if has_users else [])};
        const say = (text) => console.log(text);
        const only = () => {{ if (!signedIn && users.length) throw new Error("not allowed"); }};
        const admin = {{
            auth(user) {{
                if (!users.includes(user)) throw new Error("unknown");
                signedIn = true;
            }},
            getUser: (user) => (only(), users.includes(user) ? {{ user }} : null),
            createUser: ({{ user }}) => (only(), users.push(user), say("create " + user)),
            updateUser: (user) => (only(), say("update " + user)),
        }};
        const rs = {{ initiate: (set) => say("initiate " + set.members.map((each) => each.host)) }};
        const db = {{ hello: () => ({{ {hello} }}), getSiblingDB: () => admin }};
        const quit = (code) => process.exit(code);
        {ready}
    """
    environment = {"PATH": os.environ["PATH"], **MONGO["environment"]}

    def check() -> "subprocess.CompletedProcess[str]":
        command = ["node", "--eval", shell]
        return subprocess.run(  # noqa: S603 - node on our own file
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    first, second = check(), check()

    assert (first.returncode, second.returncode) == (exit_code, exit_code), first.stderr
    assert first.stdout.splitlines() == expected
    assert second.stdout.splitlines() == (expected if exit_code else []), "users are made once"


def test_the_image_is_slim_and_runs_without_rights() -> None:
    (base,) = instructions("FROM")
    assert re.fullmatch(r"python:3\.11\.\d+-slim", base)
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


QUERIES = [
    (panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]
]


async def test_every_metric_of_the_dashboard_is_shown_by_the_service(
    service_url: str,
) -> None:
    call = {"jsonrpc": "2.0", "method": "rpc.discover", "id": 1}
    async with ClientSession() as session:
        await session.post(f"{service_url}/rpc", json=call)
        async with session.get(f"{service_url}/metrics") as answer:
            shown = await answer.text()
    families = set(re.findall(r"^# TYPE (\w+) ", shown, re.MULTILINE))
    series = set(re.findall(r"^(\w+)[ {]", shown, re.MULTILINE)) | families

    missing = {
        (title, metric)
        for title, query in QUERIES
        for metric in re.findall(r"octavo_\w+", query)
        if metric not in series
    }

    assert len(QUERIES) >= 12
    assert missing == set()


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[title for title, _ in QUERIES])
def test_every_label_of_the_dashboard_is_one_of_the_metric(title: str, query: str) -> None:
    labels = set(re.findall(r"by \(([\w, ]+)\)", query)) | set(
        re.findall(r"(\w+)[!=]=?~?\"", query)
    )
    named = {label.strip() for each in labels for label in each.split(",")}

    assert named <= {"method", "outcome", "status", "le"}, title
    assert query.count("(") == query.count(")")
