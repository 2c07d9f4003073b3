"""What a pair of written times means: `9 - 5 pm`, `09:00-17:00`; `9-5` is refused as ambiguous."""

from collections.abc import Iterable
from typing import Final

from domain.hours_words import Time
from domain.spans import DAY_MINUTES

TimeRange = tuple[int, int]
"""Minutes of the day; a close at or before its open is on the next day."""

HALF_DAY: Final = DAY_MINUTES // 2
_NOON: Final = 12
_EARLIEST: Final = 6
"""No store opens earlier unless the text says so: 2:00-5:00 is rather the afternoon."""


def is_24_hour_clock(times: Iterable[Time]) -> bool:
    """Whether the times of a text are written by the 24-hour clock."""
    written = list(times)
    return any(each.is_24_hour for each in written) and not any(each.half for each in written)


def range_of(opening: Time, closing: Time, *, is_24_hour: bool) -> TimeRange:
    """The minutes that two times mean; `is_24_hour` says that their text uses that clock.

    Raises ValueError, with the reason, where a reader could not tell.
    """
    if closing.minutes > DAY_MINUTES:
        return _late(opening, closing)
    if opening.minutes > DAY_MINUTES:
        raise ValueError("is no opening time")
    if opening.half and closing.half:
        if opening.half == closing.half and _is_of_two_clocks(opening.hour, closing.hour):
            raise ValueError("mixes the 12-hour and the 24-hour clock")
        return opening.minutes, closing.minutes
    if closing.half:
        return _with_closing_half(opening, closing), closing.minutes
    if opening.half:
        return opening.minutes, _with_opening_half(opening, closing)
    return _without_halves(opening, closing, is_24_hour=is_24_hour)


def _is_of_two_clocks(*hours: int) -> bool:
    """Whether one hour is written as in 13 pm and one as in 2 pm."""
    return min(hours) < _NOON < max(hours)


def _late(opening: Time, closing: Time) -> TimeRange:
    """`18:00-26:00` closes at 02:00."""
    closes = closing.minutes - DAY_MINUTES
    if closing.half or opening.half or not closing.has_minutes or closes > opening.minutes:
        raise ValueError("is no time of day")
    return opening.minutes, closes


def _ambiguous() -> ValueError:
    return ValueError("is ambiguous; write am or pm with both times, or 24-hour times as in 17:00")


def _with_closing_half(opening: Time, closing: Time) -> int:
    """`2 - 8 pm` opens at 2 pm, `9 - 5 pm` at 9 am: the latest such time before the close."""
    if opening.is_24_hour or opening.hour > _NOON:
        return opening.minutes
    opens, closes = opening.minutes % HALF_DAY, closing.minutes
    same = opens + (HALF_DAY if closes >= HALF_DAY else 0)
    if same < closes:
        return same
    # 9-noon opens in the morning, 5-midnight in the afternoon; 8-midnight is either.
    hour = opening.hour % _NOON
    if (closes < HALF_DAY and hour >= _EARLIEST) or (closes >= HALF_DAY and hour < _EARLIEST):
        raise _ambiguous()
    return (same - HALF_DAY) % DAY_MINUTES


def _with_opening_half(opening: Time, closing: Time) -> int:
    """`9 am - 5` closes at 5 pm, `6 pm - 10` at 10 pm; `9 am - 11` is either."""
    if closing.is_24_hour or closing.hour > _NOON:
        return closing.minutes
    clock = closing.minutes % HALF_DAY
    if clock > opening.minutes % HALF_DAY:
        if opening.half == "a":
            raise _ambiguous()
        return clock + HALF_DAY
    return clock + HALF_DAY if opening.half == "a" else clock


def _without_halves(opening: Time, closing: Time, *, is_24_hour: bool) -> TimeRange:
    opens, closes = opening.minutes, closing.minutes
    if opens < closes:
        is_plain = opening.is_24_hour or closing.is_24_hour
        is_daytime = opening.hour >= _EARLIEST and (opening.has_minutes or is_24_hour)
    else:
        is_plain, is_daytime = closing.is_24_hour, opening.hour > _NOON
    if is_plain or is_daytime:
        return opens, closes
    raise _ambiguous()
