"""The encoding, the delimiter and the columns of a file are found as people save them."""

from pathlib import Path

import pytest

from data.extract import UnreadableFileError, csv_rows
from data.layout import Layout

REQUIRED = ("title", "author")


def titles(tmp_path: Path, content: bytes, layout: Layout | None = None) -> list[tuple[str, str]]:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    rows = list(csv_rows(path, REQUIRED, layout))
    assert all(row.fault is None for row in rows)
    return [(row.cells["title"], row.cells["author"]) for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "lines",
    [
        ["title{}author", "Snow{}Ann Lee"],
        ['"title"{}"author"', '"Snow"{}"Ann Lee"'],
        ["id{}title{}author, co-author and | others;{}author", "1{}Snow{}x{}Ann Lee"],
    ],
)
def test_the_delimiter_is_found_from_the_header(
    tmp_path: Path, delimiter: str, lines: list[str]
) -> None:
    if delimiter != "\t" and "co-author" in lines[0]:
        lines = ["id{}title{}note{}author", *lines[1:]]
    content = "\r\n".join(lines).replace("{}", delimiter).encode()

    assert titles(tmp_path, content) == [("Snow", "Ann Lee")]


def test_a_delimiter_in_cells_is_none(tmp_path: Path) -> None:
    content = b"title;author\nSnow, Sea, Sun, Rain;Lee, Ann\n"

    assert titles(tmp_path, content) == [("Snow, Sea, Sun, Rain", "Lee, Ann")]


@pytest.mark.parametrize("line", [b"sep=;\r\n", b"sep=|\n"])
def test_the_line_on_which_excel_names_its_delimiter_is_no_header(
    tmp_path: Path, line: bytes
) -> None:
    content = line + b"title;author\nSnow;Ann\n".replace(b";", line[4:5])

    assert titles(tmp_path, content) == [("Snow", "Ann")]


@pytest.mark.parametrize(
    ("encoding", "title", "author"),
    [
        ("utf-8", "L'Étranger", "Albert Camus"),
        ("utf-8-sig", "L'Étranger", "Albert Camus"),
        ("utf-16", "L'Étranger", "Albert Camus"),
        ("utf-32", "L'Étranger", "Albert Camus"),
        ("cp1252", "Café", "Jürgen Groß"),
        ("cp1252", "It\u2019s \u201cfine\u201d \u2013", "Ann"),
        ("cp1252", "Les Misérables", "Victor Hugo"),
        ("cp1252", "Smørrebrød", "Søren Ågård"),
        ("latin-1", "Niño", "Peña"),
        ("cp1250", "Příliš žluťoučký kůň", "Božena Němcová"),
        ("cp1250", "Ciemność; Możemy", "Żeromski"),
        ("koi8_r", "Война и мир", "Лев Толстой"),
        ("cp1256", "أولاد حارتنا", "نجيب محفوظ"),
        ("cp1252", "¿Quién? £5 y 3³", "Ibáñez"),
        ("cp1251", "Война и мир", "Лев Толстой"),
        ("cp1253", "Αναφορά στον Γκρέκο", "Νίκος Καζαντζάκης"),
        ("shift_jis", "ノルウェイの森", "村上春樹"),
        ("mac_roman", "L'Étranger et les Misérables", "Hugo"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, title: str, author: str) -> None:
    content = f"title,author\n{title},{author}\n".encode(encoding)

    assert titles(tmp_path, content) == [(title, author)]


def test_letters_late_in_a_long_file_decide_too(tmp_path: Path) -> None:
    content = b"title,author\n" + b"Snow,Ann\n" * 20_000 + "Café,José\n".encode("cp1252")

    assert titles(tmp_path, content)[-1] == ("Café", "José")


def test_one_bad_line_does_not_make_a_file_other_than_utf_8(tmp_path: Path) -> None:
    content = "title,author\nCafé,José\nNiño,Ann\n".encode() + b"Caf\xe9,Ann\n"

    assert titles(tmp_path, content) == [("Café", "José"), ("Niño", "Ann"), ("Caf\udce9", "Ann")]


def test_what_is_given_goes_before_what_is_found(tmp_path: Path) -> None:
    layout = Layout(encoding="cp1254", delimiter="|")

    assert titles(tmp_path, "title|author\nİnce Memed|Yaşar\n".encode("cp1254"), layout) == [
        ("İnce Memed", "Yaşar")
    ]
    assert titles(tmp_path, "\ufefftitle|author\nA|B".encode(), Layout(encoding="utf-8")) == [
        ("A", "B")
    ]
    with pytest.raises(UnreadableFileError, match="lacks the column"):
        titles(tmp_path, b"title|author\nA|B", Layout(delimiter=","))


def test_columns_have_the_names_that_a_map_gives(tmp_path: Path) -> None:
    layout = Layout(columns={"title": "Book Title"}, aliases={"authors": "author"})
    content = b"title,BOOK TITLE,Authors\nshelf 4,Snow,Ann\n"

    assert titles(tmp_path, content, layout) == [("Snow", "Ann")]


def test_a_map_to_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="lacks the column Titel; its header is title"):
        titles(tmp_path, b"title,author\n", Layout(columns={"title": "Titel"}))
