"""Words that differ by a typo or two: an extra, missing or wrong letter, or two swapped."""

from typing import Final

from rapidfuzz.distance import OSA

_ONE_FROM: Final = 5
_TWO_FROM: Final = 9


def typos_forgiven(text: str) -> int:
    """How many typos a text of this length may have: none up to 4 letters, then one, two from 9."""
    return (len(text) >= _ONE_FROM) + (len(text) >= _TWO_FROM)


def typos_between(one: str, other: str, most: int) -> int | None:
    """The number of typos between two texts, or None if it is more than `most`."""
    distance = OSA.distance(one, other, score_cutoff=most)
    return distance if distance <= most else None
