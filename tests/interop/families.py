"""The programs of each kind of machine, and what has to be installed before they run."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
VAR: Final = HERE.parents[1] / "var" / "interop"
PYTHON: Final = VAR / "pypi" / "bin" / "python"
INSTALL_TIMEOUT_S: Final = 900
NO_NETWORK: Final = ("ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNREFUSED", "ECONNRESET")


class NotHereError(Exception):
    """Why the programs of a family can't be tried on this machine."""


class InstallationError(Exception):
    """What a step of an installation said when it failed."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program by the name of its client, and the command that starts it."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Programs that need the same tools.

    `clients` make the calls, `readers` look at the OpenRPC document.
    """

    name: str
    tools: tuple[str, ...]
    install: Callable[[], None]
    clients: tuple[Program, ...]
    readers: tuple[Program, ...] = ()

    def prepare(self) -> None:
        """Install what the programs need, once; raises NotHereError."""
        missing = [tool for tool in self.tools if shutil.which(tool) is None]
        if missing:
            raise NotHereError(f"{missing[0]} is not here")
        VAR.mkdir(parents=True, exist_ok=True)
        self.install()


def run(*command: str, cwd: Path = HERE) -> None:
    """Run a step of an installation; raises InstallationError."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT_S
    )
    if done.returncode == 0:
        return
    said = f"{done.stdout}\n{done.stderr}".strip()[:2000]
    if any(word in said for word in NO_NETWORK):
        raise NotHereError(f"the registry does not answer {command[0]}")
    raise InstallationError(f"{' '.join(command)}:\n{said}")


def once(stamp: Path, source: Path, *commands: tuple[str, ...]) -> None:
    """Run commands unless they ran since `source` was changed."""
    if stamp.exists() and stamp.stat().st_mtime >= source.stat().st_mtime:
        return
    for command in commands:
        run(*command)
    stamp.touch()


def install_npm() -> None:
    """What package-lock.json names, in node_modules beside it."""
    once(VAR / "npm", HERE / "package-lock.json", ("npm", "ci", "--no-progress"))


def install_pypi() -> None:
    """What requirements.txt names, in an environment of its own."""
    once(
        VAR / "pypi" / "installed",
        HERE / "requirements.txt",
        (sys.executable, "-m", "venv", "--clear", str(VAR / "pypi")),
        (str(PYTHON), "-m", "pip", "install", "--quiet", "--requirement", "requirements.txt"),
    )


def of_npm(name: str) -> Program:
    """A program that node runs."""
    return Program(name, ("node", f"npm/{name}.mjs"))


def of_pypi(name: str) -> Program:
    """A program that the environment's Python runs."""
    return Program(name, (str(PYTHON), f"pypi/try_{name.replace('-', '_')}.py"))


def install_go() -> None:
    """The program, of modules whose hashes go.sum has."""
    run(
        "go",
        "build",
        "-buildvcs=false",
        "-mod=readonly",
        "-o",
        str(VAR / "go"),
        ".",
        cwd=HERE / "go",
    )


def install_rust() -> None:
    """The program, of the crates that crates.lock names.

    That is cargo's lock file without the address of its registry, which this machine knows: after a
    change of Cargo.toml, `cargo generate-lockfile; grep -v ^source Cargo.lock >crates.lock`.
    """
    folder = HERE / "rust"
    lock, pins = folder / "Cargo.lock", folder / "crates.lock"
    if not lock.exists() or lock.stat().st_mtime < pins.stat().st_mtime:
        run("cargo", "generate-lockfile", cwd=folder)
        [registry] = set(re.findall(r"^source = .*\n", lock.read_text(), re.MULTILINE))
        lock.write_text(pins.read_text().replace("checksum = ", f"{registry}checksum = "))
    command = ("cargo", "build", "--locked", "--quiet", "--target-dir", str(VAR / "rust"))
    run(*command, cwd=folder)


def install_java() -> None:
    """The program beside the archives that pom.xml names."""
    folder = f"-Dfolder={VAR / 'java'}"
    run("mvn", "--quiet", "--batch-mode", folder, "package", cwd=HERE / "java")


FAMILIES: Final = (
    Family(
        "npm",
        ("node", "npm"),
        install_npm,
        tuple(map(of_npm, ("client-js", "jayson", "json-rpc-2.0", "viem"))),
        tuple(
            map(
                of_npm,
                ("test-coverage", "schema-utils-js", "meta-schema", "json-schema-to-typescript"),
            )
        ),
    ),
    Family(
        "pypi",
        (),
        install_pypi,
        tuple(map(of_pypi, ("jsonrpcclient", "pjrpc", "jsonrpc-async", "tinyrpc"))),
    ),
    Family("go", ("go",), install_go, (Program("ybbus/jsonrpc", (str(VAR / "go"),)),)),
    Family(
        "rust",
        ("cargo",),
        install_rust,
        (Program("jsonrpsee", (str(VAR / "rust" / "debug" / "octavo-interop"),)),),
    ),
    Family(
        "java",
        ("java", "mvn"),
        install_java,
        (
            Program(
                "jsonrpc4j",
                (
                    "java",
                    "--class-path",
                    f"{VAR / 'java' / 'classes'}{os.pathsep}{VAR / 'java' / 'lib' / '*'}",
                    "octavo.Client",
                ),
            ),
        ),
    ),
)
