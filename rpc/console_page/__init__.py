"""GET /console: a page that shows what happens, by public methods and /metrics only."""

from pathlib import Path
from typing import Final

from aiohttp import web

from rpc.static_files import Files

FOLDER: Final = Path(__file__).parent
FILES: Final = {
    "/console": "console.html",
    "/console/console.css": "console.css",
    "/console/console.js": "console.js",
    "/console/chart.js": "chart.js",
    "/console/health.js": "health.js",
}
CONTENTS: Final = Files(FOLDER, FILES)


def add_routes(router: web.UrlDispatcher, demo_key: str | None = None) -> None:
    """Serve the page and its files; it shares some with the page at /docs."""
    CONTENTS.add_routes(router, demo_key)
