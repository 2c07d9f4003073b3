"""Turns rows into models; a row that breaks a rule is rejected with the reasons."""

import re
from decimal import Decimal
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from data.extract import Row
from data.report import Finding
from domain.money import cents_from_decimal

CO_AUTHOR_SEPARATOR: Final = "/"
FILE_ID_MAX: Final = 10**12
"""An id in a file; it leaves room for later ids, which continue above it."""

_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)

Model = TypeVar("Model", bound=BaseModel)


def whole_number(cell: object) -> int:
    """The number in a cell of a table, or in a field of JSON. Raises ValueError."""
    if not isinstance(cell, str | int) or isinstance(cell, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004 - all that pydantic reports
    bare = str(cell).strip()
    if not _WHOLE.fullmatch(bare):
        raise ValueError("must be a whole number")
    return int(bare)


def cents(cell: str) -> int:
    """The cents of an amount in major units in a cell. Raises ValueError."""
    bare = cell.strip()
    if not _DECIMAL.fullmatch(bare):
        raise ValueError("must be a number such as 18.89")
    return cents_from_decimal(Decimal(bare))


def separate_authors(cell: str) -> list[str]:
    """The authors in a cell."""
    return cell.split(CO_AUTHOR_SEPARATOR)


def checked(row: Row, model: type[Model]) -> Model | list[Finding]:
    """The row as its model, or a finding for each faulty column."""
    if row.fault is not None:
        return [Finding(row.line, "", row.fault)]
    try:
        return model.model_validate(row.cells)
    except ValidationError as failure:
        return [
            Finding(row.line, str(error["loc"][0]), problem_of(error["type"], error["msg"]))
            for error in failure.errors(include_url=False)
        ]


def problem_of(kind: str, message: str) -> str:
    """What pydantic found wrong, as the rest of a sentence that begins with the column's name."""
    if kind == "missing":
        return "is missing"
    if kind in {"model_type", "dict_type"}:
        return "must be an object"
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]
