"""python -m rpc.welcome: say where the service of these settings answers, and with which key."""

import sys
from typing import Final

from domain.keys import DEMO_KEY
from rpc.settings import Settings

DEMO: Final = (
    f"It runs as a demo with the key {DEMO_KEY}; docs/operations.md says how to run it for real."
)
OWN_KEY: Final = "Its first key is the one in OCTAVO_ADMIN_KEY."
NO_KEY: Final = "OCTAVO_ADMIN_KEY is not set: only keys made before can call."


def welcome(settings: Settings) -> str:
    """Two lines for the operator, without any key but the demo key, which everybody knows."""
    address = f"http://localhost:{settings.port}"
    key = {None: NO_KEY, DEMO_KEY: DEMO}.get(settings.first_key, OWN_KEY)
    return f"Octavo answers at {address}/rpc and shows its methods at {address}/docs\n{key}\n"


if __name__ == "__main__":
    sys.stdout.write(welcome(Settings()))
