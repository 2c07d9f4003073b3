"""Turns rows into models; a row that breaks a rule is rejected with the reasons."""

import re
from decimal import Decimal
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from data.extract import Row
from data.report import Finding
from domain.isbn import normalise_isbn
from domain.money import cents_from_decimal

FILE_ID_MAX: Final = 10**12
"""An id in a file; it leaves room for later ids, which continue above it."""

_WHOLE = re.compile(r"(\d{1,18})(\.0{1,18})?", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"^(\s*\d+),(\d{1,2}\s*)$", re.ASCII)
"""No comma of thousands: three digits follow that one."""

_AUTHORS = re.compile("[/;]")
_QUOTED = re.compile(r'="([^"]*)"')
_LABEL = re.compile(r"ISBN(-1[03])?:?\s*", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_TEN = 10
_WITHOUT_ZEROS = re.compile(r"\d{6,8}[\dX]", re.ASCII | re.IGNORECASE)
"""An ISBN-10 without the zeros that it began with, which a spreadsheet takes for a number."""

SHOWN_MAX: Final = 60
"""Characters of a value that a finding shows."""

Model = TypeVar("Model", bound=BaseModel)


def whole_number(cell: object) -> int:
    """The number in a cell of a table, or in a field of JSON, also as 100.0. Raises ValueError."""
    if not isinstance(cell, str | int | float) or isinstance(cell, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004 - all that pydantic reports
    whole = _WHOLE.fullmatch(str(cell).strip())
    if whole is None:
        raise ValueError("must be a whole number")
    return int(whole[1])


def cents(cell: str) -> int:
    """The cents of an amount in major units in a cell. Raises ValueError."""
    bare = cell.strip()
    if not _DECIMAL.fullmatch(bare):
        raise ValueError("must be a number such as 18.89")
    return cents_from_decimal(Decimal(bare))


def with_point(cell: str) -> str:
    """An amount such as `8,95` as `8.95`; any other text as it is."""
    return _DECIMAL_COMMA.sub(r"\1.\2", cell)


def separate_authors(cell: str | list[str]) -> list[str]:
    """The authors in a cell, unless they are separate already."""
    return _AUTHORS.split(cell) if isinstance(cell, str) else cell


def isbn_of(cell: str) -> str | None:
    """The ISBN in a cell as Excel or Goodreads writes it; None for an empty one.

    Raises ValueError.
    """
    quoted = _QUOTED.fullmatch(cell.strip())
    bare = quoted[1].strip() if quoted else cell.strip().removeprefix("'")
    bare = _LABEL.sub("", bare)
    if not bare:
        return None
    if _SCIENTIFIC.fullmatch(bare):
        raise ValueError("has lost digits: a spreadsheet has rounded it")
    bare = bare.removesuffix(".0")
    digits = re.sub(r"[\s\-]", "", bare)
    if _WITHOUT_ZEROS.fullmatch(digits):
        bare = digits.zfill(_TEN)
    return normalise_isbn(bare)


def checked(row: Row, model: type[Model]) -> Model | list[Finding]:
    """The row as its model, or a finding for each faulty column."""
    if row.fault is not None:
        return [Finding(row.line, "", row.fault)]
    try:
        return model.model_validate(row.cells)
    except ValidationError as failure:
        return [
            Finding(
                row.line,
                str(error["loc"][0]),
                problem_of(error["type"], error["msg"]),
                value=shown(row.cells.get(str(error["loc"][0]))),
            )
            for error in failure.errors(include_url=False)
        ]


def shown(value: object) -> str:
    """A value as a finding shows it; empty for none."""
    if value is None:
        return ""
    return shortened(repr(value))


def shortened(text: str) -> str:
    """A text with at most SHOWN_MAX characters, and a sign that there are more."""
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


def problem_of(kind: str, message: str) -> str:
    """What pydantic found wrong, as the rest of a sentence that begins with the column's name."""
    if kind == "missing":
        return "is missing"
    if kind in {"model_type", "dict_type"}:
        return "must be an object"
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]
