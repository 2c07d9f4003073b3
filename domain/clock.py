"""The time of day, given to whoever needs it, so that a test can bring its own."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""The present in UTC to the millisecond, which is what MongoDB keeps."""
