"""A stranger's first minutes with the README, timed: from an empty folder to the first batch.

Clones this checkout, installs, starts, and sends the README's own blocks. Ends with 1 if a step
fails, or if the first call came a minute after the clone or later, with a warm cache of packages.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable  # noqa: TC003 - read at run time too
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FIRST_CALL_WITHIN_S: Final = 60
START_S: Final = 60


def blocks(language: str, port: int) -> list[str]:
    """The README's blocks of a language, sent to another port."""
    text = (ROOT / "README.md").read_text().replace("localhost:8000", f"localhost:{port}")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def shell(*scripts: str) -> str:
    """What shell commands print; raises CalledProcessError if they fail."""
    command = ["bash", "-ec", "\n".join(scripts)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - the README's blocks


def answers(url: str) -> bool:
    """Whether something answers at an address."""
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own service
        return True
    return False


def wait_for(url: str) -> None:
    """Wait until the service is ready."""
    deadline = time.monotonic() + START_S
    while not answers(url):
        if time.monotonic() > deadline:
            raise TimeoutError(url)
        time.sleep(0.1)


def require(text: str, expected: str) -> None:
    """Raise ValueError unless a text has what is expected."""
    if expected not in text:
        raise ValueError(f"{expected!r} is not in {text!r}")


def main() -> int:
    """Go the way and print how long each step took, and when it was done."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://localhost:{port}"
    curl, python = blocks("sh", port), blocks("python", port)
    function = next(each for each in curl if "call() {" in each)
    change = 'call sales.create \'{"book_id": 1, "idempotency_key": "first"}\''
    environment = os.environ | {"OCTAVO_PORT": str(port)}
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "octavo"
        git = ["git", "clone", "--quiet", str(ROOT), str(checkout)]
        began = time.monotonic()

        def make(*targets: str) -> list[str]:
            return ["make", "--silent", "-C", str(checkout), *targets]

        subprocess.run(git, check=True)  # noqa: S603 - git on our own folder
        steps: dict[str, Callable[[], object]] = {
            "install": lambda: subprocess.run(make(".venv/served"), check=True),  # noqa: S603 - our Makefile
            "start": lambda: wait_for(f"{url}/readyz"),
            "first call": lambda: require(shell(curl[1]), '"title":"The Lord of the Rings"'),
            "first change": lambda: require(shell(function, change), '"stock_left":0'),
            "first error": lambda: require(
                shell(function, next(each for each in curl if '"quantity": 7' in each)),
                '"out_of_stock"',
            ),
            "first batch": lambda: require(
                subprocess.run(  # noqa: S603 - the README's block
                    [sys.executable, "-c", python[0]],
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout,
                "2 done",
            ),
            "docs page": lambda: require(shell(f"curl -sf {url}/docs"), "<title>"),
        }
        service: subprocess.Popen[bytes] | None = None
        done: dict[str, float] = {}
        try:
            for name, step in steps.items():
                if name == "start":
                    service = subprocess.Popen(  # noqa: S603 - our Makefile
                        make("run"), env=environment, start_new_session=True
                    )
                started = time.monotonic()
                step()
                done[name] = time.monotonic() - began
                sys.stdout.write(
                    f"{name:13} {time.monotonic() - started:6.1f} s, after {done[name]:6.1f} s\n"
                )
                sys.stdout.flush()
        finally:
            if service is not None:
                os.killpg(service.pid, signal.SIGTERM)
                service.wait()
    return int(done["first call"] > FIRST_CALL_WITHIN_S)


if __name__ == "__main__":
    sys.exit(main())
