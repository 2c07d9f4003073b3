"""What data.load says of rows of an export that can't be loaded."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from data import exported
from data.cells import columns_of
from data.layout import UnreadableFileError
from data.report import Report
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.circulation import CLAIMS
from repository.exports import KINDS
from repository.storage import Storage
from tests.support.statements import STATEMENTS

Row = dict[str, Any]
AT = "2026-11-23T09:30:00Z"


def book(**fields: Any) -> Row:
    movement = {"id": "first", "book_id": 7, "kind": "created", "quantity": 3, "at": AT}
    row = {"id": 7, "title": "Emma", "authors": ["Jane Austen"], "pages": 500, "price_cents": 999}
    more = {"stock": 3, "isbn": "9780141439587", "archived": False, "holding": None}
    return row | more | {"movements": [movement]} | fields


def sale(**fields: Any) -> Row:
    amounts = {"quantity": 1, "unit_price_cents": 999, "total_cents": 999, "refundable": 1}
    row = {"id": 1, "book_id": 7, "pages": 500, "sold_at": AT, "order_id": None, "refunds": []}
    return row | amounts | fields


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., Path]:
    def make(*rows: Any) -> Path:
        path = tmp_path / "rows.jsonl"
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        return path

    return make


async def load(storage: Storage | None, kind: str, path: Path, *, dry_run: bool = False) -> Report:
    return await exported.LOADERS[kind](storage, path, lambda _: None, dry_run=dry_run)


@pytest.mark.parametrize(
    ("kind", "row", "column", "problem"),
    [
        ("sales", sale(), "book_id", "names 7 of books, which is not there: load that first"),
        ("sales", sale(quantity=-1), "quantity", "must not be negative"),
        ("sales", sale(quantity=2**60), "quantity", "must be at most 9007199254740992"),
        ("sales", sale(id=10**13), "id", "must be 0 to 1000000000000"),
        ("sales", sale(sold_at="2026-11-23T09:30:00"), "sold_at", "must be an instant"),
        ("sales", sale(sold_at="soon"), "sold_at", "should be a valid datetime"),
        ("sales", sale(colour="red"), "colour", "extra inputs are not permitted"),
        ("books", book(id=8), "movements", "first belongs to another one"),
        (
            "books",
            book(movements=[*book()["movements"] * 2]),
            "movements",
            "first is there already",
        ),
        ("books", {k: v for k, v in book().items() if k != "pages"}, "pages", "is missing"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_row_that_breaks_a_rule_is_rejected_with_the_reason(
    storage: Storage,
    file_of: Callable[..., Path],
    kind: str,
    row: Any,
    column: str,
    problem: str,
    *,
    dry_run: bool,
) -> None:
    report = await load(storage, kind, file_of(row), dry_run=dry_run)

    assert (report.read, report.loaded, report.rejected) == (1, 0, 1)
    [reject] = report.rejects
    assert (reject.line, reject.column) == (1, column)
    assert problem in reject.problem
    assert bool(reject.value) == (column in row)
    assert not await storage.database.rows(BOOKS, {})


async def test_a_broken_line_is_rejected_alone(storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "books.jsonl"
    lines = [orjson.dumps(book()), b"[1]", b'{"id": 8, "title', b"", b"\xff"]
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))

    report = await load(storage, "books", path)

    assert (report.read, report.loaded, report.rejected) == (4, 1, 3)
    assert [each.line for each in report.rejects] == [2, 3, 5]
    assert report.rejects[0].problem == "is no object"


async def test_a_dry_run_tells_the_same_and_changes_nothing(
    storage: Storage, file_of: Callable[..., Path]
) -> None:
    path = file_of(book(), book(id=8, movements=[]), book())

    dry = await load(storage, "books", path, dry_run=True)

    assert not await storage.database.rows(BOOKS, {})
    assert await load(storage, "books", path) == dry
    assert [(each.line, each.column) for each in dry.rejects] == [(2, "isbn"), (3, "id")]
    assert [row.id for row in await storage.database.rows(BOOKS, {})] == [7]


async def test_a_dry_run_reads_each_collection_once(
    storage: Storage, file_of: Callable[..., Path]
) -> None:
    path = file_of(*(sale(id=number, book_id=number) for number in range(1, 21)))

    with STATEMENTS.counted() as sent:
        await load(storage, "sales", path, dry_run=True)

    assert sorted(sent) == ["find books", "find sales"]


async def test_a_row_that_differs_from_the_stored_one_is_kept_and_said(
    storage: Storage, file_of: Callable[..., Path]
) -> None:
    await load(storage, "books", file_of(book()))

    report = await load(storage, "books", file_of(book(title="Emma, a novel")))

    assert (report.loaded, report.unchanged, report.kept) == (0, 0, 1)
    [difference] = report.differences
    assert difference.problem == 'is stored as "Emma"; the file has "Emma, a novel"'
    assert [row.title for row in await storage.database.rows(BOOKS, {})] == ["Emma"]


async def test_what_explains_another_row_of_the_database_is_not_taken_again(
    storage: Storage, file_of: Callable[..., Path]
) -> None:
    await load(storage, "books", file_of(book()))
    moved = [book()["movements"][0] | {"book_id": 8}]

    report = await load(storage, "books", file_of(book(id=8, isbn=None, movements=moved)))

    assert [each.problem for each in report.rejects] == ["first is there already"]
    assert [row.book_id for row in await storage.database.rows(STOCK_MOVEMENTS, {})] == [7]


async def test_rows_at_odds_with_those_of_another_origin_stop_the_load(
    storage: Storage, file_of: Callable[..., Path]
) -> None:
    holding = dict.fromkeys(("available", "on_loan", "held", "waiting", "events"), 0)
    holding |= {"id": 7, "total": 0, "next_expiry_at": None, "archived": False}
    holding |= {"loans": [], "reservations": []}
    member = {"id": 5, "name": "Ada", "email": None, "joined_at": AT, "open_loans": 1, "fines": []}
    member |= {"fines_cents": 0, "archived": False, "loans_due": {"7": AT}, "reserved": {}}
    loan = dict.fromkeys(name for name in columns_of(KINDS["loans"]))
    loan |= {"id": 1, "kind": "loan", "book_id": 7, "member_id": 5, "open": True, "due_at": AT}
    await load(storage, "books", file_of(book(holding=holding)))
    await load(storage, "members", file_of(member))
    await load(storage, "loans", file_of(loan))

    with pytest.raises(UnreadableFileError, match="Load them into an empty one"):
        await load(storage, "loans", file_of(loan | {"id": 2}))

    assert [row.id for row in await storage.database.rows(CLAIMS, {})] == [1]


async def test_a_table_without_a_column_is_refused_whole(storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "book_id"], ["1", "7"]])

    with pytest.raises(UnreadableFileError, match="lacks the column quantity, unit_price_cents"):
        await load(storage, "sales", path)
