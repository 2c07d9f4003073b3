"""Makes the rollup of the reports anew from sales, refunds and purchases.

    python -m data.rollup

Services on the same data may run meanwhile. `audit.run` tells whether this is needed.
"""

import argparse
import asyncio
import sys
from typing import Final

from tqdm import tqdm

from domain.errors import OctavoError
from repository import rollups
from repository.storage import START_FAILURES, StorageSettings, open_storage

FAILED: Final = 1
INTERRUPTED: Final = 130


def main() -> int:
    """Make it; 0 when all is done, 1 when it failed."""
    argparse.ArgumentParser(
        prog="python -m data.rollup",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    try:
        asyncio.run(_rebuild())
    except (OctavoError, *START_FAILURES) as failure:
        sys.stderr.write(f"{failure}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Run it again to make all of it.\n")
        return INTERRUPTED
    return 0


async def _rebuild() -> None:
    async with open_storage(StorageSettings()) as storage:
        rows = await rollups.count_rows(storage.database)
        with tqdm(unit=" rows", desc="rollup", total=rows) as bar:
            await rollups.rebuild(storage.database, bar.update)


if __name__ == "__main__":
    sys.exit(main())
