"""How a table is written: its encoding, its delimiter, and the names of its columns."""

import codecs
import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from charset_normalizer import from_bytes

DELIMITERS: Final = ",;\t|"
UTF_8: Final = "utf-8-sig"
SAMPLE_BYTES: Final = 64 * 1024

_MARKS: Final = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks. UTF-32's comes before UTF-16's, which it begins with."""

_USUAL: Final = "cp1252"
_OTHERS: Final = (
    *("cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr"),
    *("cp1255", "cp1256", "koi8_r", "euc_jp", "mac_roman", "cp850"),
)
_NOT_USUAL: Final = re.compile(r"[^\W\d_][¹³¿£¥©®¯][^\W\d_]|¯[^\W\d_]")
"""Signs that stand for letters in another encoding: no usual text has them within a word."""

_ESCAPES: Final = range(0xDC80, 0xDD00)
"""Code points of bytes that are not UTF-8, as `surrogateescape` gives them."""

_SEPARATOR_LINE: Final = "sep="
"""Excel writes its delimiter on a first line such as `sep=;`."""


class UnreadableFileError(Exception):
    """A file is missing, can't be decoded, or lacks a column that every row needs."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is written. What is None is found in the file.

    `columns` gives the file's column for a field where it has another name, `aliases` the field for
    a name that files of this kind often have.
    """

    encoding: str | None = None
    delimiter: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def found_in(self, path: Path, required: Sequence[str]) -> "Layout":
        """This layout with what was None. Raises UnreadableFileError."""
        try:
            known = replace(self, encoding=_with_mark(self.encoding or _encoding_of(path)))
            delimiter = self.delimiter or known.delimiter_of(path, required)
        except (OSError, UnicodeError) as failure:
            raise unreadable(path, failure) from failure
        return replace(known, delimiter=delimiter)

    def delimiter_of(self, path: Path, required: Sequence[str]) -> str:
        """The delimiter that finds most of the required columns, else most columns."""
        with path.open(encoding=self.encoding, errors="surrogateescape", newline="") as file:
            head = file.readline()
        if head.startswith(_SEPARATOR_LINE) and head[4:].rstrip("\r\n"):
            return head[4]

        def columns_found(delimiter: str) -> tuple[int, int]:
            header = next(csv.reader([head], delimiter=delimiter), [])
            return len(set(required) & set(self.fields(header))), len(header)

        return max(DELIMITERS, key=columns_found)

    def fields(self, header: Sequence[str]) -> list[str]:
        """The field of each column of a header; a column is found whatever its case."""
        mapped = {_plain(column): name for name, column in self.columns.items()}
        return [self._field(_plain(cell), mapped) for cell in header]

    def _field(self, column: str, mapped: Mapping[str, str]) -> str:
        if column in mapped:
            return mapped[column]
        name = self.aliases.get(column, column)
        return "" if name in self.columns else name

    def column(self, name: str) -> str:
        """The file's column for a field."""
        return self.columns.get(name, name)


def is_separator_line(cells: Sequence[str]) -> bool:
    """Whether a record is the line on which Excel writes its delimiter."""
    return cells[:1] == [_SEPARATOR_LINE]


def unreadable(path: Path, failure: OSError | UnicodeError) -> UnreadableFileError:
    """The error for a file that can't be opened or decoded."""
    reason = failure.strerror if isinstance(failure, OSError) else failure
    return UnreadableFileError(f"{path} cannot be read: {reason}")


def _plain(column: str) -> str:
    return column.strip("\ufeff \t\r\n").casefold()


def _with_mark(encoding: str) -> str:
    """An encoding that also reads the byte order mark of UTF-8."""
    name = codecs.lookup(encoding).name
    return UTF_8 if name == "utf-8" else name


def _encoding_of(path: Path) -> str:
    """The encoding of a file's mark; else UTF-8, unless most of its other letters are not."""
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    good = bad = 0
    sample = bytearray()
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as text:
        for line in text:
            if line.isascii():
                continue
            escaped = sum(ord(letter) in _ESCAPES for letter in line)
            bad += escaped
            good += sum(not letter.isascii() for letter in line) - escaped
            if len(sample) < SAMPLE_BYTES:
                sample += line.encode("utf-8", "surrogateescape")
    return UTF_8 if good >= bad else _guess(bytes(sample[:SAMPLE_BYTES]))


def _guess(sample: bytes) -> str:
    """The encoding of text that is not UTF-8: the usual one if no other reads better."""
    matches = list(from_bytes(sample, cp_isolation=[_USUAL, *_OTHERS]))
    if not matches:
        return UTF_8
    best = [match for match in matches if match.chaos == matches[0].chaos]
    if any(_USUAL in each.could_be_from_charset for each in best) and not _NOT_USUAL.search(
        sample.decode(_USUAL, "replace")
    ):
        return _USUAL
    return next((each.encoding for each in best if each.encoding != _USUAL), _USUAL)
