"""GET /docs: a page that reads openrpc.json and calls its methods; static files, all our own."""

from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

FOLDER: Final = Path(__file__).parent
FILES: Final = {
    "/docs": ("page.html", "text/html"),
    "/docs/page.css": ("page.css", "text/css"),
    "/docs/page.js": ("page.js", "text/javascript"),
    "/docs/icon.svg": ("icon.svg", "image/svg+xml"),
}
CONTENTS: Final = {name: (FOLDER / name).read_bytes() for name, _ in FILES.values()}
HEADERS: Final = {
    # The page loads nothing from elsewhere, has nothing inline, and calls only this service.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    hdrs.CACHE_CONTROL: "no-cache",
}


def add_routes(router: web.UrlDispatcher) -> None:
    """Serve the page and its files."""
    for path, (name, content_type) in FILES.items():
        router.add_get(path, _file(CONTENTS[name], content_type))
    for path in ("/", "/docs/"):
        router.add_get(path, _to_the_page)


def _file(content: bytes, content_type: str) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            body=content, content_type=content_type, charset="utf-8", headers=HEADERS
        )

    return answer


async def _to_the_page(_: web.Request) -> web.Response:
    raise web.HTTPFound("/docs")
