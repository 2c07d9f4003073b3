"""A step of the stores: they have special days and notes on their hours, and all a time zone."""

from domain.stores import DEFAULT_TIME_ZONE
from repository.migration_tools import pages, write_missing
from repository.mongo.connection import Database
from repository.store_directory import STORES


async def stores_step(database: Database) -> None:
    """Give the stores what they lack: no special days, no notes, the clock of UTC."""
    async for page in pages(database, STORES, {"special_days": {"$exists": False}}):
        changes = {
            row["_id"]: {
                "$set": {
                    "time_zone": row.get("time_zone", DEFAULT_TIME_ZONE),
                    "special_days": {},
                    "notes": [],
                }
            }
            for row in page
        }
        await write_missing(database, STORES, "special_days", changes)
