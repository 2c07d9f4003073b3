"""What is documented of an error's data is what a refusal holds."""

import pytest
from jsonschema import Draft202012Validator

from domain.errors import AlreadyReserved, NotReady, OctavoError
from rpc.application import REGISTRY
from rpc.error_documents import data_schema_of
from rpc.error_mapping import from_error
from rpc.openrpc_document import errors_of
from tests.support.error_tree import all_errors

ERRORS = {error for method in REGISTRY.values() for error in errors_of(method)}
MADE = sorted(
    (error for error in ERRORS if hasattr(error, "template") and not error.sometimes),
    key=lambda error: error.type,
)


@pytest.mark.parametrize("error", MADE, ids=lambda error: error.type)
def test_a_refusal_holds_the_data_that_are_documented(error: type[OctavoError]) -> None:
    schema = data_schema_of(error)
    data = from_error(error(**error.example))["data"]

    Draft202012Validator(schema).validate(data)
    assert data.keys() == schema["properties"].keys()


@pytest.mark.parametrize(
    "error",
    [each for each in all_errors() if "type" not in vars(each)],
    ids=lambda each: each.__name__,
)
def test_what_shares_a_type_keeps_to_its_schema(error: type[OctavoError]) -> None:
    parent = error.__base__
    assert issubclass(parent, OctavoError)

    data = from_error(error(**error.example))["data"]

    Draft202012Validator(data_schema_of(parent)).validate(data)


@pytest.mark.parametrize("error", [AlreadyReserved, NotReady])
def test_a_member_who_does_not_wait_has_no_position(
    error: type[AlreadyReserved] | type[NotReady],
) -> None:
    refusal = error(
        book_id=1, member_id=2, position=None, estimated_ready_at=None, estimate_reason=None
    )
    data = from_error(refusal)["data"]

    Draft202012Validator(data_schema_of(error)).validate(data)
    assert data["position"] is None


def test_most_errors_are_looked_at() -> None:
    assert len(MADE) > 20
