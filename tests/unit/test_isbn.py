from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.isbn import normalise_isbn


def isbn_10(nine: str) -> str:
    """An ISBN-10 by the definition of ISO 2108: the weighted sum is a multiple of 11."""
    for digit in "0123456789X":
        values = [10 if c == "X" else int(c) for c in nine + digit]
        if sum(weight * value for weight, value in zip(range(10, 0, -1), values, strict=True)) % 11:
            continue
        return nine + digit
    raise AssertionError(nine)


def isbn_13(twelve: str) -> str:
    for digit in "0123456789":
        values = [int(c) for c in twelve + digit]
        if (sum(values[::2]) + 3 * sum(values[1::2])) % 10 == 0:
            return twelve + digit
    raise AssertionError(twelve)


NINE = st.text("0123456789", min_size=9, max_size=9)
TWELVE = st.builds(
    lambda prefix, nine: prefix + nine, st.sampled_from(["978", "979"]), NINE
).filter(lambda twelve: not twelve.startswith("9790"))


@pytest.mark.parametrize(
    ("given_as", "kept_as"),
    [
        ("978-0-261-10325-2", "9780261103252"),
        ("9780261103252", "9780261103252"),
        ("0-261-10325-3", "9780261103252"),
        ("0261103253", "9780261103252"),
        ("0-8044-2957-X", "9780804429573"),
        ("080442957x", "9780804429573"),
        ("979-10-90636-07-1", "9791090636071"),
        (" 978 0 306 40615 7 ", "9780306406157"),
        ("978\u20110\u2011306\u201140615\u20117", "9780306406157"),
    ],
)
def test_a_known_isbn_is_kept_as_thirteen_digits(given_as: str, kept_as: str) -> None:
    assert normalise_isbn(given_as) == kept_as


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("978-0-261-10325-3", "ISBN-13 check digit"),
        ("0-261-10325-2", "ISBN-10 check digit"),
        ("026110325X", "ISBN-10 check digit"),
        ("9770261103252", "978 or 979"),
        ("979-0-2600-0043-8", "is an ISMN"),
        ("9790260000439", "is an ISMN"),
        ("X261103253", "ISBN-10 or an ISBN-13"),
        ("978026110325X", "ISBN-10 or an ISBN-13"),
        ("978026110325", "ISBN-10 or an ISBN-13"),
        ("", "ISBN-10 or an ISBN-13"),
        ("٠٢٦١١٠٣٢٥٣", "ISBN-10 or an ISBN-13"),
        (9780261103252, "string"),
        (None, "string"),
        (["0261103253"], "string"),
    ],
)
def test_what_is_no_isbn_is_refused_with_the_reason(text: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        normalise_isbn(text)


@given(nine=NINE)
def test_both_forms_of_one_number_are_kept_the_same(nine: str) -> None:
    assert normalise_isbn(isbn_10(nine)) == normalise_isbn(isbn_13("978" + nine))


@given(twelve=TWELVE)
def test_what_is_kept_is_a_valid_isbn_that_stays_as_it_is(twelve: str) -> None:
    kept = normalise_isbn(isbn_13(twelve))

    assert kept == isbn_13(twelve)
    assert normalise_isbn(kept) == kept


@given(nine=NINE, position=st.integers(0, 8), shift=st.integers(1, 9))
def test_one_wrong_digit_is_noticed(nine: str, position: int, shift: int) -> None:
    right = isbn_10(nine)
    wrong = (int(right[position]) + shift) % 10

    with pytest.raises(ValueError, match="check digit"):
        normalise_isbn(right[:position] + str(wrong) + right[position + 1 :])


@given(twelve=TWELVE, position=st.integers(3, 11), shift=st.integers(1, 9))
def test_one_wrong_digit_of_thirteen_is_noticed(twelve: str, position: int, shift: int) -> None:
    right = isbn_13(twelve)
    wrong = (int(right[position]) + shift) % 10

    with pytest.raises(ValueError, match=r"check digit|ISMN"):
        normalise_isbn(right[:position] + str(wrong) + right[position + 1 :])
