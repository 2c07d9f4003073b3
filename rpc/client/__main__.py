"""python -m rpc.client typescript|python: print a typed client, made from the OpenRPC document."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from rpc.application import REGISTRY
from rpc.client.python import python_client
from rpc.client.typescript import typescript_client
from rpc.openrpc_document import openrpc_document

LANGUAGES: Final[Mapping[str, Callable[[dict[str, Any]], str]]] = {
    "python": python_client,
    "typescript": typescript_client,
}


def client(language: str) -> str:
    """The text of the client for the methods of this version."""
    document = json.loads(json.dumps(openrpc_document(REGISTRY)))
    return LANGUAGES[language](document)


def main(arguments: list[str] | None = None) -> int:
    """Print the client for the language that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m rpc.client", description=__doc__)
    parser.add_argument("language", choices=sorted(LANGUAGES))
    sys.stdout.write(client(parser.parse_args(arguments).language))
    return 0


if __name__ == "__main__":
    sys.exit(main())
