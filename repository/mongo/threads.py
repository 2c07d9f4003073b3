"""Several steps of the driver under Motor in one thread.

Motor takes a thread for each step, and comes back to the loop in between.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Event
from typing import Any, Final

from repository.mongo.connection import POOL_SIZE_MAX

_THREADS: Final = ThreadPoolExecutor(POOL_SIZE_MAX, "steps")

Step = Callable[[], object]


async def in_one_thread(steps: Sequence[Step]) -> list[Any]:
    """Take steps, one after the other, in this context; return what they return.

    Raises what one of them raises.

    When this is cancelled, no further step is taken, and it ends when the one under way has ended:
    in the session of a transaction that was ended meanwhile, the next step would be outside of it.
    """
    gives_up = Event()
    # The context has the span that the statements are below.
    take_all = partial(copy_context().run, _take_all, steps, gives_up)
    taken = asyncio.get_running_loop().run_in_executor(_THREADS, take_all)
    try:
        return await asyncio.shield(taken)
    except asyncio.CancelledError:
        gives_up.set()
        while not taken.done():
            with contextlib.suppress(asyncio.CancelledError):  # a second time, it ends no sooner
                await asyncio.wait([taken])
        taken.exception()  # nobody else asks for it
        raise


def _take_all(steps: Sequence[Step], gives_up: Event) -> list[Any]:
    return [step() for step in steps if not gives_up.is_set()]
