import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.keys import Role, digest, key_id_of, new_secret, same_secret
from domain.values import ID_MAX


@given(key_id=st.integers(0, ID_MAX))
def test_a_secret_is_found_by_the_id_inside_it(key_id: int) -> None:
    assert key_id_of(new_secret(key_id)) == key_id


def test_no_two_secrets_are_the_same() -> None:
    assert len({new_secret(1) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "text",
    [
        *("", "secret123", "octavo", "octavo_", "octavo_x_y", "octavo_-1_y", "octavo_²_y"),
        *("other_1_y", f"octavo_{10**17}_y", "octavo_" + "9" * 5000),
    ],
)
def test_any_other_text_holds_no_id(text: str) -> None:
    assert key_id_of(text) is None


@given(text=st.text())
def test_any_text_may_be_asked_about(text: str) -> None:
    key_id_of(text)
    assert same_secret(digest(text), text)
    assert not same_secret(digest(text), text + "x")


def test_a_digest_does_not_show_the_secret() -> None:
    secret = new_secret(1)

    assert secret not in digest(secret)
    assert secret.rpartition("_")[2] not in digest(secret)


def test_each_role_may_do_what_the_roles_before_it_may() -> None:
    allowed = {role: {needed for needed in Role if role.allows(needed)} for role in Role}

    assert allowed == {
        Role.PUBLIC: {Role.PUBLIC},
        Role.READER: {Role.PUBLIC, Role.READER},
        Role.CLERK: {Role.PUBLIC, Role.READER, Role.CLERK},
        Role.ADMIN: set(Role),
    }
