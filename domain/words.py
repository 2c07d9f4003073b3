"""Text as people compare it: without case, accents and punctuation."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_WITHOUT_STROKE = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
    }
    | {"þ": "th"}
)
"""Letters that people type without their stroke or as two, which Unicode does not decompose."""


def words_of(text: str) -> list[str]:
    """The words of a text in order, case-folded, without accents: `Émile Zola` is emile, zola."""
    # Folded twice: decomposing a compatibility character may give capitals (℡ is TEL).
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _WORD.findall(bare.translate(_WITHOUT_STROKE))


def sort_key(text: str) -> str:
    """The sort key of a text: its words, so that case, accents and punctuation do not matter."""
    return " ".join(words_of(text))
