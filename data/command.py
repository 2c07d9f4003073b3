"""What the commands of this package share: how they describe themselves, and how they fail."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import Final

from data.layout import UnreadableFileError
from domain.errors import OctavoError
from repository.storage import START_FAILURES

FAILED: Final = 1
INTERRUPTED: Final = 130


def parser_of(module: str, description: str | None) -> argparse.ArgumentParser:
    """The parser of a command's arguments; its help shows the description as it is written."""
    return argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


@contextlib.contextmanager
def exit_on_failure(*, if_interrupted: str) -> Iterator[None]:
    """End the process when the work fails: 1 with the reason, 130 when it is interrupted."""
    try:
        yield
    except (UnreadableFileError, OctavoError, *START_FAILURES) as failure:
        sys.stderr.write(f"{failure}\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.stderr.write(f"Interrupted. {if_interrupted}\n")
        sys.exit(INTERRUPTED)
