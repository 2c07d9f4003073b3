"""The sockets that the service listens on.

The loop would accept one connection a turn, so that under load a new one waits for all before it.
"""

import asyncio
import contextlib
import os
import socket
from typing import Any, Final

import structlog
from aiohttp import web

ACCEPTED_A_TURN: Final = 64
PAUSE_S: Final = 0.5
"""So long nothing is accepted after the system has refused a descriptor."""

log = structlog.get_logger("octavo.http")


class Listener(web.TCPSite):
    """Listens on an address and accepts many connections in a turn of the loop."""

    def __init__(self, runner: web.AppRunner, host: str, port: int, **options: Any) -> None:
        super().__init__(runner, host, port, **options)
        self._listening: list[socket.socket] = []

    async def start(self) -> None:
        """Begin to accept. Raises OSError if the address cannot be used."""
        await web.BaseSite.start(self)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._runner.server,  # type: ignore[arg-type] # it is there: the runner is set up
            self._host,
            self._port,
            backlog=self._backlog,
            reuse_address=self._reuse_address,
            reuse_port=self._reuse_port,
            start_serving=False,
        )
        for bound in self._server.sockets:
            listening = socket.socket(fileno=os.dup(bound.fileno()))
            self._listening.append(listening)
            listening.settimeout(0)
            listening.listen(self._backlog)
            loop.add_reader(listening, self._accept, listening)

    async def stop(self) -> None:
        """Accept no more."""
        loop = asyncio.get_running_loop()
        for listening in self._listening:
            loop.remove_reader(listening)
            listening.close()
        self._listening = []
        await super().stop()

    def _accept(self, listening: socket.socket) -> None:
        """Accept connections that wait."""
        loop = asyncio.get_running_loop()
        for _ in range(ACCEPTED_A_TURN):
            try:
                accepted, _ = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionError):
                return
            except OSError:
                log.exception("no connection can be accepted; trying on")
                loop.remove_reader(listening)
                loop.call_later(PAUSE_S, self._go_on, listening)
                return
            accepted.settimeout(0)
            task = loop.create_task(self._connect(accepted))
            _CONNECTING.add(task)
            task.add_done_callback(_CONNECTING.discard)

    def _go_on(self, listening: socket.socket) -> None:
        if listening in self._listening:
            asyncio.get_running_loop().add_reader(listening, self._accept, listening)

    async def _connect(self, accepted: socket.socket) -> None:
        server = self._runner.server
        if server is None:
            accepted.close()
            return
        with contextlib.suppress(OSError):  # the client has left already
            await asyncio.get_running_loop().connect_accepted_socket(server, accepted)


_CONNECTING: Final[set[asyncio.Task[None]]] = set()
