"""The shim for how the embedded engine makes the keys that its storage sorts by."""

import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any, Final

PLAIN_FORMAT: Final = re.compile(r"(S*)([qu]?)")
"""Texts, then perhaps a number or bytes: all keys and values of the engine's tables."""
KEPT_MAX: Final = 4_096
"""How many beginnings of keys, and how many numbers, are kept packed."""
SINGLE: Final = frozenset({str, int, float, bool, type(None), datetime})
"""What has one key in an index: no list, and nothing with fields of its own."""
NUMBERS_END: Final = 2**63
"""Numbers are less than this, and no less than its negative, in a document."""


def make_keys_in_few_steps(storage_module: Any, sort_keys: Any, packing: Any) -> None:
    """Let the keys of documents and of index entries be encoded once, and packed in one step.

    The engine asks of each value, one after the other, which of a dozen kinds it is, takes numbers
    for decimal fractions, and encodes each value of a list again for every key that it is part of.
    Its storage's library reads the format of a key letter by letter, anew for each key.
    """
    _pack_in_one_step(packing)
    _unpack_in_one_step(packing)
    _encode_plain_values_at_once(sort_keys)
    _encode_each_value_once(storage_module, sort_keys)


def _pack_in_one_step(packing: Any) -> None:
    pack_slowly = packing.pack
    pack_number = lru_cache(KEPT_MAX)(lambda number: pack_slowly("q", number))

    def pack(form: str, *values: Any) -> Any:
        count, last = _shape_of(form)
        try:
            texts = _packed_texts(values[:count]) if len(values) == count + len(last) else None
        except TypeError:  # what can't be looked up is no text
            texts = None
        if texts is not None:
            if not last:
                return texts
            if last == "u" and type(values[-1]) is bytes:
                return texts + values[-1]
            if last == "q" and type(values[-1]) is int:
                return texts + pack_number(values[-1])
        return pack_slowly(form, *values)

    packing.pack = pack


def _unpack_in_one_step(packing: Any) -> None:
    unpack_slowly = packing.unpack
    unpack_number = lru_cache(KEPT_MAX)(lambda packed: unpack_slowly("q", packed)[0])

    def unpack(form: str, packed: Any) -> Any:
        if form == "u" and packed:
            return [packed]
        count, last = _shape_of(form)
        *texts, rest = packed.split(b"\0", count) if packed else [b""]
        if len(texts) < count or not packed:
            return unpack_slowly(form, packed)
        values = [text.decode() for text in texts]
        if last == "u":
            values.append(rest)
        elif last:
            values.append(unpack_number(rest))
        return values

    packing.unpack = unpack


@lru_cache(64)
def _shape_of(form: str) -> tuple[int, str]:
    """How many texts a format has, and what comes last; many for a format that has more."""
    plain = PLAIN_FORMAT.fullmatch(form)
    return (len(plain[1]), plain[2]) if plain and form else (sys.maxsize, "")


@lru_cache(KEPT_MAX)
def _packed_texts(texts: tuple[Any, ...]) -> bytes | None:
    """Texts as a key begins with them; None for what the library has to see itself."""
    if any(type(text) is not str or "\0" in text for text in texts):
        return None
    return b"".join(text.encode() + b"\0" for text in texts)


def _encode_plain_values_at_once(sort_keys: Any) -> None:
    encode_slowly, encode_id_slowly = sort_keys.encode_value, sort_keys.encode_id_key
    encode_instant = sort_keys._encode_date
    encoders: Mapping[type, Callable[[Any], bytes | None]] = {
        str: lambda text: b"\x04" + text.encode().replace(b"\0", b"\0\xff"),
        int: _encode_number,
        datetime: lambda instant: b"\x0a" + encode_instant(instant),
    }

    def encode_plain(value: Any) -> bytes | None:
        encode = encoders.get(type(value))
        return None if encode is None else encode(value)

    def encode_value(value: Any, *, collation: Any = None) -> Any:
        encoded = encode_plain(value) if collation is None else None
        return encode_slowly(value, collation=collation) if encoded is None else encoded

    def encode_id(value: Any) -> Any:
        encoded = encode_plain(value)
        return encode_id_slowly(value) if encoded is None else encoded

    sort_keys.encode_value, sort_keys.encode_id_key = encode_value, encode_id


@lru_cache(KEPT_MAX)
def _encode_number(number: int) -> bytes | None:
    """A number by its sign, its size and its digits in pairs; None for one that is too large."""
    if number == 0:
        return b"\x03\x80"
    if not -NUMBERS_END <= number < NUMBERS_END:
        return None
    digits = str(abs(number))
    size = 127 + len(digits)
    digits = digits.rstrip("0")
    digits += "0" * (len(digits) % 2)
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    if number > 0:
        return bytes([3, 0xC0, size, *(pair + 1 for pair in pairs), 0])
    return bytes([3, 0x40, 0xFF - size, *(99 - pair for pair in pairs), 0xFF])


def _are_single(doc: Mapping[str, Any], keys: Mapping[str, Any]) -> bool:
    """Whether a document has one plain value, or none, in each field of an index."""
    for name in keys:  # noqa: SIM110 - a generator would take as long again
        if "." in name or type(doc.get(name)) not in SINGLE:
            return False
    return True


def _encode_each_value_once(storage_module: Any, sort_keys: Any) -> None:
    variants_slowly, directed = storage_module._index_key_variants, sort_keys.encode_value_directed
    values_of, covers = storage_module._index_field_values, storage_module._sparse_covers
    join = storage_module.COMPOUND_SEP.join

    def variants(
        doc: Mapping[str, Any], keys: Mapping[str, Any], *, sparse: bool, collation: Any = None
    ) -> Any:
        if collation is not None or (sparse and not covers(doc, keys)):
            return variants_slowly(doc, keys, sparse=sparse, collation=collation)
        if _are_single(doc, keys):
            return [join([directed(doc.get(name), int(each)) for name, each in keys.items()])]
        of_each = [
            dict.fromkeys(directed(value, int(direction)) for value in values_of(doc, name)[0])
            for name, direction in keys.items()
        ]
        return list(dict.fromkeys(map(join, product(*of_each))))

    makes_slowly = storage_module._doc_makes_multikey

    def makes_more_keys(doc: Mapping[str, Any], keys: Mapping[str, Any]) -> Any:
        return not _are_single(doc, keys) and makes_slowly(doc, keys)

    storage_module._index_key_variants = variants
    storage_module._doc_makes_multikey = makes_more_keys
    storage_module.encode_value = sort_keys.encode_value
    storage_module.encode_id_key = sort_keys.encode_id_key
