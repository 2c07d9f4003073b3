"""The present, as it can be kept."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present to the millisecond, which is what MongoDB keeps."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
