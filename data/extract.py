"""Read files as they are: rows with the line they stand on, nothing judged yet."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class UnreadableFileError(Exception):
    """A file is missing, is no text in UTF-8, or lacks a column that every row needs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its line number from 1, and its cells by column."""

    line: int
    cells: dict[str, str]


def csv_rows(path: Path, required_columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a CSV file with a header. Raises UnreadableFileError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in required_columns if name not in (reader.fieldnames or ())]
            if missing:
                raise UnreadableFileError(f"{path.name} lacks the column {missing[0]}")
            for cells in reader:
                present = {name: cell for name, cell in cells.items() if name and cell}
                yield Row(reader.line_num, present)
    except (OSError, UnicodeDecodeError, csv.Error) as failure:
        raise UnreadableFileError(f"{path.name} cannot be read: {failure}") from failure
