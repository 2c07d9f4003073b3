"""A socket between the driver and MongoDB: delays, loses and changes what passes through it."""

import asyncio
import contextlib
import re
import struct
from collections.abc import Callable
from typing import Any, Final, Self

import bson
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri

from bench.statements_proxy import FLAGS_BYTES, HEADER_BYTES, read_message

URL: Final = re.compile(
    r"mongodb://(?P<user>[^/?@]*@)?[^/?@]+(?:/(?P<path>[^?]*))?(?:\?(?P<options>.*))?"
)
OF_THE_SET: Final = ("replicaset=", "directconnection=", "servermonitoringmode=")


def proxied(mongo_url: str, port: int) -> str:
    """The URL of a proxy on this machine, with the user, the database and the options of a URL."""
    parts = URL.fullmatch(mongo_url)
    assert parts is not None, "the tests take a mongodb:// URL"
    options = [each for each in (parts["options"] or "").split("&") if each]
    kept = [each for each in options if not each.lower().startswith(OF_THE_SET)]
    # The server must not push answers that nobody asked for.
    kept += ["directConnection=true", "serverMonitoringMode=poll"]
    return f"mongodb://{parts['user'] or ''}127.0.0.1:{port}/{parts['path'] or ''}?{'&'.join(kept)}"


def primary_of(mongo_url: str) -> tuple[str, int]:
    """The address that a URL names; of several, the primary's."""
    nodes: list[tuple[str, int]] = parse_uri(mongo_url)["nodelist"]
    if len(nodes) == 1:
        return nodes[0]
    with MongoClient[dict[str, Any]](mongo_url) as client:
        client.admin.command("ping")
        assert client.primary is not None
        return client.primary


class MongoProxy:
    """Passes whole messages of the wire protocol on, unless it is told otherwise.

    Its own address counts, never that which the server gives for itself (directConnection).
    """

    def __init__(self, mongo_url: str) -> None:
        self._mongo_url = mongo_url
        self._target = primary_of(mongo_url)
        self._passing = asyncio.Event()
        self._passing.set()
        self._holding = asyncio.Event()
        self._held = b""
        self._lost = b""
        self._lost_requests = 0
        self._lost_answers = 0
        self._and_then: Callable[[], None] = lambda: None
        self._changed = b""
        self._changes: dict[str, Any] = {}
        self._audible = asyncio.Event()
        self._audible.set()
        self._forgotten: set[asyncio.StreamWriter] = set()
        self._is_over = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self.losses = 0

    @property
    def url(self) -> str:
        """Where the driver finds it."""
        return proxied(self._mongo_url, self._port)

    async def __aenter__(self) -> Self:
        await self.restore()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release_requests()
        self._is_over.set()
        self._audible.set()
        await self.cut()

    async def restore(self) -> None:
        """Accept connections, at the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Lose all connections and refuse new ones."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    def fall_silent(self) -> None:
        """Pass nothing on any more, in neither direction, and close nothing."""
        self._audible.clear()

    def speak_again(self, *, forget: bool) -> None:
        """Pass on what was held back; with `forget`, nothing of connections made until now."""
        if forget:
            self._forgotten |= self._writers
        self._audible.set()

    def hold_requests(self, command: str) -> None:
        """Keep such commands back from the server from now on."""
        self._held = _field(command)
        self._holding.clear()
        self._passing.clear()

    async def requests_held(self) -> None:
        """Wait until a command is being kept back."""
        await self._holding.wait()

    def release_requests(self) -> None:
        """Let the commands through, and all that follow."""
        self._passing.set()

    def lose_answers_to(
        self, command: str, times: int = 1, and_then: Callable[[], None] = lambda: None
    ) -> None:
        """Break the connection after the next such commands, before their answers."""
        self._lost, self._lost_answers, self._and_then = _field(command), times, and_then

    def lose_requests(
        self, command: str, times: int = 1, and_then: Callable[[], None] = lambda: None
    ) -> None:
        """Break the connection in place of the next such commands."""
        self._lost, self._lost_requests, self._and_then = _field(command), times, and_then

    def change_answers_to(self, command: str, **fields: Any) -> None:
        """Put these fields into the answers to such commands from now on."""
        self._changed, self._changes = _field(command), fields

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        writers = {writer, server_writer}
        self._writers |= writers
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    await self._exchange(reader, writer, server_reader, server_writer)
        finally:
            self._writers -= writers
            for each in writers:
                each.transport.abort()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> None:
        """Pass a request and its answer on; a connection has one of them under way at a time."""
        request = await read_message(reader)
        is_meant = bool(self._lost) and self._lost in request
        if is_meant and self._lost_requests:
            self._lost_requests -= 1
            self._lose()
        if not self._passing.is_set() and self._held in request:
            self._holding.set()
            await self._passing.wait()
        await self._heard(writer)
        server_writer.write(request)
        answer = await read_message(server_reader)
        await self._heard(writer)
        if is_meant and self._lost_answers:
            self._lost_answers -= 1
            self._lose()
        if self._changed and self._changed in request:
            answer = _with(answer, self._changes)
        writer.write(answer)
        await writer.drain()

    async def _heard(self, writer: asyncio.StreamWriter) -> None:
        """Wait until something may pass to or from a client."""
        await self._audible.wait()
        if writer in self._forgotten:
            await self._is_over.wait()
            raise ConnectionResetError

    def _lose(self) -> None:
        self.losses += 1
        self._and_then()
        raise ConnectionResetError


def _field(command: str) -> bytes:
    """The command's name as it stands in a BSON document."""
    return command.encode() + b"\0"


def _with(answer: bytes, changes: dict[str, Any]) -> bytes:
    """An answer (OP_MSG, one document) with other fields."""
    start = HEADER_BYTES + FLAGS_BYTES + 1
    document = bson.encode(bson.decode(answer[start:]) | changes)
    return struct.pack("<i", start + len(document)) + answer[4:start] + document
