import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.keys import DEMO_KEY
from rpc.settings import Settings

OWN_KEY = "sixteen letters!"


def test_the_demo_key_is_accepted_in_demo_mode() -> None:
    assert Settings(demo=True).first_key == DEMO_KEY
    assert Settings(demo=True, admin_key=DEMO_KEY).first_key == DEMO_KEY


def test_outside_demo_mode_there_is_no_key_but_one_s_own() -> None:
    assert Settings().first_key is None
    assert Settings(admin_key=OWN_KEY).first_key == OWN_KEY


def test_the_demo_key_is_refused_outside_demo_mode() -> None:
    with pytest.raises(ValidationError, match="demo key"):
        Settings(admin_key=DEMO_KEY)


def test_an_own_key_replaces_the_demo_key() -> None:
    assert Settings(demo=True, admin_key=OWN_KEY).first_key == OWN_KEY


@pytest.mark.parametrize("short", ["x" * 15, "admin", "SECRET123"])
def test_a_short_key_is_refused(short: str) -> None:
    with pytest.raises(ValidationError, match="16 characters"):
        Settings(admin_key=short)


def test_fines_and_blocks_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"FINE_PER_DAY": "0.25", "FINE_MAX": "7.5", "FINE_BLOCK": "12", "OVERDUE_LOANS_MAX": 2}
    for name, value in values.items():
        monkeypatch.setenv(f"OCTAVO_{name}", str(value))

    terms = Settings().loan_terms

    assert (terms.fine_per_day_cents, terms.fine_cents_max) == (25, 750)
    assert (terms.fine_block_cents, terms.overdue_loans_max) == (1_200, 2)


def test_nothing_is_fined_and_overdue_loans_block_unless_the_operator_says_so() -> None:
    terms = Settings().loan_terms

    assert (terms.fine_per_day_cents, terms.fine_cents_max) == (0, None)
    assert (terms.fine_block_cents, terms.overdue_loans_max) == (1_000, 0)


@pytest.mark.parametrize(
    ("name", "value"), [("fine_per_day", "-1"), ("fine_max", "0.125"), ("fine_block", "0")]
)
def test_an_amount_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: value})


def test_the_service_does_not_start_with_the_demo_key_outside_demo_mode() -> None:
    environment = {name: value for name, value in os.environ.items() if "OCTAVO" not in name}

    started = subprocess.run(
        [sys.executable, "-m", "rpc"],
        env=environment | {"OCTAVO_ADMIN_KEY": DEMO_KEY},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert started.returncode == 2
    assert "demo key" in started.stderr
    assert DEMO_KEY not in started.stderr
    assert "Traceback" not in started.stderr


def test_without_the_engine_and_a_url_the_service_says_so_in_one_line(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if "OCTAVO" not in name}
    hide_the_engine = "import sys; sys.modules['secantus'] = None; "
    command = [
        sys.executable,
        "-c",
        hide_the_engine + "import rpc.__main__ as r; sys.exit(r.main())",
    ]

    started = subprocess.run(  # noqa: S603 - our own interpreter and module
        command,
        env=environment | {"OCTAVO_DEMO": "1", "OCTAVO_DATA_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    (line,) = (started.stdout + started.stderr).splitlines()
    assert started.returncode == 3
    assert "set OCTAVO_MONGO_URL, or use Python 3.11, 3.12 or 3.13" in line
    assert not (tmp_path / "var").exists(), "an engine was tried"


def test_traces_are_off_and_load_nothing_unless_an_endpoint_is_set() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, rpc.__main__; print([m for m in sys.modules if 'opentelemetry' in m])",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert Settings().traces_endpoint is None
    assert told == "[]\n"


def test_traces_without_their_packages_are_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(ValidationError, match=r"pip install -r requirements-tracing\.txt"):
        Settings(traces_endpoint="http://localhost:4318")


def test_an_endpoint_of_traces_that_is_no_url_is_refused() -> None:
    with pytest.raises(ValidationError, match="must be a URL"):
        Settings(traces_endpoint="localhost")
