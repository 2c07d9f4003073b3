"""The files that ship with the project."""

from pathlib import Path
from typing import Final

DATASETS: Final = Path(__file__).parent / "datasets"
DEMO_BOOKS: Final = DATASETS / "book_dataset.csv"
DEMO_STORES: Final = DATASETS / "book_store_data.json"
DEMO_USERS: Final = DATASETS / "user_data.json"
