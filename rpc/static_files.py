"""Pages for browsers: files of our own, a strict policy, and the demo key where demo mode runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

HEADERS: Final = {
    # A page loads nothing from elsewhere, has nothing inline, and calls only this service.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    hdrs.CACHE_CONTROL: "no-cache",
}
CONTENT_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
NO_DEMO_KEY: Final = '<meta name="demo-key" content="">'


class Files:
    """Files of a folder, read once, each under its path.

    Raises KeyError for a kind of file that is not known.
    """

    def __init__(self, folder: Path, names: Mapping[str, str]) -> None:
        self._files = {
            path: ((folder / name).read_text(encoding="utf-8"), CONTENT_TYPES[Path(name).suffix])
            for path, name in names.items()
        }

    def add_routes(self, router: web.UrlDispatcher, demo_key: str | None) -> None:
        """Serve them. A page learns the demo key, if there is one, in its `demo-key` element."""
        for path, (text, content_type) in self._files.items():
            told = NO_DEMO_KEY if demo_key is None else NO_DEMO_KEY.replace('""', f'"{demo_key}"')
            content = text.replace(NO_DEMO_KEY, told).encode()
            router.add_get(path, _file(content, content_type))


def _file(content: bytes, content_type: str) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            body=content, content_type=content_type, charset="utf-8", headers=HEADERS
        )

    return answer
