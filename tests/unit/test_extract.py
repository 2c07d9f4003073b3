from pathlib import Path

import pytest

from data.extract import (
    RECORD_LINES_MAX,
    Row,
    UnreadableFileError,
    csv_row_count,
    csv_rows,
    json_list,
    json_rows,
)

HEADER = b"id,title\n"


def rows(tmp_path: Path, content: bytes, required: tuple[str, ...] = ("id", "title")) -> list[Row]:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return list(csv_rows(path, required))


@pytest.mark.parametrize(
    "content",
    [
        b"id,title\n1,Snow\n2,Sea\n",
        b"id,title\r\n1,Snow\r\n2,Sea\r\n",
        b"id,title\r1,Snow\r2,Sea",
        b"id,title\n1,Snow\n2,Sea",
        b"\xef\xbb\xbfid,title\n1,Snow\n2,Sea\n",
        b'"id","title"\n"1","Snow"\n2,Sea\n',
        b" ID , Title\n1,Snow\n2,Sea\n",
    ],
)
def test_rows_are_the_same_however_the_file_was_saved(tmp_path: Path, content: bytes) -> None:
    expected = [Row(2, {"id": "1", "title": "Snow"}), Row(3, {"id": "2", "title": "Sea"})]

    assert rows(tmp_path, content) == expected


def test_quoted_commas_quotes_and_line_breaks_belong_to_their_cell(tmp_path: Path) -> None:
    content = HEADER + b'1,"Snow, ""deep"""\n2,"two\nlines"\n3,Sea\n'

    assert rows(tmp_path, content) == [
        Row(2, {"id": "1", "title": 'Snow, "deep"'}),
        Row(3, {"id": "2", "title": "two\nlines"}),
        Row(5, {"id": "3", "title": "Sea"}),
    ]


def test_blank_lines_and_empty_cells_are_left_out(tmp_path: Path) -> None:
    assert rows(tmp_path, HEADER + b"\n1, \n\n") == [Row(3, {"id": "1"})]


@pytest.mark.parametrize(("line", "cells"), [(b"1", 1), (b"1,a,b", 3)])
def test_a_ragged_row_says_so_and_spoils_no_other(tmp_path: Path, line: bytes, cells: int) -> None:
    ragged, good = rows(tmp_path, HEADER + line + b"\n2,Sea\n")

    assert ragged == Row(2, {}, f"has {cells} cells where the header has 2")
    assert good == Row(3, {"id": "2", "title": "Sea"})


@pytest.mark.parametrize("stray", [b'1,"Snow', b'1,"Snow"y', b'1,"a","'])
def test_a_stray_quotation_mark_costs_its_own_line_only(tmp_path: Path, stray: bytes) -> None:
    more = b"".join(b"%d,Sea\n" % number for number in range(2, 60))

    broken, *good = rows(tmp_path, HEADER + stray + b"\n" + more + b'60,"quoted"\n')

    assert broken.line == 2
    assert "quotation mark" in str(broken.fault)
    assert [row.cells["id"] for row in good] == [str(number) for number in range(2, 61)]
    assert [row.line for row in good] == list(range(3, 62))


def test_a_cell_may_have_some_lines_but_not_any_number(tmp_path: Path) -> None:
    few = b'1,"' + b"\n" * (RECORD_LINES_MAX - 1) + b'"\n'
    many = b'1,"' + b"\n" * RECORD_LINES_MAX + b'"\n'

    assert rows(tmp_path, HEADER + few)[0].fault is None
    assert rows(tmp_path, HEADER + many)[0].fault is not None


def test_bytes_that_are_no_utf_8_come_through_for_judgement(tmp_path: Path) -> None:
    first, second = rows(tmp_path, HEADER + b"1,Caf\xe9\n2,Caf\xc3\xa9\n")

    assert first.cells["title"] == "Caf\udce9"
    assert second.cells["title"] == "Café"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "header is empty"),
        (b"id\n1\n", "lacks the column title"),
        (b"name,price\n", "lacks the column id, title; its header is name,price"),
        (b"id,title,id\n", "has the column id twice"),
        (b"id:title\n1:Snow\n", "lacks the column"),
        (b'"id,title\n1,Snow\n', "header has a quotation mark"),
    ],
)
def test_a_file_without_its_columns_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(UnreadableFileError, match=why):
        rows(tmp_path, content)


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    assert rows(tmp_path, HEADER) == []


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_what_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        list(csv_rows(tmp_path / name, ()))
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        csv_row_count(tmp_path / name)


def test_rows_are_counted_without_the_header(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(HEADER + b"1,Snow\n2,Sea\n")

    assert csv_row_count(path) == 2


@pytest.mark.parametrize(
    "content", [b'[{"id": 1, "of": null}, 7]', b'\xef\xbb\xbf{"note": 1, "rows": [{"id": 1}, 7]}']
)
def test_objects_are_read_from_a_list_bare_or_as_the_only_one_of_an_object(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)

    assert list(json_rows(path)) == [Row(1, {"id": 1}), Row(2, {}, "is not an object")]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "cannot be read"),
        (b"[", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"7", "holds no list"),
        (b'{"a": [], "b": []}', "holds no list"),
    ],
)
def test_a_json_file_without_one_list_is_unreadable(
    tmp_path: Path, content: bytes | None, fault: str
) -> None:
    path = tmp_path / "file.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UnreadableFileError, match=fault):
        json_list(path)
