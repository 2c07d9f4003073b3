"""The rate of a key's calls: a bucket that fills in one second, shared by the workers of a service.

A bucket is one number, the moment at which it is full again. So a key has its calls of one second
at once and then as many a second, which is at most twice the rate in any one second.
"""

import fcntl
import math
import mmap
import os
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from domain.errors import BatchBeyondRate, RateLimited

BUCKETS: Final = 65_536
"""Keys whose ids differ by a multiple of this share a bucket."""
MOMENT: Final = struct.Struct("d")
FULL_AGAIN_S: Final = 1.0
ROUNDING_S: Final = 1e-6


class RateLimit:
    """At most `calls_per_second` of each key; `folder` is where the workers of one service meet.

    `clock` gives seconds, the same in all processes of this machine.
    """

    def __init__(
        self,
        calls_per_second: int,
        folder: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = calls_per_second
        self._clock = clock
        self._file = _shared(folder) if folder is not None else _unnamed()
        os.ftruncate(self._file, BUCKETS * MOMENT.size)
        self._buckets = mmap.mmap(self._file, BUCKETS * MOMENT.size)

    def close(self) -> None:
        """Leave the buckets; other workers keep them."""
        self._buckets.close()
        os.close(self._file)

    def take(self, key_id: str, calls: int) -> None:
        """Take calls from a key's bucket, or raise RateLimited or BatchBeyondRate.

        A batch of more calls than a bucket holds, but of no more than twice as many, is taken
        when the key has made no call for a second.
        """
        if calls > 2 * self._rate:
            raise BatchBeyondRate(
                calls=calls, calls_max=2 * self._rate, calls_per_second_max=self._rate
            )
        place = MOMENT.size * (int(key_id) % BUCKETS if key_id.isdecimal() else 0)
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            now = self._clock()
            (full_at,) = MOMENT.unpack_from(self._buckets, place)
            after = max(full_at, now) + calls / self._rate
            latest = now + FULL_AGAIN_S
            wait_s = (after - latest) if calls <= self._rate else (full_at + FULL_AGAIN_S - now)
            if wait_s <= ROUNDING_S:
                MOMENT.pack_into(self._buckets, place, after)
                return
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
        raise RateLimited(
            calls=calls,
            calls_per_second_max=self._rate,
            retry_after_s=math.ceil(wait_s * 1_000) / 1_000,
        )


def _shared(folder: str) -> int:
    return os.open(Path(folder, "call-rates"), os.O_RDWR | os.O_CREAT, 0o600)


def _unnamed() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
