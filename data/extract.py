"""Read files: rows with their line numbers, not yet checked."""

import contextlib
import csv
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from data.layout import Layout, UnreadableFileError, is_separator_line, unreadable

RECORD_LINES_MAX: Final = 20
"""Lines that a quoted cell may have; a longer one has a stray quotation mark."""

Record = tuple[int, list[str], str | None]
"""The first line of a record, its cells, and its fault if it is malformed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its line from 1, and its cells by column; empty ones are left out.

    In a JSON file `line` is the number of the object in its list, and the fields have any type.
    A malformed row has a `fault` instead.
    """

    line: int
    cells: dict[str, Any]
    fault: str | None = None


def csv_rows(
    path: Path, required_columns: tuple[str, ...], layout: Layout | None = None
) -> Iterator[Row]:
    """The rows of a CSV file with a header, blank lines left out. Raises UnreadableFileError.

    Bytes that do not fit the encoding become lone surrogates, so that only their row is rejected.
    """
    with _table(path, required_columns, layout) as (columns, records, fault):
        _require_columns(path, columns, required_columns, fault)
        for line, cells, record_fault in records:
            if cells or record_fault:
                yield _row(line, columns, cells, record_fault)


def csv_columns(path: Path, layout: Layout | None = None) -> list[str]:
    """The fields of the columns of a CSV file. Raises UnreadableFileError."""
    with _table(path, (), layout) as (columns, _, _):
        return columns


@contextlib.contextmanager
def _table(
    path: Path, required: tuple[str, ...], given: Layout | None
) -> Iterator[tuple[list[str], Iterator[Record], str | None]]:
    """The fields of a file's header, the records after it, and the header's fault."""
    layout = (given or Layout()).found_in(path, required)
    try:
        with path.open(encoding=layout.encoding, errors="surrogateescape", newline="") as file:
            records = _records(file, layout.delimiter or ",")
            _, header, fault = next(records, (0, [], "is empty"))
            if is_separator_line(header):
                _, header, fault = next(records, (0, [], "is empty"))
            columns = layout.fields(header)
            missing = [name for name in layout.columns if name not in columns]
            if missing and fault is None:
                raise UnreadableFileError(
                    f"{path} lacks the column {layout.column(missing[0])}; {_its_header(header)}"
                )
            yield columns, records, fault
    except (OSError, UnicodeError) as failure:
        raise unreadable(path, failure) from failure


def csv_row_count(path: Path) -> int:
    """About how many rows a CSV file has, for a progress bar. Raises UnreadableFileError."""
    try:
        with path.open("rb") as file:
            return max(sum(1 for _ in file) - 1, 0)
    except OSError as failure:
        raise unreadable(path, failure) from failure


def json_list(path: Path) -> list[Any]:
    """The list in a JSON file, bare or as its one list-valued field. Raises UnreadableFileError."""
    try:
        content = orjson.loads(path.read_bytes().removeprefix(BOM_UTF8))
    except OSError as failure:
        raise unreadable(path, failure) from failure
    except orjson.JSONDecodeError as failure:
        raise UnreadableFileError(f"{path} is not JSON: {failure}") from failure
    lists = [content] if isinstance(content, list) else []
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
    if len(lists) != 1:
        raise UnreadableFileError(f"{path} holds no list of objects")
    return lists[0]


def json_rows(path: Path) -> Iterator[Row]:
    """The objects of the list in a JSON file. Raises UnreadableFileError."""
    for number, item in enumerate(json_list(path), start=1):
        if isinstance(item, dict):
            given = {name: value for name, value in item.items() if value is not None}
            yield Row(number, given)
        else:
            yield Row(number, {}, "is not an object")


def json_row_count(path: Path) -> int:
    """How many objects a JSON file has. Raises UnreadableFileError."""
    return len(json_list(path))


def _require_columns(
    path: Path, columns: list[str], required: tuple[str, ...], fault: str | None
) -> None:
    if fault is not None:
        raise UnreadableFileError(f"{path}: the header {fault}")
    missing = [name for name in required if name not in columns]
    if missing:
        raise UnreadableFileError(
            f"{path} lacks the column {', '.join(missing)}; {_its_header(columns)}"
        )
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice is not None:
        raise UnreadableFileError(f"{path} has the column {twice} twice")


def _its_header(columns: list[str]) -> str:
    return f"its header is {','.join(columns).encode(errors='replace').decode()[:200]}"


def _row(line: int, columns: list[str], cells: list[str], fault: str | None) -> Row:
    if fault is None and len(cells) != len(columns):
        fault = f"has {len(cells)} cells where the header has {len(columns)}"
    if fault is not None:
        return Row(line, {}, fault)
    named = zip(columns, cells, strict=True)
    return Row(line, {name: cell for name, cell in named if name and cell.strip()})


class _Lines:
    """The lines of a file, which can go back to the second line of the current record."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._ahead: deque[str] = deque()
        self._rest = iter(lines)
        self.record: list[str] = []
        self.line = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.record) == RECORD_LINES_MAX:
            raise StopIteration
        line = self._ahead.popleft() if self._ahead else next(self._rest)
        self.record.append(line)
        return line

    def give_back_all_but_the_first(self) -> None:
        self._ahead.extendleft(reversed(self.record[1:]))
        del self.record[1:]

    def next_record(self) -> None:
        self.line += len(self.record)
        self.record.clear()


def _records(file: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Each record with its first line and its fault, if it is malformed.

    A stray quotation mark spoils its own line only: the lines after it are read again.
    """
    lines = _Lines(file)
    while True:
        lines.next_record()
        # A reader that raised cannot go on, so a new one begins.
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines.give_back_all_but_the_first()
            yield lines.line + 1, [], "has a quotation mark that is not closed or not doubled"
            continue
        yield lines.line + 1, cells, None
