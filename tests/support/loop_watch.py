"""A watch over how long the loop is held: by the processor's time, not by the clock's.

What else runs on the machine then makes no difference. What the tests have in memory is left out of
garbage collections meanwhile, as the service leaves out what it has at its start.
"""

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator


class LoopWatch:
    """The longest time, in seconds, that the loop worked before others had a turn."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.turns = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            self.longest_s = max(self.longest_s, time.thread_time() - before)
            self.turns += 1


@contextlib.asynccontextmanager
async def watched_loop() -> AsyncIterator[LoopWatch]:
    """Watch the loop during the block."""
    gc.collect()
    gc.freeze()
    watch = LoopWatch()
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(0)
    try:
        yield watch
        await asyncio.sleep(0)
    finally:
        gc.unfreeze()
        task.cancel()
        await asyncio.wait([task])


def busy(seconds: float) -> None:
    """Work so long, as the processor counts."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
