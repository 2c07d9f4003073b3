"""A watch over the event loop: whatever our code does that blocks it raises BlockingError."""

import contextlib
from collections.abc import Iterator

from blockbuster import BlockBuster

OUR_PACKAGES = ["domain", "repository", "rpc", "data"]


@contextlib.contextmanager
def nothing_blocks() -> Iterator[None]:
    """Fail calls from our packages that block the loop, such as file access or time.sleep.

    Only the engine may: it touches its small lock files when it starts, and is watched over twice a
    second, which takes microseconds.
    """
    watch = BlockBuster(scanned_modules=OUR_PACKAGES)
    for function in watch.functions.values():
        for name in ("is_alive", "ensure_running", "_spawn", "_address", "embedded_engine"):
            function.can_block_in("repository/embedded_engine.py", name)
    watch.activate()
    try:
        yield
    finally:
        watch.deactivate()
