"""Opens the embedded engine of the checkout on PYTHONPATH and keeps it until SIGTERM.

    PYTHONPATH=CHECKOUT python -P bench/engine_host.py DATA_DIR URL_FILE

Writes the engine's URL to URL_FILE. Where the checkout keeps `embedded_engine` is looked up.
"""

import asyncio
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any


def find_embedded_engine(checkout: Path) -> Any:
    """The context manager that opens an engine on a folder and gives its URL."""
    for path in sorted((checkout / "repository").rglob("*.py")):
        if "async def embedded_engine(" in path.read_text():
            module = ".".join(path.relative_to(checkout).with_suffix("").parts)
            return importlib.import_module(module).embedded_engine
    raise LookupError("no module under repository/ defines embedded_engine")


def tell(path: Path, text: str) -> None:
    """Write a file so that whoever sees it sees all of it."""
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(path)


async def main(data_dir: Path, url_file: Path) -> None:
    """Hold the engine open."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    embedded_engine = find_embedded_engine(Path(os.environ["PYTHONPATH"]))
    async with embedded_engine(data_dir) as url:
        tell(url_file, url)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
