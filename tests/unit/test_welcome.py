"""What `make up` says is what runs."""

import pytest

from rpc.settings import Settings
from rpc.welcome import DEMO, NO_KEY, OWN_KEY, welcome

KEY = "sixteen letters!"


@pytest.mark.parametrize(
    ("demo", "admin_key", "expected"),
    [(True, None, DEMO), (True, KEY, OWN_KEY), (False, KEY, OWN_KEY), (False, None, NO_KEY)],
)
def test_the_operator_is_told_which_key_is_valid(
    demo: bool,  # noqa: FBT001 - a row of the table
    admin_key: str | None,
    expected: str,
) -> None:
    said = welcome(Settings(demo=demo, admin_key=admin_key))

    assert said.splitlines()[1] == expected
    assert KEY not in said


def test_the_operator_is_told_the_port_that_was_set() -> None:
    assert "http://localhost:9001/rpc" in welcome(Settings(port=9001))
