"""Makes the rollup of the reports anew from sales, refunds and purchases.

    python -m data.rollup

Services on the same data may run meanwhile. `audit.run` tells whether this is needed.
"""

import asyncio

from tqdm import tqdm

from data.command import exit_on_failure, parser_of
from repository import rollups
from repository.storage import StorageSettings, open_storage


def main() -> None:
    """Make it; exits with 0 when all is done, with 1 when it failed."""
    parser_of("data.rollup", __doc__).parse_args()
    with exit_on_failure(if_interrupted="Run it again to make all of it."):
        asyncio.run(_rebuild())


async def _rebuild() -> None:
    async with open_storage(StorageSettings()) as storage:
        rows = await rollups.count_rows(storage.database)
        with tqdm(unit=" rows", desc="rollup", total=rows) as bar:
            await rollups.rebuild(storage.database, bar.update)


if __name__ == "__main__":
    main()
