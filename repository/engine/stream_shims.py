"""The shim for how the embedded engine tells of changes."""

import time
from typing import Any, Final

REST_S: Final = 0.02
"""So long a change stream rests between two looks."""
MANY: Final = 100
"""After so many changes at a look there are likely to be more."""


def look_for_changes_now_and_then(commands: Any) -> None:
    """Let a change stream rest between two looks for changes, and tell of more at once.

    The engine looks through all tables of its log after each commit, once for each stream. The
    first change after a quiet time is still told at once, and a stream far behind does not rest.
    """
    look = commands._drain_change_stream_producer

    def look_later(cursor: Any) -> None:
        if not cursor.change_stream or cursor.remaining:
            look(cursor)
            return
        time.sleep(max(0.0, getattr(cursor, "rests_until", 0.0) - time.monotonic()))
        seen = cursor.position_seq
        look(cursor)
        is_behind = cursor.position_seq - seen >= MANY
        cursor.rests_until = 0.0 if is_behind else time.monotonic() + REST_S

    commands._drain_change_stream_producer = look_later
