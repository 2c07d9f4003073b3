"""What a server tells of how it carries out a read."""

from typing import Any

from repository.mongo.collections import Sort
from repository.mongo.connection import Database, Filter


def used_indexes(plan: Any) -> set[str]:
    """The names of all indexes that a plan uses."""
    if isinstance(plan, list):
        return {name for part in plan for name in used_indexes(part)}
    if not isinstance(plan, dict):
        return set()
    own = {plan["indexName"]} if "indexName" in plan else set()
    return own | {name for part in plan.values() for name in used_indexes(part)}


async def documents_examined(database: Database, read: Filter) -> int:
    """How many documents the server looks at to answer a `find` or `aggregate` command."""
    explained = await database.motor.command("explain", read, verbosity="executionStats")
    return int(_statistics(explained)["totalDocsExamined"])


def _statistics(explained: Any) -> Any:
    """The statistics of the read itself: a MongoDB server has those of a pipeline within it."""
    if "executionStats" in explained:
        return explained["executionStats"]
    return explained["stages"][0]["$cursor"]["executionStats"]


class Noted(Database):
    """A database that notes what it is asked to find."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.client, database.motor, clock=database.clock)
        self.finds: list[dict[str, Any]] = []

    async def find(
        self, collection: Any, query: Any, *, sort: Sort | None = None, **more: Any
    ) -> Any:
        read = {"find": str(collection), "filter": query, "sort": dict(sort or {}), **more}
        self.finds.append(read)
        return await super().find(collection, query, sort=sort, **more)
