"""python -m data.export: write all rows of one kind to standard output.

`python -m data.load` of the same kind takes the file again. The database is the one that
OCTAVO_MONGO_URL names, else the embedded one in OCTAVO_DATA_DIR, also while a service runs on it.
What changes meanwhile may be in one file and not in another: for files that fit together, let
nothing change until all are written.
"""

import argparse
import asyncio
import os
import sys
from contextlib import aclosing

from tqdm import tqdm

from data.cells import FORMATS, Format, header, written
from data.command import FAILED, exit_on_failure, parser_of
from repository import exports
from repository.exports import KINDS, Kind
from repository.storage import Storage, StorageSettings, open_storage


def main() -> None:
    """Write the rows; exits with 0 when all are written, with 1 when that failed."""
    options = _options()
    with exit_on_failure(if_interrupted="The file is not whole."):
        try:
            asyncio.run(_export(KINDS[options.kind], options.format))
        except BrokenPipeError:  # the reader has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)


def _options() -> argparse.Namespace:
    parser = parser_of("data.export", __doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--format", choices=FORMATS, default="jsonl")
    return parser.parse_args()


async def _export(kind: Kind, form: Format) -> None:
    settings = StorageSettings()
    if settings.mongo_url is None and not settings.data_dir.exists():
        raise FileNotFoundError(f"There are no data in {settings.data_dir}: set OCTAVO_DATA_DIR.")
    async with open_storage(settings) as storage:
        await export(storage, kind, form)


async def export(storage: Storage, kind: Kind, form: Format) -> None:
    """Write all rows of a kind to standard output, a page at a time."""
    rows = await exports.count(storage.database, kind)
    sys.stdout.buffer.write(header(kind, form))
    with tqdm(unit=" rows", desc=kind.name, total=rows, file=sys.stderr) as bar:
        async with aclosing(exports.pages(storage.database, kind)) as pages:
            async for page in pages:
                sys.stdout.buffer.write(written(kind, page, form))
                bar.update(len(page))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
