"""Text as people compare it: without case, accents and punctuation."""

import re
import unicodedata
from typing import Final

ARTICLES: Final = frozenset({"the", "a", "an"})
"""Words that titles are sorted and found without, where one comes first."""

_WORD = re.compile(r"[^\W_]+")
_GROUPED_DIGITS = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)")
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


def folded(text: str) -> str:
    """A text case-folded, without accents: `Émile Zola` is emile zola."""
    if text.isascii():
        return text.lower()
    # Folded twice: decomposing a compatibility character may give capitals (℡ is TEL).
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.translate(_WITHOUT_STROKE)


def words_of(text: str) -> list[str]:
    """The words of a text in order, folded: `Émile Zola` is emile, zola."""
    return _WORD.findall(folded(text))


def sort_key(text: str) -> str:
    """The sort key of a text: its words, so that case, accents and punctuation do not matter."""
    return " ".join(words_of(text))


def title_sort_key(title: str) -> str:
    """The sort key of a title: as `sort_key`, without its article and with numbers by value."""
    words = words_of(_GROUPED_DIGITS.sub(lambda number: number[0].replace(",", ""), title))
    if len(words) > 1 and words[0] in ARTICLES:
        del words[0]
    return " ".join(_by_value(word) for word in words)


def _by_value(word: str) -> str:
    """A word that sorts by the value of the number in it: the number of its digits goes first."""
    return re.sub(r"\d+", _with_length, word)


def _with_length(number: "re.Match[str]") -> str:
    digits = number[0].lstrip("0") or "0"
    return f"{len(digits):03}{digits}"
