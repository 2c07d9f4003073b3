"""Loading books of a shop's own files: without ids, beside the demo's, as other programs write."""

import asyncio
from pathlib import Path
from typing import Any

from data import books
from data.books import BookFile
from data.layout import Layout
from data.sources import DEMO_BOOKS
from repository import audit
from repository.book_files import FILE_BOOKS
from repository.books import BOOKS
from repository.mongo.connection import Database
from repository.storage import Storage
from tests.integration.test_load_books import (
    FAR_FUTURE,
    counts,
    environment,
    load_file,
    run_command,
)
from tests.support.rpc_client import RpcClient

__all__ = ["environment"]

OWN = (
    "Title;Authors;Pages;Price;ISBN;Stock\r\n"
    "Snow;Lee, Ann;210.0;8.95;;3.0\r\n"
    'Harry;Rowling, J. K.;652;9.99;="0439785960";2\r\n'
    "Sea;Lee, Ann / Bo;90;5;N/A;1\r\n"
    "Sun;Bo;90;5;9.78044E+12;1\r\n"
)


def own_file(tmp_path: Path, text: str = OWN, encoding: str = "utf-8") -> Path:
    path = tmp_path / "own.csv"
    path.write_bytes(text.encode(encoding))
    return path


async def stored(database: Database) -> list[dict[str, Any]]:
    return await database.find(BOOKS, {}, sort=[("_id", 1)])


async def is_sound(storage: Storage) -> bool:
    return (await audit.run(storage.database, None, deadline=FAR_FUTURE)).ok


async def test_own_books_get_ids_after_the_demos_and_are_loaded_once(
    storage: Storage, tmp_path: Path
) -> None:
    await load_file(storage, DEMO_BOOKS)
    path = own_file(tmp_path)

    dry = await load_file(storage, path, dry_run=True)
    first = await load_file(storage, path)
    rows = await stored(storage.database)
    again = await load_file(storage, path)
    dry_again = await load_file(storage, path, dry_run=True)

    assert counts(dry) == counts(first) == (4, 4, 0, 0, 0)
    assert counts(again) == counts(dry_again) == (4, 0, 4, 0, 0)
    assert await stored(storage.database) == rows
    assert [row["_id"] for row in rows] == list(range(1, 55))
    own = [(row["title"], row["authors"], row["stock"], row.get("isbn")) for row in rows[50:]]
    assert own == [
        ("Snow", ["Lee, Ann"], 3, None),
        ("Harry", ["Rowling, J. K."], 2, "9780439785969"),
        ("Sea", ["Lee, Ann", "Bo"], 1, None),
        ("Sun", ["Bo"], 1, None),
    ]
    assert await is_sound(storage)


async def test_an_isbn_that_is_none_leaves_its_row_with_a_warning(
    storage: Storage, tmp_path: Path
) -> None:
    report = await load_file(storage, own_file(tmp_path))

    warnings = [(each.line, each.column, each.value) for each in report.notes]
    assert warnings == [(4, "isbn", "'N/A'"), (5, "isbn", "'9.78044E+12'")]
    assert "lost digits" in report.notes[1].problem


async def test_a_row_is_known_after_its_book_was_edited_archived_and_sold(
    rpc: RpcClient, storage: Storage, tmp_path: Path
) -> None:
    path = own_file(tmp_path)
    await load_file(storage, path)
    ids = {row["title"]: row["_id"] for row in await stored(storage.database)}
    await rpc("books.update", id=ids["Snow"], title="Snow, revised", price=7)
    await rpc("sales.create", book_id=ids["Harry"])
    await rpc("books.archive", id=ids["Harry"])

    report = await load_file(storage, path)

    assert counts(report) == (4, 0, 3, 1, 0)
    assert [(each.line, each.column) for each in report.differences] == [
        (2, "title"),
        (2, "price"),
    ]


async def test_a_row_finds_the_book_that_was_entered_by_hand(
    rpc: RpcClient, storage: Storage, tmp_path: Path
) -> None:
    made = [
        await rpc("books.create", title="Snow", authors=["Lee, Ann"], pages=210, price=8.95),
        await rpc(
            "books.create", title="H. P.", authors=["J"], pages=1, price=1, isbn="0439785960"
        ),
    ]

    report = await load_file(storage, own_file(tmp_path))
    again = await load_file(storage, own_file(tmp_path))

    assert counts(report) == (4, 2, 1, 1, 0)
    assert counts(again) == (4, 0, 3, 1, 0)
    rows = await storage.database.find(FILE_BOOKS, {})
    assert {each["id"] for each in made} < {row["book_id"] for row in rows}


async def test_the_same_book_twice_in_a_file_is_rejected_once(
    storage: Storage, tmp_path: Path
) -> None:
    text = "title,author,pages,price,isbn\n" + "A,B,1,1,\n" * 2 + "C,D,2,2,0439785960\n" * 2

    report = await load_file(storage, own_file(tmp_path, text))

    assert counts(report) == (4, 2, 0, 0, 2)
    assert [(each.line, each.column) for each in report.rejects] == [(3, ""), (5, "isbn")]
    assert "line 2" in report.rejects[0].problem
    assert "stock" in report.rejects[0].problem


async def test_two_who_load_a_file_without_ids_at_once_load_it_once(
    storage: Storage, tmp_path: Path
) -> None:
    rows = "".join(f"Title {n},Author {n % 7},{n + 1},{n}.5\n" for n in range(700))
    path = own_file(tmp_path, "title,author,pages,price\n" + rows)

    first, second = await asyncio.gather(load_file(storage, path), load_file(storage, path))

    assert first.loaded + second.loaded == first.unchanged + second.unchanged == 700
    assert len(await stored(storage.database)) == 700
    assert await is_sound(storage)


async def test_ids_of_a_file_that_clash_can_be_given_anew(storage: Storage, tmp_path: Path) -> None:
    await load_file(storage, DEMO_BOOKS)
    path = own_file(tmp_path, "id,title,author,pages,price\n1,Own,Ann,1,1\n2,Other,Ann,1,1\n")

    def load(*, new_ids: bool) -> Any:
        return load_file(storage, path, file=BookFile(new_ids=new_ids))

    reports = [await load(new_ids=flag) for flag in (False, True, True)]

    assert [counts(each) for each in reports] == [
        (2, 0, 0, 2, 0),
        (2, 2, 0, 0, 0),
        (2, 0, 2, 0, 0),
    ]
    assert [row["_id"] for row in (await stored(storage.database))[50:]] == [51, 52]


async def test_findings_name_the_columns_of_the_file(tmp_path: Path) -> None:
    layout = Layout(columns={"title": "Name", "pages": "Number of Pages"})
    path = own_file(tmp_path, "Name,Author,Number of Pages,Price\nSnow,Ann,many,1\n")

    report = await books.load(
        None, path, lambda _: None, dry_run=True, file=BookFile(layout=layout)
    )

    [reject] = report.rejects
    assert (reject.line, reject.column, reject.value) == (2, "Number of Pages", "'many'")


async def test_a_comma_in_a_price_is_read_where_it_does_not_part_cells(tmp_path: Path) -> None:
    header = "title;author;pages;price\n"
    good = own_file(tmp_path, header + "A;B;1;8,95\nC;D;1; 8,9 \n")
    loaded = await load_file(None, good, dry_run=True)
    bad = own_file(tmp_path, header + "A;B;1;1,234\nC;D;1;1.234,50\n")
    refused = await load_file(None, bad, dry_run=True)
    parted = own_file(tmp_path, 'title,author,pages,price\nA,B,1,"8,95"\n')
    ambiguous = await load_file(None, parted, dry_run=True)

    assert counts(loaded) == (2, 2, 0, 0, 0)
    assert [each.value for each in refused.rejects] == ["'1,234'", "'1.234,50'"]
    assert [each.value for each in ambiguous.rejects] == ["'8,95'"]


async def test_a_catalogue_of_goodreads_is_read(storage: Storage, tmp_path: Path) -> None:
    text = (
        "Book Id,Title,Author,Author l-f,ISBN,ISBN13,My Rating,Number of Pages,Price\n"
        '1,"Half-Blood Prince (Harry Potter, #6)",J.K. Rowling,"Rowling, J.K.",'
        '"=""0439785960""","=""9780439785969""",0,652,9.99\n'
        '2,Snow,Orhan Pamuk,"Pamuk, Orhan","=""""","=""""",0,425,8\n'
    )
    layout = Layout(columns={"isbn": "ISBN13", "pages": "Number of Pages"})

    report = await load_file(storage, own_file(tmp_path, text), file=BookFile(layout))

    assert counts(report) == (2, 2, 0, 0, 0)
    assert report.notes == []
    harry, snow = await stored(storage.database)
    assert (harry["isbn"], harry["pages"]) == ("9780439785969", 652)
    assert "isbn" not in snow


async def test_the_command_takes_a_file_as_another_program_wrote_it(
    environment: dict[str, str],
    database: Database,
    tmp_path: Path,
) -> None:
    text = "Titel|Autoren|Pages|Price|ISBN\nDer Prozeß|Kafka, Brod|100.0|7.5|n/a\nX|Y|0|1|\n"
    options = [
        *("--map", "title=Titel", "--map", "authors=Autoren"),
        *("--authors-delimiter", ","),
    ]

    code, output, errors = await run_command(
        environment, "books", own_file(tmp_path, text, "cp1252"), *options
    )

    assert (code, "Traceback" in errors) == (0, False)
    *findings, isbn, _ = output.splitlines()[:6]
    assert findings == [
        "rejected:",
        "  line 3, pages: should be greater than or equal to 1 (it is '0')",
        "to know:",
        "  encoding: reads as cp1252; if letters are wrong, give --encoding",
    ]
    assert isbn.startswith("  line 2, isbn: must be an ISBN-10 or an ISBN-13")
    assert isbn.endswith("left out (it is 'n/a')")
    [row] = await stored(database)
    assert (row["title"], row["authors"], row["pages"]) == ("Der Prozeß", ["Kafka", "Brod"], 100)


async def test_an_option_that_is_none_is_refused_with_a_sentence(
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    path = own_file(tmp_path)
    for option, why in (
        (["--encoding", "latin-99"], "latin-99 is no encoding of text"),
        (["--delimiter", ";;"], "must be one character"),
        (["--map", "titel=Title"], "must be FIELD=COLUMN"),
    ):
        code, _, errors = await run_command(environment, "books", path, *option)

        assert code == 2
        assert why in errors
