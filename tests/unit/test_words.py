import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.words import sort_key, title_sort_key, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Lord of the Rings", ["the", "lord", "of", "the", "rings"]),
        ("Émile Zola", ["emile", "zola"]),
        ("J.R.R. Tolkien", ["j", "r", "r", "tolkien"]),
        ("The Midwife's Apprentice", ["the", "midwife", "s", "apprentice"]),
        ("Gai-Jin", ["gai", "jin"]),
        ("Straße", ["strasse"]),
        ("Jo Nesbø", ["jo", "nesbo"]),
        ("Łukasz Æsop", ["lukasz", "aesop"]),
        ("İstanbul", ["istanbul"]),
        ("℡ ﬁre", ["tel", "fire"]),
        ("Война и мир", ["воина", "и", "мир"]),
        ("1984", ["1984"]),
        ("snake_case", ["snake", "case"]),
        (" -- !", []),
        ("", []),
    ],
)
def test_words_are_free_of_case_accents_and_punctuation(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(text=st.text())
def test_composed_and_decomposed_spellings_are_the_same_words(text: str) -> None:
    assert words_of(unicodedata.normalize("NFC", text)) == words_of(
        unicodedata.normalize("NFD", text)
    )


@given(text=st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    assert words_of(" ".join(words_of(text))) == words_of(text)


@given(text=st.text())
def test_no_word_has_anything_that_means_something_in_a_pattern(text: str) -> None:
    assert all(word.isalnum() for word in words_of(text))


def test_titles_sort_without_regard_to_case_and_accents() -> None:
    assert sorted(["Zebra", "état", "Eton", "apple"], key=sort_key) == [
        "apple",
        "état",
        "Eton",
        "Zebra",
    ]


@pytest.mark.parametrize(
    "in_order",
    [
        ["Vol. 1", "Vol. 2", "Vol. 10", "Vol. 100"],
        ["9 Lives", "The 39 Steps", "1,000 Places", "1984", "20,000 Leagues", "A Tale"],
        ["An Apple", "The Bee", "A Cat", "Dog", "The End"],
        ["A", "A B", "The"],
        ["Room 007", "Room 8"],
    ],
)
def test_titles_sort_without_their_article_and_numbers_by_value(in_order: list[str]) -> None:
    keys = [title_sort_key(title) for title in in_order]
    assert keys == sorted(set(keys))
