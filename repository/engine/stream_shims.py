"""The shim for how the embedded engine tells of changes."""

import time
from typing import Any, Final

REST_S: Final = 0.02
"""So long a change stream rests between two looks."""


def look_for_changes_now_and_then(commands: Any) -> None:
    """Let a change stream rest between two looks for changes, and tell of more at once.

    The engine looks through all tables of its log after each commit, once for each stream. The
    first change after a quiet time is still told at once.
    """
    look = commands._drain_change_stream_producer

    def look_later(cursor: Any) -> None:
        if cursor.change_stream and not cursor.remaining:
            rest = getattr(cursor, "looked_at", 0.0) + REST_S - time.monotonic()
            if rest > 0:
                time.sleep(rest)
            cursor.looked_at = time.monotonic()
        look(cursor)

    commands._drain_change_stream_producer = look_later
