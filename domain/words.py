"""Text as people compare it: without case, accents and punctuation."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text in order, case-folded, without accents: `Émile Zola` is emile, zola."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _WORD.findall(bare)


def sort_key(text: str) -> str:
    """What a text sorts by: its words, so that case, accents and punctuation do not matter."""
    return " ".join(words_of(text))
