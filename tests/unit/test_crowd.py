"""A group of changes waits a moment for the callers that were just answered."""

import pytest

from repository.mongo.crowd import GROWS_S_MAX, PATIENCE, PATIENCE_MAX_S, Crowd


def crowd_of(size: int, *, took_s: float = 0.03) -> Crowd:
    """A crowd whose last group ended at 10.0."""
    crowd = Crowd()
    crowd.was(size, began=10.0 - took_s, ended=10.0)
    return crowd


@pytest.mark.parametrize("waiting", [1, 8])
def test_nobody_waits_when_nothing_has_been_answered(waiting: int) -> None:
    assert Crowd().is_there_at(waiting, now=10.0) == 0.0


@pytest.mark.parametrize("waiting", [8, 9])
def test_a_crowd_that_is_back_begins_at_once(waiting: int) -> None:
    assert crowd_of(8).is_there_at(waiting, now=10.0) == 0.0


def test_a_caller_alone_never_waits() -> None:
    assert crowd_of(1).is_there_at(1, now=10.0) == 0.0


def test_a_part_of_a_crowd_waits_for_a_share_of_the_time_that_the_group_took() -> None:
    assert crowd_of(8, took_s=0.03).is_there_at(7, now=10.0) == 10.0 + PATIENCE * 0.03


def test_nobody_waits_long_after_a_group_that_took_long() -> None:
    assert crowd_of(8, took_s=5.0).is_there_at(7, now=10.0) == 10.0 + PATIENCE_MAX_S


def test_a_crowd_that_grows_is_waited_for_until_it_grows_no_longer() -> None:
    crowd = crowd_of(1)
    with crowd.grows(), crowd.grows():
        assert crowd.is_there_at(1, now=10.0) == 10.0 + GROWS_S_MAX
    assert crowd.is_there_at(1, now=10.0) == 0.0


def test_a_crowd_that_always_grows_is_waited_for_once_a_group() -> None:
    crowd = crowd_of(1)
    with crowd.grows():
        assert crowd.is_there_at(1, now=10.0) == 10.0 + GROWS_S_MAX
        crowd.was(1, began=9.0, ended=10.01)
        assert crowd.is_there_at(1, now=10.02) == 10.0 + GROWS_S_MAX
        crowd.begins()
        assert crowd.is_there_at(1, now=11.0) == 11.0 + GROWS_S_MAX
