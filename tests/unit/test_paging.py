import base64
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidParams
from domain.paging import Keyset, decode_cursor, encode_cursor, page_of
from domain.values import ID_MAX

SORT_VALUES = st.one_of(st.integers(-ID_MAX, ID_MAX), st.text(), st.floats(allow_nan=False))


def forged(content: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


@given(value=SORT_VALUES.filter(lambda v: v not in {float("inf"), float("-inf")}))
def test_a_cursor_names_the_place_that_it_was_given_for(value: float | str) -> None:
    cursor = encode_cursor("books by price", Keyset(value, 7))

    assert decode_cursor("books by price", cursor) == Keyset(value, 7)


def test_no_cursor_is_the_first_page() -> None:
    assert decode_cursor("books", None) is None


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(InvalidParams, match="other filters or another sort"):
        decode_cursor("books by title", encode_cursor("books by price", Keyset(1, 1)))


@given(junk=st.text())
def test_junk_is_refused_and_nothing_worse(junk: str) -> None:
    with pytest.raises(InvalidParams) as refusal:
        decode_cursor("books", junk)

    assert refusal.value.details["errors"][0]["parameter"] == "cursor"


@given(junk=st.binary())
def test_encoded_junk_is_refused_and_nothing_worse(junk: bytes) -> None:
    with pytest.raises(InvalidParams):
        decode_cursor("books", base64.urlsafe_b64encode(junk).decode())


LISTING_MARK = orjson.loads(base64.urlsafe_b64decode(encode_cursor("books", Keyset(1, 1)) + "=="))[
    0
]


@pytest.mark.parametrize(
    "content",
    [
        None,
        "abc",
        {"a": 1, "b": 2, "c": 3},
        [],
        [LISTING_MARK, 1],
        [LISTING_MARK, 1, 2, 3],
        [LISTING_MARK, 1, "7"],
        [LISTING_MARK, 1, True],
        [LISTING_MARK, 1, -1],
        [LISTING_MARK, 1, 2**63],
        [LISTING_MARK, 2**64 - 1, 1],
        [LISTING_MARK, {"$gt": ""}, 1],
        [LISTING_MARK, ["a"], 1],
        [LISTING_MARK, None, 1],
    ],
)
def test_a_cursor_made_by_hand_is_refused(content: Any) -> None:
    with pytest.raises(InvalidParams):
        decode_cursor("books", forged(content))


def test_a_full_page_with_nothing_after_it_has_no_cursor() -> None:
    rows, cursor = page_of("books", [1, 2], 2, lambda row: Keyset(row, row))

    assert rows == [1, 2]
    assert cursor is None


def test_one_row_too_many_gives_a_cursor_after_the_last_row_shown() -> None:
    rows, cursor = page_of("books", [1, 2, 3], 2, lambda row: Keyset(row, row))

    assert rows == [1, 2]
    assert decode_cursor("books", cursor) == Keyset(2, 2)
