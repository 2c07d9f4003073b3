"""The clock of the application."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present to the millisecond, as precise as MongoDB stores times."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
