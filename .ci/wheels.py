"""Ask pip whether all pins install, as wheels, with each Python on each kind of machine.

Nothing is installed. Packages that come as source only are built here once, and have to be pure
Python. Exits with 1 if a pin is missing, has no wheel, lacks the hash of the wheel that pip takes,
or contradicts another.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
SOURCE_ONLY = {"jsonrpcserver", "forbiddenfruit"}
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
TARGET = ("--dry-run", "--ignore-installed", "--target", "nowhere", "--implementation", "cp")


class Machine(NamedTuple):
    """A kind of machine: its name for people, Python's, and the tags of wheels that it takes."""

    name: str
    sys_platform: str
    tags: list[str]


def linux_tags(processor: str) -> list[str]:
    """The tags of wheels for glibc 2.28 (of 2018) and older ones."""
    return [f"manylinux_2_{minor}_{processor}" for minor in range(28, 4, -1)] + [
        f"manylinux2014_{processor}"
    ]


MACHINES = (
    Machine("Linux x86-64", "linux", linux_tags("x86_64")),
    Machine("Linux aarch64", "linux", linux_tags("aarch64")),
    Machine("macOS arm64", "darwin", ["macosx_11_0_arm64"]),
    Machine("Windows x86-64", "win32", ["win_amd64"]),
)


class Pin(NamedTuple):
    """A requirement and the SHA-256 hashes of the files that may be installed for it."""

    requirement: Requirement
    hashes: frozenset[str]

    @property
    def exact(self) -> str:
        """Name and version without the marker, which pip would hold against this machine."""
        return f"{self.requirement.name}{self.requirement.specifier}"


def pins(path: Path) -> Iterator[Pin]:
    """All pins of a file and of those that it names."""
    for line in path.read_text().replace("\\\n", " ").splitlines():
        text, *hashes = line.split("#")[0].split("--hash=sha256:")
        if text.startswith("-r "):
            yield from pins(path.parent / text.removeprefix("-r ").strip())
        elif text.strip():
            yield Pin(Requirement(text.strip()), frozenset(map(str.strip, hashes)))


def build(wanted: list[Pin], folder: str) -> None:
    """Build wheels of the packages that come as source only, from files that have their hashes."""
    sources = Path(folder) / "sources.txt"
    sources.write_text(
        "\n".join(
            f"{pin.exact} {' '.join(f'--hash=sha256:{each}' for each in sorted(pin.hashes))}"
            for pin in wanted
            if pin.requirement.name in SOURCE_ONLY
        )
    )
    command = [*PIP, "wheel", "--no-deps", "--wheel-dir", folder, "--requirement", str(sources)]
    subprocess.run(command, check=True)  # noqa: S603 - pip
    built = [path.name for path in Path(folder).glob("*.whl")]
    if not all(name.endswith("-none-any.whl") for name in built):
        sys.exit(f"not pure Python: {', '.join(built)}")


def fault(python: str, machine: Machine, wanted: list[Pin], built: str) -> str:
    """What keeps the pins from being installed on a machine; empty if nothing does."""
    where = {"python_version": python, "python_full_version": f"{python}.0"}
    where["sys_platform"] = machine.sys_platform
    here = [
        pin
        for pin in wanted
        if pin.requirement.marker is None or pin.requirement.marker.evaluate(where)
    ]
    command = [*PIP, "install", *TARGET, "--only-binary", ":all:", "--find-links", built]
    command += ["--python-version", python, "--report", "-"]
    command += [f"--platform={tag}" for tag in machine.tags]
    command += sorted({pin.exact for pin in here})
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - pip
    if asked.returncode:
        return asked.stderr.strip()
    hashes = {canonicalize_name(pin.requirement.name): pin.hashes for pin in here}
    taken = {
        canonicalize_name(item["metadata"]["name"]): item["download_info"]["archive_info"]["hashes"]
        for item in json.loads(asked.stdout)["install"]
    }
    return ", ".join(
        f"{name} is not pinned with the hash of its wheel"
        for name, file in taken.items()
        if name not in SOURCE_ONLY and file["sha256"] not in hashes.get(name, ())
    )


def main() -> int:
    """Ask for every Python on every machine, as many at once as there are processors."""
    wanted = list(pins(ROOT / "requirements-dev.txt"))
    targets = list(product(PYTHONS, MACHINES))
    with tempfile.TemporaryDirectory() as built, ThreadPoolExecutor(os.cpu_count()) as pool:
        build(wanted, built)
        asked = [pool.submit(fault, python, machine, wanted, built) for python, machine in targets]
    for (python, machine), answer in zip(targets, asked, strict=True):
        found = answer.result() or "all pins have wheels"
        sys.stdout.write(f"Python {python} on {machine.name}: {found}\n")
    return int(any(answer.result() for answer in asked))


if __name__ == "__main__":
    sys.exit(main())
