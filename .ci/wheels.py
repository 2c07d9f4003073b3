"""Ask uv whether all pins install, as wheels, with each Python on each kind of machine.

Nothing is installed. Packages that come as source only are built here once, and have to be pure
Python. Exits with 1 if a pin is missing, has no wheel, lacks the hash of the wheel that is taken,
or contradicts another.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PARTS: Final = ("", "-tracing", "-dev")
ALL_PINS: Final = ROOT / "requirements-dev.txt"
"""It names the others."""
UV: Final = ROOT / "var/tools/bin/uv"
SOURCE_ONLY: Final = ("jsonrpcserver", "forbiddenfruit")
PYTHONS: Final = ("3.11", "3.12", "3.13")
MACHINES: Final = {
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux aarch64": "aarch64-manylinux_2_28",
    "macOS arm64": "aarch64-apple-darwin",
    "Windows x86-64": "x86_64-pc-windows-msvc",
}
AT_ONCE: Final = 4
"""An answer is mostly waited for."""
COMPILE: Final = (
    *(UV, "pip", "compile", "--quiet", "--format", "pylock.toml", "--only-binary", ":all:"),
    *(f"--no-binary={name}" for name in SOURCE_ONLY),
)
MACOS_MIN: Final = {"MACOSX_DEPLOYMENT_TARGET": "11.0"}


def faults_of_sources(pins: str) -> Iterator[str]:
    """What comes as source only and is not pure Python; it is built of files with their hashes."""
    lines = pins.replace("\\\n", " ").splitlines()
    sources = [line for line in lines if line.partition("==")[0] in SOURCE_ONLY]
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "sources.txt")
        listed.write_text("\n".join(sources))
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "wheel"]
        subprocess.run([*pip, "--no-deps", "-w", folder, "-r", str(listed)], check=True)  # noqa: S603 - pip
        built = [wheel.name for wheel in Path(folder).glob("*.whl")]
    if len(built) < len(SOURCE_ONLY):
        yield f"not all of {', '.join(SOURCE_ONLY)} are pinned"
    yield from (f"not pure Python: {name}" for name in built if not name.endswith("-none-any.whl"))


def fault(python: str, platform: str, pins: str) -> str:
    """What keeps the pins from being installed on a machine; empty if nothing does."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "pylock.toml")
        target = ("--python-version", python, "--python-platform", platform)
        command = (*COMPILE, *target, "--output-file", lock, ALL_PINS)
        asked = subprocess.run(  # noqa: S603 - uv
            command, capture_output=True, text=True, check=False, env=os.environ | MACOS_MIN
        )
        if asked.returncode:
            return asked.stderr.strip()
        taken = tomllib.loads(lock.read_text())["packages"]
    return ", ".join(
        f"{wheel['url'].rpartition('/')[2]} is taken, whose hash is not pinned"
        for package in taken
        for wheel in package.get("wheels", ())
        if wheel["hashes"]["sha256"] not in pins
    )


def main() -> int:
    """Ask for every Python on every machine."""
    pins = "".join((ROOT / f"requirements{part}.txt").read_text() for part in PARTS)
    faults = list(faults_of_sources(pins))
    sys.stdout.writelines(f"{each}\n" for each in faults)
    targets = list(product(PYTHONS, MACHINES))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = pool.map(lambda target: fault(target[0], MACHINES[target[1]], pins), targets)
    for (python, machine), found in zip(targets, asked, strict=True):
        faults += [found] if found else []
        sys.stdout.write(f"Python {python} on {machine}: {found or 'all pins have wheels'}\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
