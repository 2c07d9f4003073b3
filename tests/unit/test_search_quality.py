"""Searches that people judged, among 10,000 titles in the shapes of real ones."""

import random

import pytest

from repository.search_index import NameIndex
from tests.support.found_names import found, index_of
from tests.support.real_shaped_titles import Judged, catalogue, judged_queries

TITLES = 10_000
FIRST_MIN = 0.95
AMONG_THREE_MIN = 0.98
EXACT_SAMPLE = 500


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return index_of(catalogue(TITLES))


def place_of(index: NameIndex, judged: Judged) -> int | None:
    """The place of the expected title among the first three; None if it is not there."""
    names = [hit.name for hit in found(index, judged.query, 3)]
    return names.index(judged.title) if judged.title in names else None


def test_what_a_person_expects_comes_first_or_among_the_first_three(index: NameIndex) -> None:
    queries = judged_queries()
    assert len(queries) >= 300
    places = {each: place_of(index, each) for each in queries}
    first = [each for each, place in places.items() if place == 0]
    among_three = [each for each, place in places.items() if place is not None]
    not_first = [
        f"{each.query} -> {each.title}: {places[each]}" for each in queries if places[each]
    ]
    missed = [f"{each.query} -> {each.title}" for each in queries if places[each] is None]
    report = f"not first: {not_first}; missed: {missed}"

    assert len(first) / len(queries) >= FIRST_MIN, report
    assert len(among_three) / len(queries) >= AMONG_THREE_MIN, report


def test_the_exact_title_always_comes_first(index: NameIndex) -> None:
    titles = [title for title, _ in catalogue(TITLES)]
    real = [each.title for each in judged_queries()]
    sample = random.Random(4).sample(titles, EXACT_SAMPLE)  # noqa: S311 - a sample

    for title in {*real, *sample}:
        [hit] = found(index, title, 1)
        assert (hit.name, hit.match) == (title, "exact")
