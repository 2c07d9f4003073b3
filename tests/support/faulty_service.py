"""python -m tests.support.faulty_service: a service with a fault whose locals hold a secret."""

import sys
from typing import NoReturn

from repository import books
from rpc.__main__ import main

CANARY = "canary-7f3a"


async def get(*_: object) -> NoReturn:
    secret = CANARY[::-1]
    raise RuntimeError(f"{CANARY} and {len(secret)} characters that stay here")


if __name__ == "__main__":
    books.get_json = get
    sys.exit(main())
