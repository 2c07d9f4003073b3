"""Examples of models, for the schema, the documentation and the tests."""

from typing import Any

from pydantic import ConfigDict


def with_example(**example: Any) -> ConfigDict:
    """A model's configuration that shows an example of it, as JSON."""
    return ConfigDict(json_schema_extra={"examples": [example]})
