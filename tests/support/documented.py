"""Answers of the service held against what its OpenRPC document says of them."""

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match


class Documented:
    """The OpenRPC document of a service, to hold answers against."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.methods = {method["name"]: method for method in document["methods"]}

    def check(self, method: str, response: dict[str, Any]) -> None:
        """Fail unless a response is one that the document tells of for this method."""
        if "error" not in response:
            self._valid(response["result"], self.methods[method]["result"]["schema"])
            return
        error = response["error"]
        kinds = {each["data"]["type"]: each["code"] for each in self.methods[method]["errors"]}
        kind = error["data"]["type"]
        assert kinds.get(kind) == error["code"], f"{method} does not tell of {error}"
        self._valid(error["data"], self.document["x-errors"][kind]["data"])

    def check_params(self, method: str, params: dict[str, Any]) -> None:
        """Fail unless parameters are as the document wants them; null means missing."""
        for content in self.methods[method]["params"]:
            value = params.get(content["name"])
            if value is not None or (content["required"] and content["name"] in params):
                self._valid(value, content["schema"])

    def _valid(self, value: Any, schema: dict[str, Any]) -> None:
        whole = schema | {"components": self.document["components"]}
        validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        problem = best_match(validator.iter_errors(value))
        assert problem is None, f"{problem.json_path}: {problem.message}"
