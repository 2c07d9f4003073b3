"""Sets of things as bits."""

from hypothesis import given
from hypothesis import strategies as st

from repository.bit_line import BitLine, bits_of, flags_of

PLACES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 70)), max_size=40)
BOUND = st.none() | st.floats(-2, 12)


def things(bits: int) -> set[int]:
    return {number for number in range(bits.bit_length()) if bits >> number & 1}


@given(PLACES, st.integers(-1, 10))
def test_the_set_at_a_place_is_what_flipped_an_odd_number_of_times(
    flips: list[tuple[int, int]], place: int
) -> None:
    line = BitLine()
    for at, thing in flips:
        line.flip(at, 1 << thing)
        line.at(place)

    reached = [thing for at, thing in flips if at <= place]
    assert things(line.at(place)) == {each for each in reached if reached.count(each) % 2}


@given(st.dictionaries(st.integers(0, 70), st.integers(0, 9)), BOUND, BOUND)
def test_bits_between_two_places_flip_strictly_between_them(
    places: dict[int, int], more: float | None, less: float | None
) -> None:
    line = BitLine()
    for thing, place in places.items():
        line.flip(place, 1 << thing)

    assert things(line.between(more, less)) == {
        thing
        for thing, place in places.items()
        if (more is None or place > more) and (less is None or place < less)
    }


@given(st.sets(st.integers(0, 99)))
def test_a_set_is_the_same_as_bits_and_as_flags(members: set[int]) -> None:
    bits = bits_of(members, 100)

    assert things(bits) == members
    assert [place for place, flag in enumerate(flags_of(bits, 100)) if flag] == sorted(members)


def test_no_things_have_no_bits() -> None:
    assert bits_of([], 0) == 0
    assert flags_of(0, 0) == b""
