"""Methods: a function's signature is its schema, and its decorator says all else of it."""

import hashlib
import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final, get_type_hints

import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model

from domain.errors import InvalidParams, OctavoError
from domain.keys import Caller, Role
from domain.values import IdempotencyKey
from repository.group_commit import GroupCommit
from repository.keys import KeyRing
from repository.mongo_connection import Database
from repository.transactions import Transaction
from rpc.error_mapping import from_validation

IDEMPOTENCY_KEY: Final = "idempotency_key"
Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the service and is handed to every call."""

    database: Database
    changes: GroupCommit
    keys: KeyRing
    openrpc: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallContext:
    """One call: who makes it, and until when (a time of the loop's clock) it may last."""

    caller: Caller
    deadline: float
    services: Services

    @property
    def database(self) -> Database:
        """Where reads go that belong to no transaction."""
        return self.services.database


@dataclass(frozen=True, slots=True)
class ChangeContext(CallContext):
    """A call that changes something, all of it in `transaction`."""

    transaction: Transaction


Function = Callable[..., Awaitable[BaseModel]]


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """One method of the endpoint: what it is called, what it takes, what it may answer.

    `role` is the least one that may call it, None is anybody. `arguments` names the function's
    argument where Python keeps a parameter's own name to itself (`from`, `id`). `lane` tells from
    the parameters which hot document a change joins others at. `shown_once` are result fields that
    a repetition of the request does not show again.
    """

    name: str
    function: Function
    role: Role | None
    parameters: type[BaseModel]
    arguments: Mapping[str, str]
    result: TypeAdapter[Any]
    result_model: type[BaseModel]
    errors: tuple[type[OctavoError], ...]
    example: Params
    changes: bool
    lane: Callable[[Params], str] | None
    shown_once: frozenset[str]

    @property
    def example_result(self) -> Any:
        """What the example may answer: the example that stands with the result's model."""
        return self.result_model.model_json_schema(mode="serialization")["examples"][0]

    @property
    def description(self) -> str:
        """What the method does, from its docstring."""
        return inspect.getdoc(self.function) or ""

    def bind(self, given: Sequence[Any] | Mapping[str, Any]) -> Params:
        """Validated parameters by name; what was left out has its default.

        null means missing. Raises InvalidParams that names every parameter at fault.
        """
        names = list(self.parameters.model_fields)
        if not isinstance(given, Mapping):
            if len(given) > len(names):
                message = f"takes at most {len(names)} parameters by position"
                raise InvalidParams.parameter(str(len(names)), message)
            given = dict(zip(names, given, strict=False))
        present = {name: value for name, value in given.items() if value is not None}
        try:
            validated = self.parameters.model_validate(present)
        except ValidationError as failure:
            raise from_validation(failure, names) from None
        return {name: getattr(validated, name) for name in names}

    async def answer(self, context: CallContext, params: Params) -> bytes:
        """The result as JSON. Raises what the method refuses."""
        arguments = {self.arguments.get(name, name): value for name, value in params.items()}
        return self.result.dump_json(await self.function(context, **arguments), by_alias=True)

    def recorded(self, result: bytes) -> bytes:
        """The result as a repetition of the request is to see it."""
        if not self.shown_once:
            return result
        hidden = dict.fromkeys(self.shown_once)
        return orjson.dumps(orjson.loads(result) | hidden)

    def fingerprint(self, params: Params) -> str:
        """Stands for the method with these parameters, however they were written."""
        content = orjson.dumps([self.name, params], option=orjson.OPT_SORT_KEYS, default=_plain)
        return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else str(value)


def method(
    name: str,
    *,
    role: Role | None,
    example: Params,
    errors: Iterable[type[OctavoError]] = (),
    changes: bool = False,
    lane: Callable[[Params], str] | None = None,
    shown_once: Iterable[str] = (),
) -> Callable[[Function], Method]:
    """Make a method of a coroutine function: context first, then the parameters in their order.

    A method that changes something takes an idempotency key besides and is called with a
    ChangeContext, all others with a CallContext. The result is an object, so a pydantic model.
    """

    def decorate(function: Function) -> Method:
        hints = get_type_hints(function, include_extras=True)
        _require_object(name, hints["return"])
        return Method(
            name=name,
            function=function,
            role=role,
            parameters=_parameters_model(name, function, hints, keyed=changes),
            arguments={_outside(each): each for each in hints if _outside(each) != each},
            result=TypeAdapter(hints["return"]),
            result_model=hints["return"],
            errors=tuple(errors),
            example=example,
            changes=changes,
            lane=lane,
            shown_once=frozenset(shown_once),
        )

    return decorate


def _require_object(name: str, result: Any) -> None:
    if not (inspect.isclass(result) and issubclass(result, BaseModel)):
        raise TypeError(f"{name}: a result is an object, so annotate it with a model")


def _outside(argument: str) -> str:
    """The parameter's name outside: `from_` is `from`."""
    return argument.removesuffix("_")


def _parameters_model(
    name: str, function: Function, hints: dict[str, Any], *, keyed: bool
) -> type[BaseModel]:
    """The model of a function's parameters after the context: strict, and nothing besides."""
    _, *parameters = inspect.signature(function).parameters.values()
    fields: dict[str, Any] = {
        _outside(parameter.name): (
            hints[parameter.name],
            ... if parameter.default is parameter.empty else parameter.default,
        )
        for parameter in parameters
    }
    if keyed:
        fields[IDEMPOTENCY_KEY] = (IdempotencyKey | None, None)
    config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    return create_model(f"{name} parameters", __config__=config, **fields)


class MethodRegistry(Mapping[str, Method]):
    """All methods by name."""

    def __init__(self, methods: Iterable[Method]) -> None:
        self._methods: dict[str, Method] = {}
        for each in methods:
            if each.name in self._methods:
                raise ValueError(f"two methods are called {each.name}")
            self._methods[each.name] = each

    @classmethod
    def of_modules(cls, *modules: ModuleType) -> "MethodRegistry":
        """The methods that modules define. Raises ValueError when two bear one name."""
        return cls(
            value
            for module in modules
            for value in vars(module).values()
            if isinstance(value, Method)
        )

    def __getitem__(self, name: str) -> Method:
        return self._methods[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._methods)

    def __len__(self) -> int:
        return len(self._methods)
