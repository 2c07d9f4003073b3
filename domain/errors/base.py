"""The base class of all refusals."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Self

Details = Mapping[str, Any]


def details(**values: Any) -> Details:
    """An example of a refusal's details."""
    return MappingProxyType(values)


class OctavoError(Exception):
    """A refusal that a caller can act on.

    It is made from its details, by keyword: amounts (numbers in major units), positions, the value
    in conflict. `template` makes the message of them with str.format; a datetime among them becomes
    ISO 8601 text in UTC. `type` is the stable snake_case name on the wire, and `retryable` says
    whether the same request may succeed later. A subclass without a `type` shares its parent's.

    `example` shows all details that there can be, as documented; `sometimes` names those that only
    some refusals have, `nullable` those that may be null. Raises TypeError for any other details.
    """

    type: str
    template: ClassVar[str]
    retryable: bool = False
    example: ClassVar[Details] = details()
    sometimes: ClassVar[frozenset[str]] = frozenset()
    nullable: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **given: Any) -> None:
        allowed = self.example.keys() | self.sometimes
        if not self.example.keys() - self.sometimes <= given.keys() <= allowed:
            names = ", ".join(sorted(allowed))
            raise TypeError(f"{self.__class__.__name__} takes {names}, not {', '.join(given)}")
        self.details = {name: _on_the_wire(value) for name, value in given.items()}
        self.message = self.template.format(**self.details, **self.words())
        super().__init__(self.message)

    def words(self) -> Details:
        """The values that the template needs beyond the details as text."""
        return {}

    @classmethod
    def summary(cls) -> str:
        """The first line of the class's docstring: what the error means in general."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]

    def as_record(self) -> dict[str, Any]:
        """The parts to store, from which `from_record` makes the refusal again."""
        return {
            "type": self.type,
            "message": self.message,
            "details": self.details,
            "retryable": self.retryable,
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The refusal that `as_record` of any version stored, with its wording of that time."""
        refusal = cls.__new__(cls, record["message"])
        refusal.type = record["type"]
        refusal.message = record["message"]
        refusal.details = record["details"]
        refusal.retryable = record.get("retryable", False)
        return refusal


def _on_the_wire(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
