"""The files that ship with the project."""

from pathlib import Path
from typing import Final

DATASETS: Final = Path(__file__).parent / "datasets"
DEMO_BOOKS: Final = DATASETS / "book_dataset.csv"
DEMO_BOOKS_WITH_ISBN: Final = DATASETS / "books_with_isbn.csv"
