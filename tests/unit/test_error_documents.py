"""What is documented of an error's data is what a refusal bears."""

import inspect
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from jsonschema import Draft202012Validator

from domain.circulation import OpenLoan
from domain.deliveries import DeliveryStatus
from domain.errors import OctavoError
from domain.library import AlreadyReserved, NotReady
from rpc.application import REGISTRY
from rpc.error_documents import data_schema_of
from rpc.error_mapping import from_error
from rpc.openrpc_document import errors_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SAMPLES: dict[Any, Any] = {
    int: 12,
    int | None: 3,
    str: "text",
    bool: True,
    float: 1.5,
    datetime | None: NOW,
    OpenLoan: OpenLoan(1, 2, NOW, NOW),
    DeliveryStatus: DeliveryStatus.SCHEDULED,
    list[dict[str, int]]: [{"book_id": 1, "requested": 2, "available": 1}],
}
ERRORS = {error for method in REGISTRY.values() for error in errors_of(method)}


def has_maker(error: type[OctavoError]) -> bool:
    """Whether `of` makes its refusals, all with the same details."""
    maker = getattr(error, "of", None)
    if maker is None:
        return False
    kinds = [parameter.kind for parameter in inspect.signature(maker).parameters.values()]
    return inspect.Parameter.VAR_KEYWORD not in kinds


MADE = sorted(filter(has_maker, ERRORS), key=lambda error: error.type)


def refusal_of(error: type[OctavoError]) -> OctavoError:
    """A refusal of that kind."""
    maker = error.of  # type: ignore[attr-defined] # has_maker has looked
    hints = get_type_hints(maker)
    given, named = [], {}
    for name, parameter in inspect.signature(maker).parameters.items():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            named[name] = SAMPLES[hints[name]]
        else:
            given.append(SAMPLES[hints[name]])
    refusal: OctavoError = maker(*given, **named)
    return refusal


@pytest.mark.parametrize("error", MADE, ids=lambda error: error.type)
def test_a_refusal_bears_the_data_that_are_documented(error: type[OctavoError]) -> None:
    schema = data_schema_of(error)
    data = from_error(refusal_of(error))["data"]

    Draft202012Validator(schema).validate(data)
    assert data.keys() == schema["properties"].keys()


@pytest.mark.parametrize("error", [AlreadyReserved, NotReady])
def test_a_member_who_does_not_wait_has_no_position(
    error: type[AlreadyReserved] | type[NotReady],
) -> None:
    data = from_error(error.of(1, 2, position=None, ready_at=None))["data"]

    Draft202012Validator(data_schema_of(error)).validate(data)
    assert data["position"] is None


def test_most_errors_are_looked_at() -> None:
    assert len(MADE) > 20
