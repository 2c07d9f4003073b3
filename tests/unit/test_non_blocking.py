"""That the watch over the event loop watches."""

import types
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from blockbuster import BlockingError

import rpc
from tests.support.non_blocking import nothing_blocks

SLEEPING = "import time\ndef block():\n    time.sleep(0)\n"


def module_in(folder: Path) -> types.ModuleType:
    """A module that blocks, as if it stood in a folder."""
    module = types.ModuleType("blocking")
    exec(compile(SLEEPING, str(folder / "blocking.py"), "exec"), vars(module))  # noqa: S102
    return module


async def test_our_code_may_not_block_the_loop() -> None:
    with nothing_blocks(), pytest.raises(BlockingError):
        module_in(Path(next(iter(rpc.__path__)))).block()


async def test_a_test_may() -> None:
    with nothing_blocks():
        module_in(Path(__file__).parent).block()


async def test_time_zones_may_be_read() -> None:
    with nothing_blocks():
        assert ZoneInfo.no_cache("Asia/Tokyo").key == "Asia/Tokyo"
