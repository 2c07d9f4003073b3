"""GET /docs: a page that reads openrpc.json and calls its methods; static files, all our own."""

from pathlib import Path
from typing import Final

from aiohttp import web

from rpc.static_files import Files

FOLDER: Final = Path(__file__).parent
FILES: Final = {
    "/docs": "page.html",
    "/docs/base.css": "base.css",
    "/docs/page.css": "page.css",
    "/docs/page.js": "page.js",
    "/docs/service.js": "service.js",
    "/docs/schemas.js": "schemas.js",
    "/docs/forms.js": "forms.js",
    "/docs/snippets.js": "snippets.js",
    "/docs/calls.js": "calls.js",
    "/docs/desks.js": "desks.js",
    "/docs/search.js": "search.js",
    "/docs/icon.svg": "icon.svg",
}
CONTENTS: Final = Files(FOLDER, FILES)


def add_routes(router: web.UrlDispatcher, demo_key: str | None = None) -> None:
    """Serve the page and its files."""
    CONTENTS.add_routes(router, demo_key)
    for path in ("/", "/docs/"):
        router.add_get(path, _to_the_page)


async def _to_the_page(_: web.Request) -> web.Response:
    raise web.HTTPFound("/docs")
