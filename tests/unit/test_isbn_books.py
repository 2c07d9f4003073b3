"""The data file with ISBNs says what it means to say."""

from pathlib import Path

from data.books import COLUMNS, FileBook
from data.extract import csv_rows
from data.sources import BOOKS_WITH_ISBN, DEMO_BOOKS
from data.transform import checked


def loaded(path: Path) -> list[FileBook]:
    found = [checked(row, FileBook) for row in csv_rows(path, COLUMNS)]
    books = [book for book in found if isinstance(book, FileBook)]
    assert len(books) == len(found), found
    return books


def test_every_row_has_a_valid_isbn_of_its_own_and_copies() -> None:
    books = loaded(BOOKS_WITH_ISBN)

    assert len(books) == 12
    assert len({book.isbn for book in books} - {None}) == len(books)
    assert all(book.stock > 0 for book in books)


def test_its_ids_are_free() -> None:
    ids = {book.id for book in loaded(BOOKS_WITH_ISBN)}

    assert not ids & {book.id for book in loaded(DEMO_BOOKS)}
