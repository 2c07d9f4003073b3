"""Special days of a store: a holiday, or a night of longer hours, in place of the week's hours."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from domain.examples import with_example
from domain.opening_hours import SPANS_MAX, TIMES_SCHEMA, parse_any_times
from domain.opening_times import Range
from domain.spans import clock
from domain.time_ranges import ShownDay

SPECIAL_DAYS_MAX: Final = 1_000

SpecialDays = Mapping[str, list[list[int]]]
"""The ranges of each special day, by its ISO date."""


class SpecialHours(BaseModel):
    """One stretch of opening on a special day: `close` not after `open` is on the next day."""

    model_config = with_example(open="20:00", close="23:00")

    open: str = Field(description="HH:MM.")
    close: str = Field(description="HH:MM; not after `open` means the next day.")


class SpecialDay(BaseModel):
    """A day with hours of its own, which go before those of the week; none if it is closed."""

    model_config = with_example(
        date="2026-12-24", closed=False, hours=[{"open": "09:00", "close": "13:00"}]
    )

    date: ShownDay
    closed: bool
    hours: list[SpecialHours]


def ranges_by_date(special: SpecialDays) -> dict[date, tuple[Range, ...]]:
    """The ranges of special days as a row has them, by date."""
    return {
        date.fromisoformat(day): tuple((opens, closes) for opens, closes in ranges)
        for day, ranges in special.items()
    }


def shown_special_days(special: SpecialDays) -> list[SpecialDay]:
    """Special days as callers see them, in order."""
    return [
        SpecialDay(
            date=day,
            closed=not special[day],
            hours=[SpecialHours(open=clock(o), close=clock(c)) for o, c in special[day]],
        )
        for day in sorted(special)
    ]


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError("must be an ISO 8601 date such as 2026-12-24") from None


SpecialDate = Annotated[
    Any,
    BeforeValidator(_day),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "description": "The day, by the store's calendar.",
            "examples": ["2099-12-24"],
        }
    ),
]
HoursOfDay = Annotated[
    Any,
    BeforeValidator(parse_any_times),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": TIMES_SCHEMA,
                        "required": ["open", "close"],
                        "additionalProperties": False,
                    },
                    "minItems": 1,
                    "maxItems": SPANS_MAX,
                },
            ],
            "description": (
                "Hours of one day: text such as `20:00-23:00` (more parted by `,`), or a list of"
                " {open, close}. A close at or before its open is on the next day."
            ),
            "examples": ["09:00-13:00"],
        }
    ),
]
