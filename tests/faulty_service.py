"""python -m tests.faulty_service: the service with a fault in it, whose locals hold a secret."""

import sys
from typing import NoReturn

from repository import books
from rpc.__main__ import main

CANARY = "canary-7f3a"


async def get(*_: object) -> NoReturn:
    secret = CANARY[::-1]
    raise RuntimeError(f"{CANARY} and {len(secret)} characters that stay here")


if __name__ == "__main__":
    books.get = get
    sys.exit(main())
