"""Text as it is kept, and the fields of an update."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.emails import Email
from domain.errors import InvalidParams
from domain.values import Cleared, IdempotencyKey, Text, changed_fields, one_line

TEXT = TypeAdapter(Text)
LETTERS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip)


@pytest.mark.parametrize(
    ("given_as", "kept_as"),
    [
        ("Cafe\u0301", "Caf\u00e9"),
        (unicodedata.normalize("NFD", "\ud55c\uae00"), "\ud55c\uae00"),
        ("  The  Hobbit ", "The Hobbit"),
        ("two\r\nlines", "two lines"),
        ("a\tb\u00a0c\u3000d\u2028e\u0085f", "a b c d e f"),
        ("caf\u00e9 \u2603", "caf\u00e9 \u2603"),
    ],
)
def test_text_is_kept_composed_trimmed_and_with_single_spaces(given_as: str, kept_as: str) -> None:
    assert TEXT.validate_python(given_as) == kept_as


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must not be blank"),
        (" \t\n\u00a0", "must not be blank"),
        ("nul\0", "without control characters"),
        ("\x1c", "without control characters"),
        ("del\x7f", "without control characters"),
        ("\ud800", "must be Unicode text"),
        ("x" * 501, "at most 500 characters"),
    ],
)
def test_other_text_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        TEXT.validate_python(text)


def test_the_length_is_that_of_the_kept_text() -> None:
    assert len(TEXT.validate_python("e\u0301" * 500)) == 500


@given(LETTERS)
def test_kept_text_does_not_change_when_it_is_kept_again(text: str) -> None:
    kept = one_line(text)

    assert one_line(kept) == kept
    assert kept == unicodedata.normalize("NFC", kept)
    assert kept.split(" ") == kept.split()


@given(LETTERS)
def test_composed_and_decomposed_text_is_one(text: str) -> None:
    forms = {one_line(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}

    assert len(forms) == 1


def test_an_address_is_trimmed_too() -> None:
    assert TypeAdapter(Email).validate_python(" ada@example.org\n") == "ada@example.org"


@pytest.mark.parametrize("key", [" ", "\t\n", "\u3000"])
def test_an_idempotency_key_of_white_space_alone_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="must not be blank"):
        TypeAdapter(IdempotencyKey).validate_python(key)


def test_any_other_idempotency_key_is_taken_as_it_is() -> None:
    assert TypeAdapter(IdempotencyKey).validate_python(" a  b ") == " a  b "


def test_a_cleared_field_becomes_none_and_one_left_out_stays() -> None:
    assert changed_fields(title="T", isbn=Cleared.CLEARED, pages=None) == {
        "title": "T",
        "isbn": None,
    }


def test_an_update_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidParams, match="title: give at least one field to change"):
        changed_fields(title=None, pages=None)
