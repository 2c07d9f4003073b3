"""The rows of an export as JSON lines or CSV, and back again.

A line of JSON has the fields of a row and those of its parts. A table has the same columns: what
has several values is JSON in its cell, nothing is an empty cell, a price is in major units, and
authors are separated by `/`, or are JSON where a name has a sign that would be misread.
"""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, get_type_hints

import orjson

from data.extract import Row
from data.layout import UnreadableFileError, unreadable
from data.transform import cents
from repository.exports import Kind, Whole

Format = Literal["csv", "jsonl"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "jsonl")
TABLE_NAMES: Final = {"authors": "author", "price_cents": "price"}
"""The columns of fields that a table shows as people write them."""
AUTHOR_SEPARATOR: Final = "/"
NOT_IN_NAMES: Final = frozenset("/;[")
CELL_CHARACTERS_MAX: Final = 2**30


def columns_of(kind: Kind) -> dict[str, Any]:
    """The fields of a kind and the parts, with their types."""
    hints = get_type_hints(kind.collection.row)
    types = {each.name: hints[each.name] for each in fields(kind.collection.row)}
    for part in kind.parts:
        row: Any = part.collection.row
        types[part.name] = row | None if part.is_one else list[row]
    return types


def values_of(kind: Kind, whole: Whole) -> dict[str, Any]:
    """The values of a row and its parts, by column."""
    values = {each.name: getattr(whole.row, each.name) for each in fields(whole.row)}
    for part in kind.parts:
        rows = whole.parts[part.name]
        values[part.name] = next(iter(rows), None) if part.is_one else rows
    return values


def as_json(value: Any) -> bytes:
    """A value as JSON; instants are ISO 8601."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def header(kind: Kind, form: Format) -> bytes:
    """What comes before the rows."""
    if form == "jsonl":
        return b""
    return _table([[TABLE_NAMES.get(name, name) for name in columns_of(kind)]])


def written(kind: Kind, wholes: list[Whole], form: Format) -> bytes:
    """Rows as they are in a file."""
    values = [values_of(kind, whole) for whole in wholes]
    if form == "jsonl":
        return b"".join(as_json(each) + b"\n" for each in values)
    return _table([[_cell(*item) for item in each.items()] for each in values])


def _table(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "price_cents":
        return f"{value // 100}.{value % 100:02}"
    if name == "authors" and not any(NOT_IN_NAMES & set(each) for each in value):
        return AUTHOR_SEPARATOR.join(value)
    if isinstance(value, str):
        return value
    text = as_json(value).decode()
    return text.strip('"') if isinstance(value, datetime) else text


def is_jsonl(path: Path) -> bool:
    """Whether a file has lines of JSON. Raises UnreadableFileError."""
    try:
        with path.open("rb") as file:
            return file.read(len(BOM_UTF8) + 1).removeprefix(BOM_UTF8)[:1] == b"{"
    except OSError as failure:
        raise unreadable(path, failure) from failure


def table_header(path: Path) -> list[str]:
    """The columns of a table in UTF-8, none if it is none. Raises UnreadableFileError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])
    except OSError as failure:
        raise unreadable(path, failure) from failure
    except (csv.Error, UnicodeDecodeError):
        return []


def rows_of(kind: Kind, path: Path) -> Iterator[Row]:
    """The rows of a file that was exported, not yet checked. Raises UnreadableFileError."""
    try:
        if is_jsonl(path) or not path.stat().st_size:  # no rows are no lines
            yield from _lines(path)
        else:
            yield from _rows(kind, path)
    except OSError as failure:
        raise unreadable(path, failure) from failure
    except (csv.Error, UnicodeDecodeError) as failure:
        raise UnreadableFileError(f"{path} is not as data.export writes it: {failure}") from failure


def _lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                content = orjson.loads(line.removeprefix(BOM_UTF8))
            except orjson.JSONDecodeError as failure:
                yield Row(number, {}, f"is not JSON: {failure}")
                continue
            is_object = isinstance(content, dict)
            yield Row(number, content if is_object else {}, None if is_object else "is no object")


def _rows(kind: Kind, path: Path) -> Iterator[Row]:
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    types = columns_of(kind)
    names = {TABLE_NAMES.get(name, name): name for name in types}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        shown = next(reader, [])
        missing = [column for column in names if column not in shown]
        if missing:
            raise UnreadableFileError(f"{path} lacks the column {', '.join(missing)}")
        for cells in reader:
            if len(cells) != len(shown):
                fault = f"has {len(cells)} cells where the header has {len(shown)}"
                yield Row(reader.line_num, {}, fault)
                continue
            named = {
                names.get(column, column): cell for column, cell in zip(shown, cells, strict=True)
            }
            yield _row(reader.line_num, named, types)


def _row(line: int, cells: Mapping[str, str], types: Mapping[str, Any]) -> Row:
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        try:
            values[name] = _value(name, cell, types.get(name, str))
        except ValueError as failure:
            return Row(line, {}, f"{name}: {failure}")
    return Row(line, values)


def _value(name: str, cell: str, of_type: Any) -> Any:
    """The value in a cell. Raises ValueError."""
    if not cell:
        return "" if of_type is str else None
    if name == "price_cents":
        return cents(cell)
    if name == "authors" and not cell.startswith("["):
        return cell.split(AUTHOR_SEPARATOR)
    return orjson.loads(cell) if cell[0] in "[{" and of_type not in {str, str | None} else cell
