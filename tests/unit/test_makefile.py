"""Which Python `make` takes, with commands that only pretend to be one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("python3.11", "python3.12", "python3.13")
RUNS, BROKEN = "exit 0", "exit 127"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in (
        "Makefile",
        "requirements.txt",
        "requirements-tracing.txt",
        "requirements-dev.txt",
    ):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(
    checkout: Path, pythons: dict[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    """What `make` says about installing where only these Pythons are."""
    commands = checkout / "commands"
    commands.mkdir()
    for name, does in pythons.items():
        (commands / name).write_text(f"#!/bin/sh\n{does}\n")
        (commands / name).chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    return subprocess.run(  # noqa: S603 - make on our own file
        [shutil.which("make") or "make", *options, ".venv/installed"],
        cwd=checkout,
        env=environment | {"PATH": str(commands)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("newest", NAMES)
def test_make_takes_the_newest_python(newest: str, checkout: Path) -> None:
    pythons = {name: RUNS for name in NAMES if name <= newest}

    assert f"\n{newest} -m venv" in make(checkout, pythons, "--dry-run").stdout


def test_make_passes_over_a_python_that_does_not_run(checkout: Path) -> None:
    pythons = {"python3.13": BROKEN, "python3.12": RUNS, "python3.11": RUNS}

    assert "\npython3.12 -m venv" in make(checkout, pythons, "--dry-run").stdout


def test_make_takes_the_python_that_it_is_given(checkout: Path) -> None:
    pythons = {"python3.13": RUNS, "mine": RUNS}

    assert "\nmine -m venv" in make(checkout, pythons, "--dry-run", "PYTHON=mine").stdout


@pytest.mark.parametrize("options", [(), ("PYTHON=python3.11",)])
def test_make_says_what_to_install_when_no_python_runs(
    options: tuple[str, ...], checkout: Path
) -> None:
    answer = make(checkout, {"python3.11": BROKEN}, *options)

    assert answer.returncode == 2
    assert "Octavo needs Python 3.13, 3.12 or 3.11. Install one" in answer.stderr
    assert not (checkout / ".venv").exists()
