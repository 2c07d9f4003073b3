"""Sets of things as the bits of one integer: `&` of two filters takes as long as for one thing."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from operator import xor
from typing import Final

_DIGITS: Final = bytes.maketrans(b"\0\1", b"01")
_FLAGS: Final = bytes.maketrans(b"01", b"\0\1")


class BitLine:
    """Bits that flip at places along a line of whole numbers, one bit for each thing.

    The set at a place is made of those that flipped an odd number of times up to there: a store
    that flips when it opens and when it closes is in the sets between. The sets are made when they
    are first asked for after a flip.
    """

    def __init__(self) -> None:
        self._flips: dict[int, int] = {}
        self._places: list[int] = []
        self._sets: list[int] = []
        self._is_made = True

    def flip(self, place: int, bit: int) -> None:
        """Flip a bit from this place on; twice at one place is not at all."""
        flipped = self._flips.pop(place, 0) ^ bit
        if flipped:
            self._flips[place] = flipped
        self._is_made = False

    def at(self, place: float) -> int:
        """The set at a place."""
        self._make()
        after = bisect_right(self._places, place)
        return self._sets[after - 1] if after else 0

    def between(self, more: float | None, less: float | None) -> int:
        """The bits that flip strictly between two places, where each bit flips once."""
        self._make()
        up_to = len(self._places) if less is None else bisect_left(self._places, less)
        below = 0 if more is None else bisect_right(self._places, more)
        if up_to <= below:
            return 0
        return self._sets[up_to - 1] ^ (self._sets[below - 1] if below else 0)

    def _make(self) -> None:
        if not self._is_made:
            self._places = sorted(self._flips)
            self._sets = list(accumulate((self._flips[place] for place in self._places), xor))
            self._is_made = True


def bits_of(positions: Iterable[int], count: int) -> int:
    """The set of the things at these positions, each below `count`."""
    flags = bytearray(count)
    for position in positions:
        flags[position] = 1
    return int(flags.translate(_DIGITS)[::-1] or b"0", 2)


def flags_of(bits: int, count: int) -> bytes:
    """A byte for each of `count` things: 1 if it is in the set, else 0."""
    # The bit above all others keeps the zeros before the first.
    return bin(bits | 1 << count)[:2:-1].encode().translate(_FLAGS)
