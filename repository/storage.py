"""Where the database is: the one place that tells the embedded engine from another server."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import StorageUnavailable
from repository import indexes
from repository.embedded_engine import EngineStartError, embedded_engine
from repository.mongo_connection import (
    Database,
    MongoUrlError,
    ReplicaSetMissingError,
    connect,
)

START_FAILURES: Final = (
    EngineStartError,
    MongoUrlError,
    ReplicaSetMissingError,
    StorageUnavailable,
    OSError,
)
"""What keeps a program from starting that is no fault of its code; the message says it all."""


class StorageSettings(BaseSettings):
    """Settings that every process needs which touches the data, prefix OCTAVO_."""

    model_config = SettingsConfigDict(env_prefix="OCTAVO_", frozen=True, env_ignore_empty=True)

    mongo_url: str | None = None
    mongo_database: str = "octavo"
    data_dir: Path = Path("var")


@contextlib.asynccontextmanager
async def open_database(settings: StorageSettings) -> AsyncIterator[Database]:
    """The database with all its indexes, on the embedded engine if no URL is set.

    Raises one of START_FAILURES.
    """
    async with contextlib.AsyncExitStack() as stack:
        url = settings.mongo_url
        if url is None:
            url = await stack.enter_async_context(embedded_engine(settings.data_dir))
        database = await stack.enter_async_context(connect(url, settings.mongo_database))
        await indexes.ensure(database)
        yield database
