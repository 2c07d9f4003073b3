"""Methods: a function's signature gives the schema, its decorator everything else."""

import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError, create_model

from domain.errors import InvalidParams, OctavoError
from domain.keys import SHOWN_ONCE, Caller, Role
from domain.values import ADDED_LATER, AS_PARAMETERS, CLEARABLE, Cleared, IdempotencyKey
from repository.audit import Auditor
from repository.keys import KeyRing
from repository.library import Librarian
from repository.mongo.changes import Change
from repository.mongo.connection import Database
from repository.mongo.core import Core
from repository.mongo.steps import AnswerWatch, Steps
from repository.order_settlement import OrderSettlement
from repository.search import SearchIndexes
from repository.store_directory import StoreMirrors
from rpc.error_mapping import from_validation
from rpc.published_document import PublishedDocument

IDEMPOTENCY_KEY: Final = "idempotency_key"
UNKNOWN_REPORTED_MAX: Final = 10
Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Services:
    """The objects that live as long as the service and are passed to every call."""

    database: Database
    core: Core
    keys: KeyRing
    answers: AnswerWatch
    settlement: OrderSettlement
    librarian: Librarian
    stores: StoreMirrors
    search: SearchIndexes
    auditor: Auditor
    openrpc: PublishedDocument


@dataclass(slots=True)
class CallContext:
    """The context of a call that reads. `deadline` is a time of the loop's, the monotonic, clock.

    It is not frozen because each call makes one, at a third of the cost.
    """

    caller: Caller
    deadline: float
    services: Services

    @property
    def database(self) -> Database:
        """The database to read."""
        return self.services.database

    @property
    def now(self) -> datetime:
        """The present in UTC."""
        return self.services.database.clock()


@dataclass(slots=True)
class ChangeContext(CallContext):
    """The context of a call that changes something in one transaction: it returns the change."""


@dataclass(slots=True)
class StepsContext(CallContext):
    """The context of a call that changes something in several transactions, by `steps`."""

    steps: Steps


Does = Literal["read", "change", "steps"]
_DOES: Final[Mapping[type[CallContext], Does]] = {
    CallContext: "read",
    ChangeContext: "change",
    StepsContext: "steps",
}
Function = Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """One method of the endpoint: its name, parameters, result and errors.

    `role` is the least role that may call it, None is anybody. `arguments` names the function's
    argument where Python reserves a parameter's name (`from`, `id`). `does` follows from
    the context that the function takes. `clearable` are parameters that null clears, `added_later`
    are those that do not belong to the request while they are left out. `shown_once` are result
    fields that are null when the request is repeated. An answer that is `kept` is given again until
    something that it was read from changes.
    """

    name: str
    function: Function
    does: Does
    role: Role | None
    parameters: type[BaseModel]
    arguments: Mapping[str, str]
    result: TypeAdapter[Any]
    result_model: type[BaseModel]
    errors: tuple[type[OctavoError], ...]
    examples: tuple[Params, ...]
    clearable: frozenset[str]
    added_later: frozenset[str]
    shown_once: frozenset[str]
    kept: bool

    @property
    def changes(self) -> bool:
        """Whether it changes something, and so takes an idempotency key."""
        return self.does != "read"

    @property
    def example(self) -> Params:
        """The parameters of a call that succeeds on the demo data."""
        return self.examples[0] if self.examples else {}

    @property
    def description(self) -> str:
        """What the method does, from its docstring."""
        return inspect.getdoc(self.function) or ""

    def bind(self, given: Sequence[Any] | Mapping[str, Any]) -> Params:
        """Validated parameters by name; parameters left out have their defaults.

        null means missing, except where it clears a field; a whole number may be written 1.0.
        Raises InvalidParams that names every parameter at fault, but of those that nobody knows
        only the first few.
        """
        if not isinstance(given, Mapping):
            given = self._by_name(given)
        present, cleared = given, frozenset[str]()
        if None in given.values():
            present = {name: value for name, value in given.items() if value is not None}
            cleared = self.clearable & (given.keys() - present.keys())
        try:
            bound = self._validated(present)
        except ValidationError:
            whole = _with_whole_numbers(present)
            try:
                bound = self._validated(whole)
            except ValidationError:
                raise self._refusal_of(whole) from None
        return bound | dict.fromkeys(cleared, Cleared.CLEARED) if cleared else bound

    def _validated(self, present: Mapping[str, Any]) -> Params:
        return dict(self.parameters.__pydantic_validator__.validate_python(present).__dict__)

    def _by_name(self, given: Sequence[Any]) -> Params:
        """Parameters by position under their names. Raises InvalidParams if there are too many."""
        names = list(self.parameters.model_fields)
        if len(given) > len(names):
            message = f"takes at most {len(names)} parameters by position"
            raise InvalidParams.parameter(str(len(names)), message)
        return dict(zip(names, given, strict=False))

    def _refusal_of(self, present: Mapping[str, Any]) -> InvalidParams:
        """What is wrong with parameters; of unknown ones only the first few are told."""
        names = list(self.parameters.model_fields)
        unknown = [name for name in present if name not in self.parameters.model_fields]
        left_out = set(unknown[UNKNOWN_REPORTED_MAX:])
        told = {name: value for name, value in present.items() if name not in left_out}
        try:
            self.parameters.model_validate(told)
        except ValidationError as failure:
            return from_validation(failure, names)
        raise AssertionError("parameters are refused and then they are not")

    def call(self, context: CallContext, params: Params) -> Any:
        """Call the function with these parameters: a change, or a coroutine of the result.

        The parameters are used up.
        """
        for name, argument in self.arguments.items():
            params[argument] = params.pop(name)
        return self.function(context, **params)

    def to_json(self, result: Any) -> bytes:
        """A result as JSON, which it may be already."""
        if type(result) is bytes:
            return result
        return self.result.dump_json(result, by_alias=True)

    def recorded(self, result: bytes) -> bytes:
        """The result as a repetition of the request shows it."""
        if not self.shown_once:
            return result
        hidden = dict.fromkeys(self.shown_once)
        return orjson.dumps(orjson.loads(result) | hidden)

    def fingerprint(self, params: Params) -> str:
        """The fingerprint of the method with these parameters, however they were written."""
        if self.added_later:
            params = {
                name: value
                for name, value in params.items()
                if value is not None or name not in self.added_later
            }
        content = orjson.dumps([self.name, params], option=orjson.OPT_SORT_KEYS, default=_plain)
        return hashlib.sha256(content).hexdigest()


def _with_whole_numbers(value: Any) -> Any:
    """The same JSON, with each number that is whole as an integer: 1.0 is 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _with_whole_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(each) for each in value]
    return value


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else str(value)


def method(
    name: str,
    *,
    role: Role | None,
    example: Params | None,
    more_examples: Iterable[Params] = (),
    errors: Iterable[type[OctavoError]] = (),
    kept: bool = False,
) -> Callable[[Function], Method]:
    """Make a method of a function: context first, then the parameters in their order.

    The class of the context says what it does. With a CallContext it reads: a coroutine function
    that returns the result. With a ChangeContext it returns a Change of the result. With a
    StepsContext it is a coroutine function that changes something in several transactions. The last
    two also take an idempotency key. A result is an object, so a pydantic model. The examples
    succeed on the demo data, after those of the methods that the registry has first; None is for a
    method whose answer can't be shown. `kept` is for lists, searches and reports.
    """

    def decorate(function: Function) -> Method:
        hints = get_type_hints(function, include_extras=True)
        context, *_ = hints.values()
        does = _DOES[context]
        result = _result_of(hints.pop("return"))
        _require_object(name, result)
        _, *named = hints
        return Method(
            name=name,
            function=function,
            does=does,
            role=role,
            parameters=_parameters_model(name, function, hints, keyed=does != "read"),
            arguments={_outside(each): each for each in named if _outside(each) != each},
            result=TypeAdapter(result),
            result_model=result,
            errors=tuple(errors),
            examples=() if example is None else (example, *more_examples),
            clearable=_marked(hints, CLEARABLE),
            added_later=_marked(hints, ADDED_LATER),
            shown_once=_shown_once(result),
            kept=kept,
        )

    return decorate


def _result_of(annotation: Any) -> Any:
    """The result's model, also of a Change of it or of a result given as JSON."""
    if get_origin(annotation) is Change:
        return get_args(annotation)[0]
    models = [each for each in get_args(annotation) if each is not bytes]
    return models[0] if bytes in get_args(annotation) else annotation


def _shown_once(result: type[BaseModel]) -> frozenset[str]:
    """The fields that are marked with SHOWN_ONCE."""
    fields = result.model_fields.items()
    return frozenset(name for name, field in fields if SHOWN_ONCE in field.metadata)


def _require_object(name: str, result: Any) -> None:
    is_model = inspect.isclass(result) and issubclass(result, BaseModel)
    if not is_model or result.model_json_schema().get("type", "object") != "object":
        raise TypeError(f"{name}: a result is an object, so annotate it with a model of one")


def _marked(hints: Mapping[str, Any], mark: str) -> frozenset[str]:
    """The parameters whose annotation has that mark."""
    return frozenset(
        _outside(name) for name, hint in hints.items() if mark in getattr(hint, "__metadata__", ())
    )


def _outside(argument: str) -> str:
    """The parameter's name outside: `from_` is `from`."""
    return argument.removesuffix("_")


def _parameters_model(
    name: str, function: Function, hints: dict[str, Any], *, keyed: bool
) -> type[BaseModel]:
    """The model of a function's parameters after the context: strict, without further fields."""
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
    return create_model(f"{name} parameters", __config__=AS_PARAMETERS, **fields)


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
        """The methods that modules define. Raises ValueError when two have one name."""
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
