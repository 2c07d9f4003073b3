"""A socket between a service and MongoDB that notes every statement that passes through it.

It reads OP_MSG, the only message a driver sends after its handshake. Its own address counts, never
that which the server gives for itself (directConnection).
"""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

import bson

HEADER_BYTES: Final = 16
OP_MSG: Final = 2013
FLAGS_BYTES: Final = 4
HOUSEKEEPING: Final = frozenset(
    {"hello", "ismaster", "isMaster", "ping", "endSessions", "getMore", "killCursors", "buildInfo"}
    | {"saslStart", "saslContinue"}
)
"""What the driver sends by itself, and the pages of an answer, which are no statements."""
HEARTBEATS: Final = "heartbeats"
COUNTERS: Final = "counters"
"""Where blocks of ids are reserved, one statement for many changes."""
CHANGE_STREAM: Final = "$changeStream"
QUERY_PARTS: Final = ("filter", "query", "pipeline", "updates", "deletes", "key")
_BATCHES: Final = {"insert": "documents", "update": "updates", "delete": "deletes"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A command that a service sent: what it is called, where it goes and when it was seen."""

    command: str
    collection: str
    shape: str
    """Which fields it asks for; the values are left out."""
    batch: int
    """How many documents, updates or deletes it carries; 0 for a command that has no such."""
    in_transaction: bool

    @property
    def is_housekeeping(self) -> bool:
        """Whether it belongs to the driver, the change stream or the signs of life."""
        return (
            self.command in HOUSEKEEPING
            or self.collection == HEARTBEATS
            or CHANGE_STREAM in self.shape
        )

    @property
    def reserves_ids(self) -> bool:
        """Whether it takes a block of ids."""
        return self.collection == COUNTERS

    @property
    def signature(self) -> tuple[str, str, str]:
        """What tells a kind of statement from others."""
        return self.command, self.collection, self.shape

    def __str__(self) -> str:
        batch = f" x{self.batch}" if self.batch > 1 else ""
        return f"{self.command} {self.collection}{batch}".strip()


class StatementsProxy:
    """Passes everything on; notes what the service sends in `statements`."""

    def __init__(self, mongo_url: str) -> None:
        self._server = urlsplit(mongo_url)
        self._tasks: set[asyncio.Task[None]] = set()
        self._port = 0
        self.statements: list[Statement] = []

    @property
    def url(self) -> str:
        """Where the driver finds it."""
        user, at, _ = self._server.netloc.rpartition("@")
        return self._server._replace(netloc=f"{user}{at}127.0.0.1:{self._port}").geturl()

    @classmethod
    @contextlib.asynccontextmanager
    async def before(cls, mongo_url: str) -> AsyncIterator[Self]:
        """A proxy before the server at a port of this machine."""
        proxy = cls(mongo_url)
        server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
        proxy._port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            server.close()
            for task in proxy._tasks:
                task.cancel()
            await asyncio.gather(*proxy._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        server_reader, server_writer = await asyncio.open_connection(
            self._server.hostname, self._server.port
        )
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(reader, server_writer))
                both.create_task(_answers(server_reader, writer))
        except* (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            server_writer.close()

    async def _requests(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        while True:
            message = await read_message(reader)
            statement = statement_of(message)
            if statement is not None:
                self.statements.append(statement)
            server.write(message)
            await server.drain()


async def _answers(server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(await read_message(server))
        await writer.drain()


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """The next whole message of the wire protocol. Raises IncompleteReadError at the end."""
    header = await reader.readexactly(HEADER_BYTES)
    (length,) = struct.unpack_from("<i", header)
    return header + await reader.readexactly(length - HEADER_BYTES)


def statement_of(message: bytes) -> Statement | None:
    """The statement in a message of the wire protocol; None where it is no OP_MSG."""
    (code,) = struct.unpack_from("<i", message, 12)
    if code != OP_MSG:
        return None
    command: dict[str, Any] = {}
    at = HEADER_BYTES + FLAGS_BYTES
    while at < len(message):
        kind = message[at]
        (size,) = struct.unpack_from("<i", message, at + 1)
        section = message[at + 1 : at + 1 + size]
        if kind == 0:
            command = bson.decode(section) | command
        else:
            name_end = section.index(b"\0", 4)
            name = section[4:name_end].decode()
            command[name] = bson.decode_all(section[name_end + 1 :])
        at += 1 + size
    return _statement(command)


def _statement(command: Mapping[str, Any]) -> Statement:
    name = next(iter(command))
    target = command[name]
    asked = {part: command[part] for part in QUERY_PARTS if part in command}
    return Statement(
        command=name,
        collection=target if isinstance(target, str) else "",
        shape=_shape(asked),
        batch=len(command.get(_BATCHES.get(name, ""), ())),
        in_transaction=command.get("autocommit") is False,
    )


def _shape(value: Any) -> str:
    """The names in a query, without values."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}:{_shape(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dict.fromkeys(map(_shape, value))) + "]"
    return "_"
