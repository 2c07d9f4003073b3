"""Uses of the Python client for mypy --strict: what is right passes, what is wrong is noticed."""

from octavo_client import Book, Later, NotFound, Octavo, OutOfStock


def titles(octavo: Octavo) -> list[str]:
    with octavo.batch() as batch:
        books: list[Later[Book]] = [batch.books.get(id=number) for number in (1, 2)]
    return [book.result()["title"] for book in books]


def sell(octavo: Octavo, book_id: int) -> int:
    try:
        return octavo.sales.create(book_id=book_id, expected_price=9.99)["stock_left"]
    except OutOfStock as refusal:
        return refusal.data["available"]
    except NotFound as refusal:
        return int(refusal.data["kind"] == "book")


def wrong(octavo: Octavo) -> None:
    octavo.books.get(id="1")  # type: ignore[arg-type]
    octavo.books.get(name="x")  # type: ignore[call-arg]
    octavo.sales.create()  # type: ignore[call-arg]
    octavo.books.get(id=1)["titel"]  # type: ignore[misc]
    octavo.books.list(sort="colour")  # type: ignore[arg-type]
    octavo.library.return_(member_id=1, book_id=1)["fine"] + "x"  # type: ignore[operator]
    octavo.books.update(id=1, isbn=None)
