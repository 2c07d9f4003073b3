"""Pages of a list by keyset: a cursor names the row after which the next page begins."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

import orjson
from pydantic import BaseModel, Field

from domain.errors import InvalidParams
from domain.values import ID_MAX

Order = Annotated[Literal["asc", "desc"], Field(description="Direction of the sort.")]
NextCursor = Annotated[
    str | None, Field(description="Give it as `cursor` for the next page; null on the last page.")
]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a page of a list: up to `limit` items after `cursor`, in a direction."""

    limit: int
    cursor: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Keyset:
    """A place in a sorted list: the sort value and the id, a number or a text, of the last row."""

    value: Any
    id: Any


def _short(listing: str) -> str:
    return hashlib.sha256(listing.encode()).hexdigest()[:16]


def not_given_out() -> InvalidParams:
    """The refusal of a cursor that no list gave out."""
    return InvalidParams.parameter("cursor", "is not a cursor that was given out")


def encode_cursor(listing: str, last: Keyset) -> str:
    """An opaque cursor after `last`, valid for one `listing` (its method, filters and sort)."""
    content = orjson.dumps([_short(listing), last.value, last.id])
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode_cursor(listing: str, cursor: str | None, *, ids_are_text: bool = False) -> Keyset | None:
    """The place that `encode_cursor` named, or None for the first page.

    Raises InvalidParams for anything but a cursor that was given for this listing.
    """
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        of_listing, value, row_id = orjson.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError, TypeError):
        raise not_given_out() from None
    has_id = isinstance(row_id, str) if ids_are_text else _is_id(row_id)
    if of_listing != _short(listing) or not (has_id and _is_sort_value(value)):
        raise InvalidParams.parameter(
            "cursor", "belongs to a list with other filters or another sort"
        )
    return Keyset(value, row_id)


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 <= value <= ID_MAX


def _is_sort_value(value: Any) -> bool:
    """Whether the database can compare with the value; it may come from a cursor made by hand."""
    return isinstance(value, str | float) or (isinstance(value, int) and abs(value) <= ID_MAX)


Item = TypeVar("Item")
Row = TypeVar("Row")


class Page(BaseModel, Generic[Item]):
    """One page of a list, in the order asked for."""

    items: list[Item]
    next_cursor: NextCursor


def page_of(
    listing: str, rows: list[Row], limit: int, keyset: Callable[[Row], Keyset]
) -> tuple[list[Row], str | None]:
    """The first `limit` rows and the cursor after them, if `rows` has at least one more."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode_cursor(listing, keyset(rows[limit - 1]))


def page_json(items: Iterable[bytes], next_cursor: str | None) -> bytes:
    """A Page as JSON, from its items as JSON."""
    return b'{"items":[%b],"next_cursor":%b}' % (b",".join(items), orjson.dumps(next_cursor))


def json_around(shown: BaseModel, name: str) -> tuple[bytes, bytes]:
    """The JSON of a model before and after one of its fields, with the field's name before.

    For a field that changes oftener than the others; it is not the last.
    """
    fields = shown.model_dump(mode="json")
    names = list(fields)
    at = names.index(name)
    before, after = (
        {each: fields[each] for each in part} for part in (names[:at], names[at + 1 :])
    )
    return orjson.dumps(before)[:-1], b"," + orjson.dumps(after)[1:]
