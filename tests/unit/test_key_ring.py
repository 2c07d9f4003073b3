"""What the ring remembers, without a database."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from domain.keys import DEMO_KEY, KeyRow, Role, digest
from repository.keys import KeyRing

SECRET = "octavo_7_" + "k" * 43


class FakeDatabase:
    """Holds one key until it is revoked; `meanwhile` happens while it is read."""

    def __init__(self) -> None:
        self.reads = 0
        self.is_revoked = False
        self.meanwhile: Any = lambda: None

    async def rows(self, _: Any, query: dict[str, Any]) -> list[KeyRow]:
        self.reads += 1
        key = KeyRow(7, "till", "clerk", digest(SECRET), datetime(2026, 11, 23, tzinfo=UTC))
        found = [] if self.is_revoked or query["_id"] != 7 else [key]
        self.meanwhile()
        return found


@pytest.fixture
def stored() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture
def ring(stored: FakeDatabase) -> KeyRing:
    return KeyRing(cast("Any", stored), DEMO_KEY)


async def test_a_known_caller_is_read_once(ring: KeyRing, stored: FakeDatabase) -> None:
    first, again = await ring.caller_of(SECRET), await ring.caller_of(SECRET)

    assert first is not None
    assert first == again
    assert (first.key_id, first.role) == ("7", Role.CLERK)
    assert stored.reads == 1


async def test_a_key_revoked_while_it_is_read_is_not_remembered(
    ring: KeyRing, stored: FakeDatabase
) -> None:
    def revoke() -> None:
        stored.is_revoked = True
        ring.forget_all()

    stored.meanwhile = revoke
    await ring.caller_of(SECRET)

    assert await ring.caller_of(SECRET) is None


async def test_who_is_unknown_is_not_remembered(ring: KeyRing, stored: FakeDatabase) -> None:
    stored.is_revoked = True
    assert await ring.caller_of(SECRET) is None

    stored.is_revoked = False
    assert await ring.caller_of(SECRET) is not None


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "octavo",
        "octavo_7",
        "octavo_7_",
        f"octavo_8_{SECRET}",
        SECRET + " ",
        "octavo_\u0667_x",
        "octavo_-7_x",
        f"octavo_{10**30}_x",
        "\udcff\udcfe",
        "x" * 10_000,
        DEMO_KEY.upper(),
    ],
)
async def test_junk_is_nobody(ring: KeyRing, junk: str) -> None:
    assert await ring.caller_of(junk) is None


async def test_the_settings_key_needs_no_database(ring: KeyRing, stored: FakeDatabase) -> None:
    caller = await ring.caller_of(DEMO_KEY)

    assert caller is not None
    assert caller.role is Role.ADMIN
    assert stored.reads == 0


async def test_without_a_key_in_the_settings_the_demo_key_is_nobody(stored: FakeDatabase) -> None:
    assert await KeyRing(cast("Any", stored), None).caller_of(DEMO_KEY) is None
    assert await KeyRing(cast("Any", stored), None).caller_of("") is None
