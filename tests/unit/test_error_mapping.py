from collections import Counter

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import InvalidParams, NotFound, OctavoError, TimedOut
from rpc.error_codes import SPECIFICATION_MESSAGES, ErrorCode
from rpc.error_mapping import ERRORS_LISTED_MAX, code_of, error_object, from_error, from_validation
from tests.support.error_tree import all_errors

ERRORS = all_errors()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_of_the_domain_has_a_code(error: type[OctavoError]) -> None:
    assert code_of(error).name.lower() == error.type


def test_no_two_errors_share_a_type() -> None:
    named = [each.type for each in ERRORS if "type" in vars(each)]

    assert [name for name, uses in Counter(named).items() if uses > 1] == []
    assert len(ERRORS) >= 10


def test_no_two_codes_are_the_same() -> None:
    assert len(ErrorCode.__members__) == len({int(code) for code in ErrorCode})


@pytest.mark.parametrize("code", ErrorCode, ids=lambda code: code.name)
def test_a_code_lies_in_a_range_of_its_own(code: ErrorCode) -> None:
    of_the_specification = code in SPECIFICATION_MESSAGES
    of_the_server = -32099 <= code <= -32000
    of_a_topic = 100 <= code <= 199 or 1000 <= code <= 3999

    assert of_the_specification + of_the_server + of_a_topic == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("parse_error", -32700),
        ("invalid_request", -32600),
        ("method_not_found", -32601),
        ("invalid_params", -32602),
        ("internal_error", -32603),
        ("unauthenticated", -32001),
        ("timed_out", -32002),
        ("response_too_large", -32003),
        ("forbidden", -32004),
        ("storage_unavailable", -32006),
        ("request_too_large", -32007),
        ("busy", -32009),
        ("batch_too_large", -32010),
        ("not_found", 104),
        ("conflict", 109),
        ("idempotency_key_reused", 120),
        ("request_in_progress", 121),
        ("out_of_stock", 1001),
    ],
)
def test_a_code_stays_what_it_is(name: str, code: int) -> None:
    assert ErrorCode[name.upper()] == code


def test_a_refusal_says_what_the_caller_needs() -> None:
    assert from_error(NotFound(kind="book", id=7)) == {
        "code": 104,
        "message": "No book has id 7.",
        "data": {"type": "not_found", "retryable": False, "kind": "book", "id": 7},
    }


def test_a_refusal_says_whether_to_try_again() -> None:
    assert from_error(TimedOut(deadline_s=1.0))["data"]["retryable"] is True


def test_an_error_of_the_specification_keeps_its_message() -> None:
    error = error_object(ErrorCode.PARSE_ERROR, "at line 1")

    assert error["message"] == "Parse error"
    assert error["data"]["detail"] == "at line 1"


class Order(BaseModel):
    """Something with a list inside."""

    model_config = ConfigDict(strict=True, extra="forbid")

    quantities: list[int]


def refusal_of(**fields: object) -> InvalidParams:
    with pytest.raises(ValidationError) as failure:
        Order(**fields)
    return from_validation(failure.value)


def test_a_fault_inside_a_parameter_says_where() -> None:
    refusal = refusal_of(quantities=[1, "x"])

    (error,) = refusal.details["errors"]
    assert error["parameter"] == "quantities"
    assert error["path"] == ["quantities", "1"]
    assert refusal.message == f"quantities.1: {error['problem']}"


def test_of_countless_faults_the_first_are_told() -> None:
    refusal = refusal_of(quantities=["x"] * 10_000)

    assert len(refusal.details["errors"]) == ERRORS_LISTED_MAX


def test_a_client_s_own_word_is_cut() -> None:
    refusal = refusal_of(quantities=[], **{"x" * 100_000: 1})

    assert len(str(refusal.details)) < 1_000
    assert len(refusal.message) < 1_000


def test_a_parameter_refused_by_hand_looks_like_any_other() -> None:
    by_hand = InvalidParams.parameter("quantities", "is required")

    assert by_hand.details == refusal_of().details
    assert by_hand.message == refusal_of().message
