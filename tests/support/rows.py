"""Rows in memory: what a decision's effects make of them, for tests of rules without a database."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from domain.effects import Add, Assign, Effect, Increase, Remove, Row

RowOf = TypeVar("RowOf", bound=Row)


class Rows:
    """Rows by class and id. An effect that is impossible fails the test."""

    def __init__(self, *rows: Row) -> None:
        self._rows: dict[tuple[type[Any], Any], Any] = {(type(row), row.id): row for row in rows}

    def get(self, kind: type[RowOf], row_id: Any) -> RowOf:
        """The row, which is there."""
        row: RowOf = self._rows[kind, row_id]
        return row

    def all(self, kind: type[RowOf]) -> list[RowOf]:
        """All rows of a class, in the order in which they were added."""
        return [row for (of, _), row in self._rows.items() if of is kind]

    def apply(self, effects: Iterable[Effect]) -> None:
        """Let effects happen."""
        for effect in effects:
            match effect:
                case Add(row):
                    place = (type(row), row.id)
                    assert place not in self._rows, f"{place} is added twice"
                    self._rows[place] = row
                case Increase(kind, row_id, by):
                    old = self._rows[kind, row_id]
                    sums = {name: getattr(old, name) + more for name, more in by.items()}
                    assert min(sums.values()) >= 0, f"{old} would have {sums}"
                    self._rows[kind, row_id] = replace(old, **sums)
                case Assign(kind, row_id, fields):
                    self._rows[kind, row_id] = replace(self._rows[kind, row_id], **fields)
                case Remove(kind, row_id):
                    del self._rows[kind, row_id]
