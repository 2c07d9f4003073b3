"""Books from a file, loaded while a service runs."""

import asyncio
import csv
import sys
from collections.abc import Iterable

from tests.support.service_process import ROOT, ServiceProcess


async def load_books(
    service: ServiceProcess, columns: Iterable[str], rows: Iterable[Iterable[object]]
) -> None:
    """Load a table of books into the data of a service."""
    path = service.data_dir.with_name("books.csv")
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "data.load", "books", str(path)),
        cwd=ROOT,
        env=service.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
