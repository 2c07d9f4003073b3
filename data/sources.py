"""The files that ship with the project."""

from pathlib import Path
from typing import Final

DATASETS: Final = Path(__file__).parent / "datasets"
DEMO_BOOKS: Final = DATASETS / "book_dataset.csv"
BOOKS_WITH_ISBN: Final = DATASETS / "books_with_isbn.csv"
DEMO_LIBRARY_BOOKS: Final = DATASETS / "library_books.json"
DEMO_LIBRARY_MEMBERS: Final = DATASETS / "library_members.json"
DEMO_STORES: Final = DATASETS / "book_store_data.json"
DEMO_USERS: Final = DATASETS / "user_data.json"
