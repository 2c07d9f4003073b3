from collections.abc import Sequence

import pytest

from domain.typos import typos_forgiven
from tests.support.found_names import Found, found, index_of


def names(query: str, *titles: str) -> list[str]:
    """The titles that a query finds, in order."""
    return [each.name for each in found(index_of((title, ()) for title in titles), query)]


def by(query: str, *books: tuple[str, Sequence[str]]) -> list[str]:
    """The titles of books with authors that a query finds, in order."""
    return [each.name for each in found(index_of(books), query)]


@pytest.mark.parametrize(
    ("query", "name", "match"),
    [
        ("Ruby!", "Ruby!", "exact"),
        ("emile zola", "Émile Zola", "exact"),
        ("twilight", "Twilight (Twilight, #1)", "exact"),
        ("the mother tongue", "The Mother Tongue: English and How It Got That Way", "exact"),
        ("rock & roll", "Rock and Roll", "exact"),
        ("enders game", "Ender's Game", "exact"),
        ("ruby r", "Ruby River", "prefix"),
        ("river ruby", "Ruby River", "words"),
        ("hobbit", "The Hobbit", "words"),
        ("theelixir", "The Elixir", "words"),
        ("gram", "Programming Ruby", "part"),
        ("ri ru", "Ruby River", "part"),
        ("uby", "Ruby River", "part"),
        ("by", "Ruby River", None),
        ("rivr", "Ruby River", None),
        ("rivrr", "Ruby River", "typo"),
        ("progamning", "Programming Ruby", "typo"),
        ("teh elixir", "The Elixir", "typo"),
        ("swift", "Ruby River", None),
    ],
)
def test_a_name_answers_a_query_for_the_best_reason(
    query: str, name: str, match: str | None
) -> None:
    hits = found(index_of([(name, ())]), query)
    assert hits == ([] if match is None else [Found(name, match)])  # type: ignore[arg-type]


@pytest.mark.parametrize(("letters", "typos"), [(4, 0), (5, 1), (8, 1), (9, 2), (30, 2)])
def test_longer_words_may_have_more_typos(letters: int, typos: int) -> None:
    assert typos_forgiven("x" * letters) == typos


def test_the_reasons_come_in_their_order() -> None:
    in_order = [
        "Ruby",
        "RUBY",
        "Ruby (Gems, #1)",
        "Ruby: A Life",
        "The Ruby",
        "Ruby River",
        "Rubyfruit",
        "My Own Ruby",
        "All Rubyfruits",
    ]
    assert names("Ruby", *reversed(in_order)) == in_order


def test_a_typo_of_a_whole_title_comes_before_a_longer_word_that_has_the_query() -> None:
    assert names("hobit", "Chobits", "Hobbies", "The Hobbit") == ["The Hobbit", "Chobits"]


def test_a_title_comes_before_longer_ones_whatever_its_series() -> None:
    titles = ("Twilight Eyes", "Twilight (Twilight, #1)", "The Twilight Zone")
    assert names("twilight", *titles)[0] == "Twilight (Twilight, #1)"


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("spiderman", "Ultimate Spider-Man"),
        ("spider man", "Spiderman: Blue"),
        ("davinci code", "The Da Vinci Code"),
        ("to kill a mocking bird", "To Kill a Mockingbird"),
        ("catch22", "Catch-22"),
    ],
)
def test_joined_words_find_parted_ones_and_the_other_way_round(query: str, title: str) -> None:
    assert names(query, "Man and Code", "Bird", title)[:1] == [title]


@pytest.mark.parametrize("query", ["cs lewis", "c s lewis", "C.S. Lewis", "lewis", "lewis cs"])
@pytest.mark.parametrize("author", ["C.S. Lewis", "C. S. Lewis", "CS Lewis"])
def test_an_author_is_found_by_initials_however_they_are_written(query: str, author: str) -> None:
    books = (("The Lion", [author]), ("The Witch", ["Lewis Carroll"]))
    assert by(query, *books)[0] == "The Lion"


def test_a_title_and_an_author_are_found_together() -> None:
    books = (
        ("Animal Farm", ["George Orwell"]),
        ("1984", ["George Orwell"]),
        ("Berlin 1984", ["Somebody"]),
    )
    for query in ("orwell 1984", "1984 orwell", "1984 by george orwell", "1984 orwel"):
        assert by(query, *books) == ["1984"], query


def test_signs_count_where_they_tell_apart() -> None:
    titles = ("Cut and Cash", "C# in Depth", "The C++ Language", "C Primer", ".NET Basics", "Nets")
    assert names("c#", *titles) == ["C# in Depth"]
    assert names("c++", *titles) == ["The C++ Language"]
    assert names(".net", *titles) == [".NET Basics"]
    assert names("c", *titles)[0] == "C Primer"


def test_signs_alone_find_the_names_that_have_them() -> None:
    assert names("?", "Who?", "?", "Why Not") == ["?", "Who?"]
    assert names("!!!", "Oh!", "!!!", "Stop!!! Now") == ["!!!", "Stop!!! Now"]
    assert names("§", "Who?") == []


def test_small_words_may_be_missing_if_nothing_has_all_words() -> None:
    assert names("the pride with prejudice", "Pride and Prejudice") == ["Pride and Prejudice"]


def test_the_books_of_a_series_come_in_its_order() -> None:
    books = ("Mockingjay (The Hunger Games, #3)", "Catching Fire (The Hunger Games, #2)")
    assert names("hunger games", *books) == [*reversed(books)]


def test_a_title_of_very_many_words_is_found_exactly() -> None:
    title = " ".join(f"Word{number % 40}" for number in range(70))
    assert found(index_of([(f"{title} End", ()), (title, ())]), title)[0] == Found(title, "exact")
