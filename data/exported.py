"""Loads again what data.export wrote: a row that is there does not change."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, create_model

from data import books
from data.cells import (
    as_json,
    columns_of,
    is_jsonl,
    rows_of,
    table_header,
    values_of,
)
from data.layout import UnreadableFileError
from data.report import CHUNK_DEADLINE_S, Finding, Progress, Report, chunks
from data.transform import FILE_ID_MAX, checked, shortened
from repository import restoring
from repository.exports import KINDS, Kind, Whole
from repository.mongo.core import deadline_in
from repository.storage import Storage

NUMBER_MAX: Final = 2**53
OF_EXPORTS_ONLY: Final = "movements"
"""The column by which an exported table of books differs from others."""
Placed = tuple[int, Whole | None]
"""A row with its line; None if it breaks a rule."""


def are_exported_books(path: Path) -> bool:
    """Whether a file of books was exported, and is to be loaded as such."""
    return is_jsonl(path) or OF_EXPORTS_ONLY in table_header(path)


async def load_books(
    storage: Storage | None,
    path: Path,
    progress: Progress,
    *,
    dry_run: bool,
    file: books.BookFile | None = None,
) -> Report:
    """Load a table of books, or books that were exported unless `file` says more; see `Loader`."""
    is_plain = file is None or file == books.BookFile()
    if is_plain and await asyncio.to_thread(are_exported_books, path):
        return await load("books", storage, path, progress, dry_run=dry_run)
    return await books.load(storage, path, progress, dry_run=dry_run, file=file)


async def load(
    name: str, storage: Storage | None, path: Path, progress: Progress, *, dry_run: bool
) -> Report:
    """Load the missing rows of a kind, 500 in one transaction; see `Loader`."""
    kind, report = KINDS[name], Report()
    for chunk in chunks(_wholes(kind, path, report)):
        good = [(line, whole) for line, whole in chunk if whole is not None]
        if storage is None:
            report.loaded += len(good)
        elif good:
            await _load_chunk(storage, kind, good, report, dry_run=dry_run)
        progress(len(chunk))
    return report


async def _load_chunk(
    storage: Storage, kind: Kind, chunk: list[tuple[int, Whole]], report: Report, *, dry_run: bool
) -> None:
    wholes = [whole for _, whole in chunk]
    try:
        if dry_run:
            arrival = await restoring.compare(storage.database, kind, wholes)
        else:
            deadline = deadline_in(CHUNK_DEADLINE_S)
            arrival = await restoring.add_missing(
                storage.database, storage.core, kind, wholes, deadline=deadline
            )
    except restoring.ClashError as clash:
        raise UnreadableFileError(
            f"Lines {chunk[0][0]} to {chunk[-1][0]} were not loaded: some of them are at odds with"
            f" {kind.name} of other origin in the database. Load them into an empty one."
        ) from clash
    report.loaded += len(arrival.missing)
    for place, stored in arrival.present:
        line, whole = chunk[place]
        differences = list(_differences(line, whole.row, stored))
        report.differences += differences
        report.unchanged += not differences
    report.rejects += [
        _finding(kind, *chunk[place], column, problem) for place, column, problem in arrival.refused
    ]


def _finding(kind: Kind, line: int, whole: Whole, column: str, problem: str) -> Finding:
    text = as_json(values_of(kind, whole)[column]).decode()
    return Finding(line, column, problem, value=shortened(text))


def _differences(line: int, row: Any, stored: Any) -> Iterator[Finding]:
    """The differences between the file and the database, parts left out."""
    for each in fields(row):
        new, old = as_json(getattr(row, each.name)), as_json(getattr(stored, each.name))
        if new != old:
            problem = f"is stored as {old.decode()}; the file has {new.decode()}"
            yield Finding(line, each.name, problem)


def _wholes(kind: Kind, path: Path, report: Report) -> Iterator[Placed]:
    """The rows of a file with their lines; those that break a rule go to the report."""
    model = _model(kind.name)
    for row in rows_of(kind, path):
        report.read += 1
        found = checked(row, model)
        if not isinstance(found, list):
            whole = _whole(kind, found)
            faults = dict.fromkeys(_faults(kind, whole))
            found = [_finding(kind, row.line, whole, *fault) for fault in faults]
            if not found:
                yield row.line, whole
                continue
        report.rejects += found
        yield row.line, None


@cache
def _model(name: str) -> type[BaseModel]:
    types: dict[str, Any] = {each: (hint, ...) for each, hint in columns_of(KINDS[name]).items()}
    return create_model(f"Exported{name.title()}", __config__=ConfigDict(extra="forbid"), **types)


def _whole(kind: Kind, model: BaseModel) -> Whole:
    parts: dict[str, list[Any]] = {}
    for part in kind.parts:
        value = getattr(model, part.name)
        parts[part.name] = [each for each in [value] if each] if part.is_one else value
    names = type(model).model_fields.keys() - parts.keys()
    return Whole(kind.collection.row(**{name: getattr(model, name) for name in names}), parts)


def _faults(kind: Kind, whole: Whole) -> Iterator[tuple[str, str]]:
    """What no row may have: columns and problems."""
    for name, value in values_of(kind, whole).items():
        if type(value) is int and value < 0:
            yield name, "must not be negative"
        for each in _leaves(value):
            if isinstance(each, datetime) and each.tzinfo is None:
                yield name, "must be an instant with its offset, such as 2026-11-23T09:30:00Z"
            elif type(each) is int and abs(each) > NUMBER_MAX:
                yield name, f"must be at most {NUMBER_MAX}"
    for row in whole.rows:
        if isinstance(row.id, int) and not 0 <= row.id <= FILE_ID_MAX:
            yield "id", f"must be 0 to {FILE_ID_MAX}"


def _leaves(value: Any) -> Iterator[Any]:
    """The single values of which a value is made."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _leaves(getattr(value, each.name))
    else:
        yield value


LOADERS: Final = {name: partial(load, name) for name in KINDS} | {"books": load_books}
"""The loader of each kind that is exported."""
