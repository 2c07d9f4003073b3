"""A step for search: names are found in memory, and titles have a new sort key."""

from functools import partial
from typing import Final

from pymongo import UpdateOne

from domain.words import title_sort_key
from repository.books import BOOKS
from repository.listings import LISTINGS
from repository.migration_tools import drop_indexes, pages
from repository.mongo.connection import Database
from repository.mongo.indexes import patiently
from repository.store_directory import STORES

_OLD_INDEXES: Final = ("search_key", "search_words", "search_typos")
_OLD_DICTIONARY: Final = "search_words"


async def search_step(database: Database) -> None:
    """Drop what names were found by, and let titles sort without their article, numbers by value.

    The fields that names were found by stay in old rows, and are not read.
    """
    for collection in (BOOKS, STORES, LISTINGS):
        await drop_indexes(database, collection, _OLD_INDEXES)
    async for page in pages(database, BOOKS, {}):
        await database.write(
            BOOKS,
            [
                # A title that has changed meanwhile has its new key.
                UpdateOne({"_id": row["_id"], "title": row["title"]}, {"$set": {"title_key": key}})
                for row in page
                if (key := title_sort_key(row["title"])) != row["title_key"]
            ],
        )
    await patiently(partial(database.motor.drop_collection, _OLD_DICTIONARY))
