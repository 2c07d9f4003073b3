"""The storage of a program; only this module tells the embedded engine from another server."""

import contextlib
import importlib.util
import platform
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.clock import Clock
from domain.errors import StorageUnavailable
from repository.engine import EngineStartError, embedded_engine
from repository.migrations import NewerStorageError, OldServiceRunsError, migrate
from repository.mongo import indexes, transactions
from repository.mongo.clock import now
from repository.mongo.connection import Database, connect
from repository.mongo.core import Core, running_core
from repository.mongo.indexes import IndexInTheWayError
from repository.mongo.row_turns import row_turns
from repository.mongo.start_checks import (
    MongoUrlError,
    ReplicaSetMissingError,
    ServerRefusesError,
    ServerVersionError,
    database_in,
    refusals,
)

DATABASE: Final = "octavo"
START_FAILURES: Final = (
    EngineStartError,
    MongoUrlError,
    ReplicaSetMissingError,
    ServerRefusesError,
    ServerVersionError,
    IndexInTheWayError,
    NewerStorageError,
    OldServiceRunsError,
    StorageUnavailable,
    OSError,
)
"""Failures that stop a start without a fault of the code; their messages suffice."""


class StorageSettings(BaseSettings):
    """Settings of every process that uses the data, prefix OCTAVO_."""

    model_config = SettingsConfigDict(
        env_prefix="OCTAVO_", frozen=True, env_ignore_empty=True, use_attribute_docstrings=True
    )

    mongo_url: str | None = None
    """MongoDB 7 or 8 as a replica set; when unset, the embedded engine is used."""
    mongo_database: str | None = None
    """Name of the database; when unset, that in the path of the URL, else octavo."""
    data_dir: Path = Path("var")
    """Folder of the embedded engine's files."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The database, to read from, and the core, to submit changes to."""

    database: Database
    core: Core


@contextlib.asynccontextmanager
async def open_storage(
    settings: StorageSettings, clock: Clock = now, workers_folder: Path | None = None
) -> AsyncIterator[Storage]:
    """The database in its newest form with all its indexes, on the embedded engine without a URL.

    `workers_folder` is where the workers of one service meet, if there are several.
    Raises one of START_FAILURES.
    """
    async with contextlib.AsyncExitStack() as stack:
        url = settings.mongo_url
        if url is None:
            _require_engine()
            url = await stack.enter_async_context(embedded_engine(settings.data_dir))
        name = settings.mongo_database or database_in(url) or DATABASE
        database = await stack.enter_async_context(connect(url, name, clock))
        with refusals(name):
            await migrate(database)
            await indexes.ensure(database)
            if settings.mongo_url is not None:
                database.remembers_outcomes = await transactions.remembers_outcomes(database)
                database.holds_snapshots = await transactions.holds_snapshots(database)
        meeting = settings.data_dir if settings.mongo_url is None else workers_folder
        turns = None if meeting is None else stack.enter_context(row_turns(meeting))
        yield Storage(database, await stack.enter_async_context(running_core(database, turns)))


def _require_engine() -> None:
    if importlib.util.find_spec("secantus") is None:
        raise EngineStartError(
            f"The embedded engine is not installed for this Python ({platform.python_version()}): "
            "set OCTAVO_MONGO_URL, or use Python 3.11, 3.12 or 3.13."
        )
