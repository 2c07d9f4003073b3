from types import ModuleType
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, RootModel

from domain.effects import Decision
from domain.errors import InvalidParams
from domain.keys import SHOWN_ONCE, Role
from domain.values import CLEARABLE, Cleared
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, Method, MethodRegistry, method


class Thing(BaseModel):
    """A result."""

    value: Any = None


@method("thing.get", role=Role.READER, example={"id": 1})
async def get(_: CallContext, id_: int, from_: str | None = None, size: int = 3) -> Thing:
    """Get a thing."""
    return Thing(value=[id_, from_, size])


class Secret(BaseModel):
    """A result that is shown once."""

    value: Annotated[Any, SHOWN_ONCE] = None


@method("thing.change", role=Role.CLERK, example={"id": 1})
def change(_: ChangeContext, id_: int) -> Change[Secret]:
    """Change a thing."""
    return Change(lambda _: Decision(Secret(value=id_)))


@method("thing.update", role=Role.CLERK, example={"id": 1})
def edit(
    _: ChangeContext,
    id_: int,
    name: Annotated[str | None, CLEARABLE] = None,
    size: int | None = None,
) -> Change[Thing]:
    """Change fields of a thing."""
    return Change(lambda _: Decision(Thing(value=[id_, name, size])))


def problems(each: Method, given: Any) -> dict[str, str]:
    """What is refused of some parameters, by name."""
    with pytest.raises(InvalidParams) as refusal:
        each.bind(given)
    return {error["parameter"]: error["problem"] for error in refusal.value.details["errors"]}


def test_two_methods_of_one_name_do_not_register() -> None:
    with pytest.raises(ValueError, match=r"two methods are called thing\.get"):
        MethodRegistry([get, change, get])


def test_modules_that_define_the_same_name_do_not_register() -> None:
    modules = [ModuleType("one"), ModuleType("other")]
    for module in modules:
        module.get = get  # type: ignore[attr-defined]

    with pytest.raises(ValueError, match=r"thing\.get"):
        MethodRegistry.of_modules(*modules)


def test_a_method_that_names_no_role_does_not_register() -> None:
    with pytest.raises(TypeError, match="role"):
        method("thing.open", example={})  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "result", [int, str, list[int], dict[str, int], None, RootModel[int], RootModel[list[int]]]
)
def test_a_result_that_is_no_object_does_not_register(result: Any) -> None:
    async def bare(_: CallContext) -> Any: ...

    bare.__annotations__["return"] = result

    with pytest.raises(TypeError, match=r"thing\.bare: a result is an object"):
        method("thing.bare", role=None, example={})(bare)


@pytest.mark.parametrize("result", [Thing, RootModel[dict[str, Any]], RootModel[Thing | Thing]])
def test_a_result_that_is_an_object_registers(result: Any) -> None:
    async def fine(_: CallContext) -> Any: ...

    fine.__annotations__["return"] = result

    assert method("thing.fine", role=None, example={})(fine).result_model is result


def test_parameters_go_by_name_or_by_position_in_the_order_of_the_signature() -> None:
    assert list(get.parameters.model_fields) == ["id", "from", "size"]
    assert get.bind([1, "a", 2]) == get.bind({"size": 2, "from": "a", "id": 1})


def test_null_means_missing() -> None:
    expected = {"id": 1, "from": None, "size": 3}

    assert get.bind([1]) == get.bind([1, None, None]) == get.bind({"id": 1, "size": None})
    assert get.bind([1]) == expected


def test_only_a_changing_method_takes_an_idempotency_key_and_takes_it_last() -> None:
    assert list(change.parameters.model_fields) == ["id", "idempotency_key"]
    assert "idempotency_key" in problems(get, {"id": 1, "idempotency_key": "k"})


def test_every_parameter_at_fault_is_named() -> None:
    found = problems(get, {"size": "x", "other": 1})

    assert list(found) == ["id", "size", "other"]
    assert found["id"] == "is required"
    assert found["other"].startswith("is not a parameter of this method")


def test_too_many_positions_are_refused() -> None:
    assert problems(get, [1, None, 2, 3]) == {"3": "takes at most 3 parameters by position"}


@pytest.mark.parametrize("wrong", [1.5, True, "1", [1], {}])
def test_nothing_is_converted(wrong: Any) -> None:
    assert list(problems(get, {"id": wrong})) == ["id"]


def test_a_whole_number_may_be_written_with_a_fraction_of_zero() -> None:
    assert get.bind({"id": 1.0}) == get.bind({"id": 1})
    assert type(get.bind([1.0])["id"]) is int
    assert change.fingerprint(change.bind([-0.0])) == change.fingerprint(change.bind([0]))


def test_null_clears_a_field_that_may_be_empty_and_means_missing_elsewhere() -> None:
    left_out = edit.bind({"id": 1, "size": 2})
    cleared = edit.bind({"id": 1, "name": None, "size": None})

    assert left_out == {"id": 1, "name": None, "size": 2, "idempotency_key": None}
    assert cleared["name"] is Cleared.CLEARED
    assert cleared["size"] is None
    assert edit.bind([1, None])["name"] is Cleared.CLEARED
    assert edit.fingerprint(cleared) != edit.fingerprint(cleared | {"name": None})


def test_of_countless_unknown_parameters_a_few_are_named() -> None:
    names = problems(
        get, dict.fromkeys((f"{'x' * 5_000}{n}" for n in range(100_000)), 1) | {"a": 1}
    )

    assert "id" in names
    assert len(str(names)) < 5_000


def test_a_fingerprint_tells_parameters_and_methods_apart_but_not_how_they_are_written() -> None:
    assert get.fingerprint(get.bind([1])) == get.fingerprint(get.bind({"size": 3, "id": 1}))
    assert get.fingerprint(get.bind([1])) != get.fingerprint(get.bind([2]))
    assert get.fingerprint({"id": 1}) != change.fingerprint({"id": 1})


async def test_an_argument_that_python_keeps_to_itself_has_its_own_name_outside() -> None:
    result = await get.call(None, get.bind({"id": 1, "from": "x"}))  # type: ignore[arg-type]
    answer = get.to_json(result)

    assert answer == b'{"value":[1,"x",3]}'


def test_what_is_shown_once_is_not_recorded() -> None:
    assert change.recorded(b'{"value":1}') == b'{"value":null}'
    assert get.recorded(b'{"value":1}') == b'{"value":1}'
