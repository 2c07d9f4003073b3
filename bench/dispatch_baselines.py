"""Services that answer books.get and nothing else, as one would write them instead of Octavo.

    python -m bench.dispatch_baselines PORT BOOKS bare|jsonrpcserver|jsonrpcserver_uvloop

BOOKS is a JSON file of books by id. `bare` does the least that answers the same bytes: aiohttp and
orjson on uvloop, a book from a dict. `jsonrpcserver` is the example for aiohttp of that library's
manual, with the same dict; `jsonrpcserver_uvloop` is that on uvloop.
"""

import sys
from pathlib import Path
from typing import Any

import orjson
import uvloop
from aiohttp import web
from jsonrpcserver import Error, Result, Success, async_dispatch, method

JSON = "application/json"
NOT_FOUND = 104

Books = dict[int, dict[str, Any]]


def bare(books: Books) -> web.Application:
    """No more than aiohttp and orjson."""

    async def handle(request: web.Request) -> web.Response:
        call = orjson.loads(await request.read())
        book = books[call["params"]["id"]]
        answer = {"jsonrpc": "2.0", "result": book, "id": call["id"]}
        return web.Response(body=orjson.dumps(answer), content_type=JSON)

    return _application(handle)


def jsonrpcserver(books: Books) -> web.Application:
    """What jsonrpcserver's manual shows."""

    @method(name="books.get")
    async def get(id: int) -> Result:  # noqa: A002 - the wire's name
        book = books.get(id)
        return Success(book) if book is not None else Error(NOT_FOUND, "No book has this id.")

    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=await async_dispatch(await request.text()), content_type=JSON)

    return _application(handle)


def _application(handle: Any) -> web.Application:
    application = web.Application()
    application.router.add_post("/rpc", handle)
    return application


def main() -> None:
    """Serve until SIGTERM."""
    port, path, name = sys.argv[1:]
    books = {int(number): book for number, book in orjson.loads(Path(path).read_bytes()).items()}
    loop = None if name == "jsonrpcserver" else uvloop.new_event_loop()
    application = bare(books) if name == "bare" else jsonrpcserver(books)
    web.run_app(
        application, host="127.0.0.1", port=int(port), access_log=None, print=None, loop=loop
    )


if __name__ == "__main__":
    main()
