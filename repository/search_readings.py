"""Queries that are read in other ways: signs alone, words without spaces, typos in short words."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from domain.search_ranking import COSTS, Tier
from domain.search_text import Query
from repository.search_index import NameIndex
from repository.search_matching import Matches, Matching, flatnonzero


def loosely(index: NameIndex, query: Query, usable: NDArray[np.bool_]) -> Matches:
    """The names that a query means if it lacks its spaces, or has typos in short words."""
    parts = [] if len(query.words) > 1 else index.vocabulary.parted(query.words[0])
    if not parts:
        return Matching(index, query, usable).nearly()
    return Matching(index, replace(query, words=tuple(parts)), usable).matches()


def by_signs(index: NameIndex, query: Query, usable: NDArray[np.bool_]) -> Matches:
    """The names that have all signs of a query without words: equal, beginning with it, others."""
    found = usable.copy()
    for sign in query.signs:
        number = index.signs.number_of(sign)
        if number is None:
            return Matches.none(index)
        has = np.zeros(len(index), np.bool_)
        has[index.signs.slots_of(number)] = True
        found &= has
    slots = flatnonzero(found)
    ranks = []
    is_one = len(query.text) == 1
    for slot in slots.tolist():
        name = index.name(slot)
        if name == query.text:
            ranks.append(Tier.WHOLE * COSTS)
        elif name.startswith(query.text):
            ranks.append(Tier.BEGINNING * COSTS + min(len(name), COSTS - 1))
        elif is_one or query.text in name:
            ranks.append(Tier.PART * COSTS + min(len(name), COSTS - 1))
        else:
            ranks.append(-1)
    given = np.array(ranks, np.int64)
    return Matches(index, slots[given >= 0], given[given >= 0])
