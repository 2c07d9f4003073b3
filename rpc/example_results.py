"""What the examples of the methods answer, as `python -m rpc.examples` wrote it down."""

from pathlib import Path
from typing import Any, Final

import orjson

FILE: Final = Path(__file__).with_suffix(".json")

EXAMPLE_RESULTS: Final[dict[str, list[Any]]] = orjson.loads(FILE.read_bytes())
"""The results of each method, in the order of its examples."""
