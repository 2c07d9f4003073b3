"""The clock, passed in as a function so that a test can set the time."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""The present in UTC to the millisecond, as precise as MongoDB stores times."""
