"""Ask the indexes of known faults about all pins; exits with 1 if one of them has a fault.

An index that can't be reached, or that doesn't know a single one of the packages, as a mirror may
not, is skipped by name.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "requirements",
    "requirements-tracing",
    "requirements-dev",
    ".ci/tools",
    "tests/interop/requirements",
)
INDEXES = ("pypi", "osv")
TIMEOUT_S = 120


def answer(index: str) -> list[dict[str, Any]] | str:
    """What an index says of each package; a text if it can't be asked."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--progress-spinner", "off", "--vulnerability-service", index]
    command += [f"--requirement={ROOT / name}.txt" for name in FILES]
    try:
        asked = subprocess.run(  # noqa: S603 - pip-audit
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
        packages: list[dict[str, Any]] = json.loads(asked.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return f"no answer within {TIMEOUT_S} s"
    except ValueError:
        return asked.stderr.strip().splitlines()[-1] if asked.stderr.strip() else "no answer"
    if all("skip_reason" in package for package in packages):
        return f"it knows none of {len(packages)} packages"
    return packages


def report(index: str, packages: list[dict[str, Any]]) -> int:
    """Print the faults that an index knows of; how many these are."""
    faults = 0
    for package in packages:
        if "skip_reason" in package:
            sys.stdout.write(f"{index}: {package['name']} skipped: {package['skip_reason']}\n")
        for fault in package.get("vulns", ()):
            faults += 1
            mended = ", ".join(fault["fix_versions"]) or "no version"
            name = f"{package['name']} {package['version']}"
            sys.stdout.write(f"{index}: {name} has {fault['id']}, mended in {mended}\n")
    sys.stdout.write(f"{index}: {len(packages)} packages, {faults} known faults\n")
    return faults


def main() -> int:
    """Ask each index."""
    faults = 0
    for index in INDEXES:
        packages = answer(index)
        if isinstance(packages, str):
            sys.stdout.write(f"{index} skipped: {packages}\n")
        else:
            faults += report(index, packages)
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
