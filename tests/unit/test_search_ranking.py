import random

import pytest

from domain.search import Query, relevance
from domain.typos import typo_keys, typo_probes, typos_between, typos_forgiven
from domain.words import words_of


def match_of(query: str, name: str) -> str | None:
    found = relevance(Query(query, words_of(query)), name, words_of(name))
    return None if found is None else found.match


@pytest.mark.parametrize(
    ("query", "name", "match"),
    [
        ("Ruby!", "Ruby!", "exact"),
        ("emile zola", "Émile Zola", "exact"),
        ("ruby r", "Ruby River", "prefix"),
        ("river ruby", "Ruby River", "words"),
        ("gram", "Programming Ruby", "part"),
        ("ri ru", "Ruby River", "part"),
        ("uby", "Ruby River", "part"),
        ("by", "Ruby River", None),
        ("rivr", "Ruby River", None),
        ("rivrr", "Ruby River", "typo"),
        ("progamning", "Programming Ruby", "typo"),
        ("teh elixir", "The Elixir", "typo"),
        ("theelixir", "The Elixir", "typo"),
        ("swift", "Ruby River", None),
    ],
)
def test_a_name_answers_a_query_for_the_best_reason(
    query: str, name: str, match: str | None
) -> None:
    assert match_of(query, name) == match


@pytest.mark.parametrize(("letters", "typos"), [(4, 0), (5, 1), (8, 1), (9, 2), (30, 2)])
def test_longer_words_may_have_more_typos(letters: int, typos: int) -> None:
    assert typos_forgiven("x" * letters) == typos


def test_words_within_the_forgiven_typos_share_a_key() -> None:
    source = random.Random(3)  # noqa: S311 - made-up words
    alphabet = "abcdef"
    compared = 0
    for _ in range(4_000):
        word = "".join(source.choices(alphabet, k=source.randint(5, 24)))
        misspelt = word
        for _ in range(source.randint(1, 2)):
            place = source.randrange(len(misspelt))
            misspelt = source.choice(
                (
                    misspelt[:place] + source.choice(alphabet) + misspelt[place:],
                    misspelt[:place] + misspelt[place + 1 :],
                    misspelt[:place]
                    + misspelt[place + 1 : place + 2]
                    + misspelt[place]
                    + misspelt[place + 2 :],
                )
            )
        forgiven = typos_forgiven(misspelt)
        if forgiven and typos_between(misspelt, word, forgiven) is not None:
            compared += 1
            assert set(typo_keys(word)) & set(typo_probes(misspelt)), (word, misspelt)
    assert compared > 1_000
