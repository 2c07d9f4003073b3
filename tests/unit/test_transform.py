import pytest

from data.books import FileBook
from data.extract import Row
from data.report import Finding
from data.transform import FILE_ID_MAX, checked, isbn_of

GOOD = {"id": "7", "title": "Snow", "author": "Ann Lee", "pages": "210", "price": "8.95"}


def judge(**cells: str | None) -> FileBook | list[Finding]:
    changed = {name: cell for name, cell in {**GOOD, **cells}.items() if cell is not None}
    return checked(Row(3, changed), FileBook)


def test_a_row_becomes_a_book_with_one_copy() -> None:
    book = judge()

    assert isinstance(book, FileBook)
    assert (book.id, book.title, book.author, book.pages, book.price) == (
        7,
        "Snow",
        ["Ann Lee"],
        210,
        895,
    )
    assert (book.isbn, book.stock) == (None, 1)


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"author": "David Wood/Roald Dahl"}, "author", ["David Wood", "Roald Dahl"]),
        ({"author": " David Wood / Roald Dahl "}, "author", ["David Wood", "Roald Dahl"]),
        ({"title": " Deep\n  snow "}, "title", "Deep snow"),
        ({"price": "14"}, "price", 1400),
        ({"price": "2.5"}, "price", 250),
        ({"price": " 14.10 "}, "price", 1410),
        ({"price": "14.100"}, "price", 1410),
        ({"price": "0"}, "price", 0),
        ({"author": "David Wood; Roald Dahl"}, "author", ["David Wood", "Roald Dahl"]),
        ({"pages": "0210"}, "pages", 210),
        ({"pages": "100.0"}, "pages", 100),
        ({"stock": "12.00"}, "stock", 12),
        ({"id": "7.0"}, "id", 7),
        ({"isbn": "0-547-77374-9"}, "isbn", "9780547773742"),
        ({"stock": "0"}, "stock", 0),
        ({"stock": "12"}, "stock", 12),
        ({"shelf": "B4"}, "stock", 1),
    ],
)
def test_cells_are_read_as_people_write_them(
    cells: dict[str, str], field: str, value: object
) -> None:
    book = judge(**cells)

    assert isinstance(book, FileBook)
    assert getattr(book, field) == value


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("id", None, "is missing"),
        ("id", "seven", "must be a whole number"),
        ("id", "-1", "must be a whole number"),
        ("id", "1.5", "must be a whole number"),
        ("id", "9" * 5000, "must be a whole number"),
        ("id", str(FILE_ID_MAX + 1), "less than or equal to"),
        ("title", None, "is missing"),
        ("title", "x" * 501, "at most 500 characters"),
        ("title", "Caf\udce9", "must be Unicode text"),
        ("title", "a\0b", "control characters"),
        ("author", None, "is missing"),
        ("author", "/", "must not be blank"),
        ("author", "A//B", "must not be blank"),
        ("author", "A/" * 51 + "B", "at most 50 items"),
        ("pages", "0", "greater than or equal to 1"),
        ("pages", "100001", "less than or equal to"),
        ("pages", "١٢", "must be a whole number"),
        ("price", "-1", "must not be negative"),
        ("price", "8.955", "must have at most two decimals"),
        ("price", "0.1000000000000000001", "must be a number"),
        ("price", "8,95", "must be a number"),
        ("price", "£8.95", "must be a number"),
        ("price", "NaN", "must be a number"),
        ("price", "1e3", "must be a number"),
        ("price", "1_0", "must be a number"),
        ("price", "99999999999", "must be at most"),
        ("isbn", "978-0-547-77374-3", "wrong ISBN-13 check digit"),
        ("stock", "-1", "must be a whole number"),
        ("stock", "many", "must be a whole number"),
    ],
)
def test_a_cell_that_breaks_a_rule_is_named_with_the_reason(
    column: str, cell: str | None, why: str
) -> None:
    findings = judge(**{column: cell})

    assert isinstance(findings, list)
    assert {(finding.line, finding.column) for finding in findings} == {(3, column)}
    assert why in findings[0].problem


def test_every_cell_at_fault_is_named() -> None:
    findings = judge(pages="0", price="free", title=None)

    assert isinstance(findings, list)
    assert [finding.column for finding in findings] == ["title", "pages", "price"]


def test_a_row_that_is_none_is_named_as_a_whole() -> None:
    assert checked(Row(9, {}, "has 3 cells"), FileBook) == [Finding(9, "", "has 3 cells")]


def test_a_finding_shows_the_value_cut_when_it_is_long() -> None:
    assert judge(pages="0") == [
        Finding(3, "pages", "should be greater than or equal to 1", value="'0'")
    ]
    [long] = judge(title="x" * 501)
    assert len(long.value) < 70
    [missing] = judge(price=None)
    assert missing.value == ""


@pytest.mark.parametrize(
    "cell",
    [
        "9780439785969",
        "978-0-439-78596-9",
        "0439785960",
        '="0439785960"',
        '="9780439785969"',
        "439785960",
        "'0439785960",
        "9780439785969.0",
        "439785960.0",
        "ISBN 0-439-78596-0",
        "ISBN-13: 978-0439785969",
        " 978\u20110439785969 ",
    ],
)
def test_an_isbn_is_read_as_spreadsheets_and_catalogues_write_it(cell: str) -> None:
    assert isbn_of(cell) == "9780439785969"


def test_zeros_that_an_isbn_began_with_are_put_back_only_where_the_check_digit_agrees() -> None:
    assert isbn_of("7136595") == isbn_of("0007136595") == "9780007136599"
    with pytest.raises(ValueError, match="check digit"):
        isbn_of("439785961")


@pytest.mark.parametrize("cell", ['=""', " ", '=" "', "'"])
def test_an_empty_cell_of_a_catalogue_is_no_isbn(cell: str) -> None:
    assert isbn_of(cell) is None


@pytest.mark.parametrize("cell", ["9.78044E+12", "9,78044E+12", "9.78044e12", "4.4E+08"])
def test_an_isbn_that_a_spreadsheet_has_rounded_has_lost_digits(cell: str) -> None:
    with pytest.raises(ValueError, match="lost digits"):
        isbn_of(cell)


@pytest.mark.parametrize("cell", ["N/A", "none", "12", "979-0-2600-0043-8", "B00ABC"])
def test_what_is_no_isbn_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="ISBN"):
        isbn_of(cell)
