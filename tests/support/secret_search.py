"""A plugin of pytest: no key and no payment token is in what the servers of a run have written.

What a test prints, the logs of the service in its process included, is searched after each test;
the log files in the run's folder (of each worker) after the last one.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from domain.keys import DEMO_KEY

SECRETS: Final = re.compile(
    rb"octavo_\d+_[\w-]{20,}"
    rb"|\btok_(?:ok|declined|insufficient_funds|error|slow)\b|" + re.escape(DEMO_KEY).encode()
)
AROUND: Final = 80


def secrets_in(folder: Path) -> list[str]:
    """Each log file below a folder that has a secret, with what is written around the first."""
    texts = ((path, path.read_bytes()) for path in sorted(folder.rglob("*.log")) if path.is_file())
    return [f"{path}: {found}" for path, text in texts if (found := secret_in(text))]


def secret_in(text: bytes) -> str:
    """What is written around the first secret in a text, or nothing."""
    found = SECRETS.search(text)
    if found is None:
        return ""
    return text[max(found.start() - AROUND, 0) : found.end() + AROUND].decode(errors="replace")


@pytest.fixture(scope="session", autouse=True)
def _no_secret_in_log_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    yield
    found = secrets_in(tmp_path_factory.getbasetemp())
    assert not found, "a secret is in a log:\n" + "\n".join(found)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[Any]:
    """Add an error to a test whose output has a secret."""
    report = yield
    if report.when == "teardown" and report.passed:
        found = secret_in(f"{report.capstdout}{report.capstderr}".encode(errors="replace"))
        if found:
            report.outcome = "failed"
            report.longrepr = f"a secret is in what was printed or logged: {found}"
    return report
