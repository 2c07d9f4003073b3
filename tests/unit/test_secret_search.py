"""The search for secrets after a run finds those that are there, and fails the run."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.keys import DEMO_KEY
from tests.support.secret_search import secret_in, secrets_in
from tests.support.service_process import ROOT

KEY = "octavo_7_9dC2-" + 30 * "x"
WRITES = f"""
import sys

def test_writes(tmp_path):
    (tmp_path / "service.log").write_text('{{"key": "{KEY}"}}')

def test_says():
    print("paid with tok_declined")

def test_keeps_silent(tmp_path):
    (tmp_path / "engine.log").write_text("octavo_test_0123456789abcdef01234567, secret, tok_")
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the search after this run does not see."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@pytest.mark.parametrize("secret", [KEY, "tok_ok", DEMO_KEY])
def test_keys_and_payment_tokens_are_found_with_the_place(folder: Path, secret: str) -> None:
    log = folder / "data" / "engine.log"
    log.parent.mkdir()
    log.write_text(f"a line\n{{'held': '{secret}'}}\n")
    (folder / "other.log").write_text("a token, a key octavo_7_ and octavo_test_0123456789ab")

    [found] = secrets_in(folder)

    assert str(log) in found
    assert f"'held': '{secret}'" in found


def test_what_only_resembles_a_secret_is_none() -> None:
    assert secret_in(b'db octavo_test_0123456789abcdef01234567, "tok_other", octavo_12') == ""


def test_a_run_fails_by_a_secret_in_a_log_and_by_one_that_is_printed(folder: Path) -> None:
    (folder / "test_leaks.py").write_text(WRITES)
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(folder)]
    command += ["-p", "tests.support.secret_search", "-p", "no:cacheprovider"]
    command += ["--basetemp", str(folder / "run"), str(folder / "test_leaks.py")]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter

    assert run.returncode == 1
    assert all(each in run.stdout for each in ("3 passed", "2 errors"))
    assert "a secret is in a log" in run.stdout
    assert "service.log" in run.stdout
    assert "a secret is in what was printed or logged: paid with tok_declined" in run.stdout
    assert "engine.log" not in run.stdout
