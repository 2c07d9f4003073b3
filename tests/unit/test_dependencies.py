"""What comes from a registry is pinned with hashes, audited where an index answers, and noticed."""

import contextlib
import json
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PINNED = (
    "requirements",
    "requirements-tracing",
    "requirements-dev",
    ".ci/tools",
    "tests/interop/requirements",
)


def lines(path: Path) -> list[str]:
    """The requirements of a file, with their hashes, each on one line."""
    texts = path.read_text().replace("\\\n", " ").splitlines()
    plain = [text.split("#")[0].strip() for text in texts]
    return [text for text in plain if text and not text.startswith("-")]


def exact(text: str) -> tuple[str, str]:
    requirement = Requirement(text.split("--hash", maxsplit=1)[0].strip())
    return canonicalize_name(requirement.name), str(requirement.specifier)


@pytest.mark.parametrize("name", PINNED)
def test_each_package_has_one_version_and_a_hash(name: str) -> None:
    for line in lines(ROOT / f"{name}.txt"):
        assert exact(line)[1].startswith("=="), line
        assert "--hash=sha256:" in line, "make pins writes the hashes"


@pytest.mark.parametrize("name", PINNED)
def test_what_we_ask_for_is_what_is_pinned(name: str) -> None:
    pinned = set(map(exact, lines(ROOT / f"{name}.txt")))

    assert set(map(exact, lines(ROOT / f"{name}.in"))) <= pinned, "make pins writes the .txt file"


def test_who_installs_the_checks_gets_the_service_too() -> None:
    assert (ROOT / "requirements-dev.txt").read_text().startswith("-r requirements.txt\n")


def test_npm_packages_have_hashes_and_no_registry() -> None:
    lock = json.loads((ROOT / "tests/interop/package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]

    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)


FINE = {"name": "one", "version": "1", "vulns": []}
FAULTY = {"name": "two", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "one", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("says", "exit_code", "line"),
    [
        ({"dependencies": [FINE]}, 0, "pypi: 1 packages, 0 known faults"),
        ({"dependencies": [FINE, FAULTY]}, 1, "pypi: two 2 has CVE-1, mended in 2.1"),
        ({"dependencies": [UNKNOWN, FAULTY]}, 1, "pypi: one skipped: not found"),
        ({"dependencies": [UNKNOWN]}, 0, "pypi skipped: it knows none of 1 packages"),
        (None, 0, "pypi skipped: unreachable"),
    ],
)
def test_an_audit_fails_for_a_known_fault_and_skips_what_does_not_answer(
    tmp_path: Path, says: object, exit_code: int, line: str
) -> None:
    end = f"print({json.dumps(says)!r})" if says else "import sys; sys.exit('unreachable')"
    (tmp_path / "pip_audit.py").write_text(end)

    audited = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, ROOT / ".ci/audit_dependencies.py"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert line in audited.stdout.splitlines()
    assert audited.returncode == exit_code, audited.stderr


def noticed() -> dict[str, str]:
    """The licence of each thing that NOTICE lists."""
    rows = re.findall(r"^ {4}(\S+) {2,}(\S.*)$", (ROOT / "NOTICE").read_text(), re.MULTILINE)
    return dict(rows)


def test_the_notice_names_the_licence_of_each_package_of_the_service() -> None:
    shipped = ("requirements.txt", "requirements-tracing.txt")
    packages = {exact(line)[0] for name in shipped for line in lines(ROOT / name)}

    assert packages <= noticed().keys(), "NOTICE lacks them"
    for name in packages:
        with contextlib.suppress(PackageNotFoundError):  # that is for another kind of machine
            declared = metadata(name).get("License-Expression")
            assert declared in {None, noticed()[name]}, name


def test_the_notice_names_all_images_that_are_started() -> None:
    files = [*ROOT.glob("docker-compose*.yml"), ROOT / "Dockerfile"]
    texts = "\n".join(path.read_text() for path in files)
    images = set(re.findall(r"^(?:FROM| +image:) ([\w./-]+):", texts, re.MULTILINE))

    assert images
    assert images <= noticed().keys()
