"""The address of the proxy that stands before MongoDB in tests of lost answers."""

import pytest

from tests.support.mongo_proxy import primary_of, proxied

OURS = "directConnection=true&serverMonitoringMode=poll"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mongodb://127.0.0.1:27017", f"mongodb://127.0.0.1:9/?{OURS}"),
        ("mongodb://db:27017/?directConnection=true", f"mongodb://127.0.0.1:9/?{OURS}"),
        (
            "mongodb://ada:p%40ss@a:1,b:2/shop?replicaSet=rs0&authSource=admin&w=1",
            f"mongodb://ada:p%40ss@127.0.0.1:9/shop?authSource=admin&w=1&{OURS}",
        ),
    ],
)
def test_user_database_and_options_stay_and_the_address_is_the_proxys(
    url: str, expected: str
) -> None:
    assert proxied(url, 9) == expected


def test_a_lone_server_is_the_target() -> None:
    assert primary_of("mongodb://ada:secret@db:27018/?authSource=admin") == ("db", 27018)
