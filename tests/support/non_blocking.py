"""A watch over the event loop: whatever our code does that blocks it raises BlockingError."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from blockbuster import BlockBuster

OUR_PACKAGES = ["domain", "repository", "rpc", "data"]
MAY_BLOCK = {
    # The watch over the engine touches small lock files twice a second, which takes microseconds.
    "repository/engine/launcher.py": {"ensure_running", "_spawn", "embedded_engine"},
    "repository/engine/locks.py": {"__init__", "has_engine", "address"},
    # The demo's files are read at the start, before there are requests.
    "data/extract.py": {"json_list"},
    # At the start, the driver looks at the file system once.
    "repository/mongo/connection.py": {"_client"},
    # The log of an unforeseen fault reads the lines of its traceback.
    "rpc/call_handler.py": {"_unforeseen"},
    # The standard library looks for a time zone's file, and reads its few kilobytes once.
    "zoneinfo/_tzpath.py": {"find_tzfile"},
    "zoneinfo/_common.py": {"load_tzdata"},
}


@contextlib.contextmanager
def nothing_blocks() -> Iterator[None]:
    """Fail calls from our packages that block the loop, such as file access or time.sleep."""
    watch = BlockBuster(scanned_modules=OUR_PACKAGES)
    for function in watch.functions.values():
        for filename, names in MAY_BLOCK.items():
            function.can_block_in(filename, names)
    read = watch.functions["io.BufferedReader.read"]
    read.can_block_predicate = _or_of_a_time_zone(read.can_block_predicate)
    watch.activate()
    try:
        yield
    finally:
        watch.deactivate()


def _or_of_a_time_zone(predicate: Callable[..., bool]) -> Callable[..., bool]:
    def may_block(file: Any, *arguments: Any, **named: Any) -> bool:
        of_a_time_zone = "/zoneinfo/" in str(getattr(file, "name", ""))
        return of_a_time_zone or predicate(file, *arguments, **named)

    return may_block
