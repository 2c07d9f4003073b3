"""Addresses, by what their countries want of them."""

from typing import Any

import pytest

from domain.deliveries import Address
from domain.errors import InvalidParams
from repository.address_rules import require_valid

LINE = {"line1": "1 Main Street"}


@pytest.mark.parametrize(
    "address",
    [
        {"country": "GB", "city": "Cambridge", "postcode": "CB2 1RX"},
        {"country": "gb", "city": "Cambridge", "postcode": "cb2 1rx", "region": "Cambridgeshire"},
        {"country": "IE", "city": "Cork"},
        {"country": "IE", "city": "Dublin", "postcode": "D02 X285"},
        {"country": "HK", "region": "Kowloon"},
        {"country": "HK", "city": "Kowloon"},
        {"country": "HK", "city": "Central", "region": "Hong Kong Island"},
        {"country": "US", "city": "Springfield", "region": "IL", "postcode": "62701"},
        {"country": "US", "city": "Springfield", "region": "Illinois", "postcode": "62701-1234"},
        {"country": "DE", "city": "Berlin", "postcode": "10115"},
        {"country": "FR", "city": "Paris", "postcode": "75001", "phone": "+33 1 40 20 50 50"},
        {"country": "JP", "region": "Tokyo", "postcode": "100-0001"},
        {"country": "CN", "region": "Beijing Shi", "city": "Dongcheng", "postcode": "100010"},
        {"country": "AE", "region": "Dubai"},
        {"country": "SG", "postcode": "238859"},
    ],
)
async def test_an_address_as_its_country_wants_it_is_taken(address: dict[str, Any]) -> None:
    await require_valid(Address(**LINE, **address))


@pytest.mark.parametrize(
    ("address", "field", "why"),
    [
        ({"country": "GB", "city": "Cambridge"}, "postcode", "is required in GB"),
        ({"country": "GB", "postcode": "CB2 1RX"}, "city", "is required in GB"),
        ({"country": "GB", "city": "C", "postcode": "CB2"}, "postcode", "is not a postcode"),
        ({"country": "IE"}, "city", "is required in IE"),
        ({"country": "HK"}, "region", "is required in HK"),
        ({"country": "US", "city": "S", "postcode": "62701"}, "region", "is required in US"),
        ({"country": "US", "city": "S", "region": "XX", "postcode": "62701"}, "region", "is not a"),
        ({"country": "US", "city": "S", "region": "IL", "postcode": "90210"}, "postcode", "is not"),
        ({"country": "FR", "city": "Paris", "postcode": "7500"}, "postcode", "is not a postcode"),
        ({"country": "UK", "city": "C"}, "country", "ISO 3166"),
        ({"country": "Germany", "city": "C"}, "country", "ISO 3166"),
        ({"country": "ZZ", "city": "C"}, "country", "ISO 3166"),
        ({"country": "../x", "city": "C"}, "country", "ISO 3166"),
    ],
)
async def test_an_address_that_its_country_finds_fault_in_names_the_field(
    address: dict[str, Any], field: str, why: str
) -> None:
    with pytest.raises(InvalidParams) as refused:
        await require_valid(Address(**LINE, **address))

    [error] = refused.value.details["errors"]
    assert (error["parameter"], error["path"]) == ("address", ["address", field])
    assert why in error["problem"]


async def test_every_field_at_fault_is_named_at_once() -> None:
    with pytest.raises(InvalidParams) as refused:
        await require_valid(Address(**LINE, country="US"))

    paths = [error["path"][1] for error in refused.value.details["errors"]]
    assert paths == ["region", "city", "postcode"]


def test_an_address_shows_only_what_was_given() -> None:
    given = LINE | {"line2": "Flat 3", "city": "Cork", "country": "IE", "recipient": "Ada"}

    assert Address(**given).model_dump() == given
