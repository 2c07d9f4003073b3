"""The clock of the application."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)


def now() -> datetime:
    """The present to the millisecond, as precise as MongoDB stores times."""
    return at(time.time())


def at(seconds: float) -> datetime:
    """The moment so many seconds after 1970 began, to the millisecond."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    """An instant as it is stored: whole milliseconds since 1970."""
    return (moment - EPOCH) // MILLISECOND
