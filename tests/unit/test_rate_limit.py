"""The rate of a key's calls, by a clock that the tests set."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BatchBeyondRate, RateLimited
from rpc.rate_limit import BUCKETS, RateLimit


class Moment:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.s = 1_000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def limit(moment: Moment) -> Iterator[RateLimit]:
    limit = RateLimit(4, clock=moment)
    yield limit
    limit.close()


def taken(limit: RateLimit, calls: int, key_id: str = "1") -> bool:
    try:
        limit.take(key_id, calls)
    except RateLimited:
        return False
    return True


def test_calls_of_a_second_may_come_at_once_and_the_next_after_its_share(
    limit: RateLimit, moment: Moment
) -> None:
    assert [taken(limit, 1) for _ in range(5)] == [True] * 4 + [False]

    moment.s += 0.25
    assert [taken(limit, 1) for _ in range(2)] == [True, False]


def test_a_refusal_takes_nothing_and_says_when_the_calls_will_be_taken(
    limit: RateLimit, moment: Moment
) -> None:
    limit.take("1", 4)
    with pytest.raises(RateLimited) as refusal:
        limit.take("1", 3)

    assert refusal.value.details["retry_after_s"] == 0.75
    moment.s += 0.74
    assert not taken(limit, 3)
    moment.s += 0.01
    assert taken(limit, 3)


def test_a_batch_beyond_the_rate_waits_for_a_second_without_calls(
    limit: RateLimit, moment: Moment
) -> None:
    limit.take("1", 1)
    moment.s += 0.5

    with pytest.raises(RateLimited) as refusal:
        limit.take("1", 8)

    moment.s += refusal.value.details["retry_after_s"]
    assert taken(limit, 8)
    assert not taken(limit, 1)
    moment.s += 1.24
    assert not taken(limit, 1)
    moment.s += 0.01
    assert taken(limit, 1)


def test_a_batch_of_more_than_twice_the_rate_is_never_taken(limit: RateLimit) -> None:
    with pytest.raises(BatchBeyondRate) as refusal:
        limit.take("1", 9)

    assert not refusal.value.retryable
    assert taken(limit, 8)


def test_keys_do_not_take_from_each_other(limit: RateLimit) -> None:
    assert all(taken(limit, 4, key_id) for key_id in ("settings", "1", str(BUCKETS - 1)))


def test_workers_share_the_buckets(tmp_path: Path, moment: Moment) -> None:
    one, other = (RateLimit(4, str(tmp_path), moment) for _ in range(2))

    assert [taken(one, 1), taken(other, 2), taken(one, 1)] == [True] * 3
    assert not taken(other, 1)
    one.close()
    other.close()


@given(
    rate=st.integers(1, 5),
    arrivals=st.lists(st.tuples(st.integers(0, 16), st.integers(1, 11)), min_size=1, max_size=60),
)
def test_in_no_second_are_more_than_twice_as_many_taken(
    rate: int, arrivals: list[tuple[int, int]]
) -> None:
    moment = Moment()
    limit = RateLimit(rate, clock=moment)
    times: list[float] = []
    for sixteenths, calls in arrivals:
        moment.s += sixteenths / 16
        times += [moment.s] * calls * taken(limit, calls)
    limit.close()

    for start in times:
        assert sum(start <= each < start + 1 - 1e-4 for each in times) <= 2 * rate
