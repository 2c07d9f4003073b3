"""Words that differ by a typo or two: how many are forgiven, and keys that such words share.

A typo is an extra, missing or wrong letter, or two neighbours swapped. Cut a word into pieces with
a gap between them: one typo leaves one of two pieces unchanged, two typos one of three. So words
within that distance share a key made of a piece and the word's length, if lengths are tried that
differ by up to the number of typos.
"""

from collections.abc import Iterator
from typing import Final

from rapidfuzz.distance import OSA

_ONE_FROM: Final = 5
_TWO_FROM: Final = 9
_SHORTEST_KEYED: Final = _ONE_FROM - 1
_PIECE_MAX: Final = 6
_CORE_FROM: Final = _TWO_FROM - 2


def typos_forgiven(text: str) -> int:
    """How many typos a text of this length may have: none up to 4 letters, then one, two from 9."""
    return (len(text) >= _ONE_FROM) + (len(text) >= _TWO_FROM)


def typos_between(one: str, other: str, most: int) -> int | None:
    """The number of typos between two texts, or None if it is more than `most`."""
    distance = OSA.distance(one, other, score_cutoff=most)
    return distance if distance <= most else None


def typo_keys(text: str) -> list[str]:
    """The keys under which a word is found; no keys if it is too short to forgive a typo."""
    length = len(text)
    if length < _SHORTEST_KEYED:
        return []
    return [f"{length}{mark}{text[piece]}" for mark, piece in _pieces(length)]


def typo_probes(text: str) -> list[str]:
    """Keys to look up: a word within the forgiven typos has one of them."""
    most = typos_forgiven(text)
    if not most:
        return []
    return list(dict.fromkeys(_probes(text, most)))


def _pieces(length: int) -> Iterator[tuple[str, slice]]:
    size = max(1, min((length - 2) // 3, _PIECE_MAX))
    if length < _CORE_FROM:
        size = (length - 1) // 2
    yield "^", slice(0, size)
    yield "$", slice(length - size, length)
    if length >= _CORE_FROM:
        yield "~", slice(size + 1, min(2 * size + 1, length - size - 1))


def _probes(text: str, most: int) -> Iterator[str]:
    for length in range(max(len(text) - most, _SHORTEST_KEYED), len(text) + most + 1):
        for mark, piece in _pieces(length):
            size = piece.stop - piece.start
            if mark == "^":
                yield f"{length}^{text[:size]}"
            elif mark == "$":
                yield f"{length}${text[-size:]}"
            elif most > 1:
                # One typo before the core moves it by one letter at most.
                for start in (piece.start - 1, piece.start, piece.start + 1):
                    yield f"{length}~{text[start : start + size]}"
