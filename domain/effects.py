"""Decisions: effects on rows, and the result for the caller.

A row is a frozen dataclass with an `id`: what is stored of one thing. Effects name rows by class
and id, so an effect can be foreseen before its row is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

Result = TypeVar("Result")
ResultOf_co = TypeVar("ResultOf_co", covariant=True)


class Row(Protocol):
    """What is stored of one thing."""

    @property
    def id(self) -> Any:
        """Unique among the rows of its class."""


@dataclass(frozen=True, slots=True)
class Add:
    """Add a row."""

    row: Row


@dataclass(frozen=True, slots=True)
class Increase:
    """Add to counters of a row; amounts may be negative, no counter falls below zero."""

    kind: type[Row]
    id: Any
    by: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Assign:
    """Give fields of a row new values; never a counter."""

    kind: type[Row]
    id: Any
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """Put an entry into a map that a row has, or take it out with None; other entries stay."""

    kind: type[Row]
    id: Any
    field: str
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a row."""

    kind: type[Row]
    id: Any


Effect = Add | Increase | Assign | Put | Remove
Foreseen = Increase | Assign | Put
"""An effect on a row that exists."""


@dataclass(frozen=True, slots=True)
class Decision(Generic[ResultOf_co]):
    """Effects that happen together or not at all, and the caller's result. A refusal is raised."""

    result: ResultOf_co
    effects: tuple[Effect, ...] = ()

    def followed_by(self, *effects: Effect) -> "Decision[ResultOf_co]":
        """The same result with more effects."""
        return Decision(self.result, (*self.effects, *effects))


def increase(row: Row, **by: int) -> Increase:
    """The effect that adds to counters of a known row; amounts may be negative."""
    return Increase(type(row), row.id, by)


def assign(row: Row, **fields: Any) -> Assign:
    """The effect that gives fields of a known row new values."""
    return Assign(type(row), row.id, fields)


def remove(row: Row) -> Remove:
    """The effect that removes a known row."""
    return Remove(type(row), row.id)
