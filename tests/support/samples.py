"""Shown answers and real ones: what has to be the same in both, and what can't be."""

import re
from typing import Any

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ANYTHING = "…"


def agree(shown: Any, real: Any) -> bool:
    """Whether a real answer is the one shown.

    An instant stands for any instant, and an ellipsis for anything at all: alone as a whole value,
    in a text as a part of it.
    """
    if shown == ANYTHING:
        return True
    if isinstance(shown, dict) and isinstance(real, dict):
        return shown.keys() == real.keys() and all(agree(shown[key], real[key]) for key in shown)
    if isinstance(shown, list) and isinstance(real, list):
        return len(shown) == len(real) and all(map(agree, shown, real))
    if isinstance(shown, str) and isinstance(real, str):
        if INSTANT.fullmatch(shown):
            return INSTANT.fullmatch(real) is not None
        parts = map(re.escape, shown.split(ANYTHING))
        return re.fullmatch("(.|\n)*".join(parts), real) is not None
    return type(shown) is type(real) and bool(shown == real)
