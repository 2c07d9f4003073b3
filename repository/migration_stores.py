"""A step of the stores: they have special days and notes on their hours, and all a time zone."""

from domain.stores import DEFAULT_TIME_ZONE
from repository.migration_tools import give_missing
from repository.mongo.collections import Document
from repository.mongo.connection import Database
from repository.store_directory import STORES


async def stores_step(database: Database) -> None:
    """Give the stores what they lack: no special days, no notes, the clock of UTC."""
    await give_missing(database, STORES, "special_days", _hours)


def _hours(store: Document) -> Document:
    zone = store.get("time_zone", DEFAULT_TIME_ZONE)
    return {"time_zone": zone, "special_days": {}, "notes": []}
