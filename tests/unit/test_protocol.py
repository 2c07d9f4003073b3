import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc import protocol
from rpc.error_codes import ErrorCode
from rpc.error_mapping import error_object
from rpc.protocol import NO_ID, Call, Fault, ProtocolLimits

LIMITS = ProtocolLimits(batch_calls_max=3, method_name_characters_max=5, nesting_levels_max=4)


def parsed(body: str | bytes) -> protocol.Message:
    return protocol.parse(body.encode() if isinstance(body, str) else body, LIMITS)


def only(body: str | bytes) -> Call | Fault:
    """The one element of a body that is no batch."""
    message = parsed(body)
    assert not message.is_batch
    (element,) = message.elements
    return element


def code_of(element: Call | Fault) -> int:
    assert isinstance(element, Fault)
    return element.error["code"]


def test_a_call_has_a_method_its_parameters_and_an_id() -> None:
    call = only('{"jsonrpc": "2.0", "method": "m", "params": {"a": 1}, "id": 7}')

    assert call == Call("m", {"a": 1}, 7)
    assert isinstance(call, Call)
    assert not call.is_notification


def test_a_call_without_an_id_is_a_notification() -> None:
    call = only('{"jsonrpc": "2.0", "method": "m"}')

    assert call == Call("m", {}, NO_ID)
    assert isinstance(call, Call)
    assert call.is_notification


def test_null_is_an_id() -> None:
    call = only('{"jsonrpc": "2.0", "method": "m", "id": null}')

    assert isinstance(call, Call)
    assert call.id is None
    assert not call.is_notification


@pytest.mark.parametrize("params", ["null", "[]", "{}"])
def test_no_parameters_are_no_parameters(params: str) -> None:
    call = only(f'{{"jsonrpc": "2.0", "method": "m", "params": {params}, "id": 1}}')

    assert isinstance(call, Call)
    assert not call.params


def test_a_fault_keeps_the_id_that_can_be_read() -> None:
    fault = only('{"jsonrpc": "2.0", "id": "kept"}')

    assert code_of(fault) == ErrorCode.INVALID_REQUEST
    assert fault.id == "kept"


@pytest.mark.parametrize("call_id", ["true", "[]", "{}", "1e999"])
def test_what_is_no_id_is_not_kept(call_id: str) -> None:
    fault = only(f'{{"jsonrpc": "2.0", "method": "m", "id": {call_id}}}')

    assert code_of(fault) == ErrorCode.INVALID_REQUEST
    assert fault.id is None


def test_each_element_of_a_batch_is_read_for_itself() -> None:
    message = parsed('[1, {"jsonrpc": "2.0", "method": "m", "id": 2}, []]')

    assert message.is_batch
    assert [type(element) for element in message.elements] == [Fault, Call, Fault]


@pytest.mark.parametrize(
    ("calls", "code"), [(0, ErrorCode.INVALID_REQUEST), (4, ErrorCode.BATCH_TOO_LARGE)]
)
def test_an_array_of_too_few_or_too_many_is_one_fault(calls: int, code: ErrorCode) -> None:
    assert code_of(only(orjson.dumps([1] * calls))) == code


@pytest.mark.parametrize(("name", "is_call"), [("mmmmm", True), ("mmmmmm", False)])
def test_a_method_name_has_a_length(name: str, *, is_call: bool) -> None:
    element = only(orjson.dumps({"jsonrpc": "2.0", "method": name, "id": 1}))

    assert isinstance(element, Call) == is_call


@pytest.mark.parametrize(("levels", "is_call"), [(4, True), (5, False)])
@pytest.mark.parametrize("member", ["params", "trace"])
def test_a_request_nests_only_so_deep(levels: int, member: str, *, is_call: bool) -> None:
    inner = "[" * (levels - 1) + "]" * (levels - 1)

    element = only(f'{{"jsonrpc": "2.0", "method": "m", "{member}": {inner}, "id": 1}}')

    assert isinstance(element, Call) == is_call


@given(st.text() | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_an_id_comes_back_as_it_was_sent(call_id: str | float | None) -> None:
    sent = b'{"jsonrpc":"2.0","method":"m","id":' + protocol.encode_id(call_id) + b"}"

    call = only(sent)

    assert isinstance(call, Call)
    assert call.id == call_id
    assert type(call.id) is type(call_id)


@given(st.binary(max_size=100))
def test_any_bytes_give_some_element(body: bytes) -> None:
    assert parsed(body).elements


def test_a_result_stands_between_version_and_id() -> None:
    assert protocol.success(2**70, b"[1]") == (
        b'{"jsonrpc":"2.0","result":[1],"id":1180591620717411303424}'
    )


@pytest.mark.parametrize("detail", [2**70, "half a pair: \ud800", {1, 2}, float("nan")])
def test_an_error_is_sent_whatever_its_details_are(detail: object) -> None:
    response = protocol.failure("id", error_object(ErrorCode.NOT_FOUND, "No.", detail=detail))

    sent = orjson.loads(response)
    assert sent["error"]["code"] == 104
    assert "detail" in sent["error"]["data"]
    assert sent["id"] == "id"


def test_responses_to_a_batch_stand_in_an_array() -> None:
    assert protocol.batch([b"1", b"2"]) == b"[1,2]"
