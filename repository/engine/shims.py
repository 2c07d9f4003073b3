"""What the embedded engine (0.7.0b3) lacks in speed, mended in its own process at the start.

Each shim changes how long an answer takes, never the answer; its docstring says what for. What each
gains is in docs/decisions/0011-engine-shims.md, measured by bench/engine_shims.py. The tests in
tests/unit/test_engine_shims.py and tests/integration/test_engine_*.py compare answers with and
without, and tell when a newer engine no longer needs one.
"""

import importlib
import importlib.metadata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from repository.engine.bounded_reads import stop_at_the_limit
from repository.engine.key_shims import make_keys_in_few_steps
from repository.engine.storage_shims import (
    keep_sessions_of_transactions,
    pass_pointers_to_the_storage,
    stand_on_no_page_after_a_sweep,
)
from repository.engine.stream_shims import (
    look_for_changes_now_and_then,
    pass_over_unwanted_changes,
)
from repository.engine.update_shims import apply_updates_in_few_steps
from repository.engine.value_shims import (
    compare_plain_values_at_once,
    filter_plain_values_at_once,
    sort_plain_values_at_once,
)
from repository.engine.write_shims import (
    find_by_id_first,
    look_through_kept_answers_rarely,
    read_the_catalogue_once_a_statement,
    write_changed_entries_alone,
)

DISTRIBUTION: Final = "SecantusDB"
KNOWN_VERSIONS: Final = ("0.7.0b3",)
"""The versions whose private names are replaced here, and no others."""


class UnsupportedEngineError(Exception):
    """The installed engine is not the version that the shims were written for."""


def require_known_version() -> None:
    """Raise UnsupportedEngineError unless the shims were written for the installed engine."""
    try:
        version = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        version = None
    if version not in KNOWN_VERSIONS:
        found = f"{version} is installed" if version else "it is not installed"
        raise UnsupportedEngineError(
            f"The embedded engine needs {DISTRIBUTION} {' or '.join(KNOWN_VERSIONS)}, and {found}."
            " Install requirements.txt, or set OCTAVO_MONGO_URL to a MongoDB server."
        )


def apply(*, without: str | None = None) -> None:
    """Mend the engine of this process, before it starts, but for the shim that is left out.

    Raises UnsupportedEngineError.
    """
    require_known_version()
    for name, mend in shims().items():
        if name != without:
            mend()


def shims() -> Mapping[str, Callable[[], None]]:
    """Every shim by its name, ready to be applied to the engine of this process."""
    # Imported here: only the engine's own process needs the storage engine's library.
    from secantus import (  # noqa: PLC0415
        commands,
        cursors,
        expressions,
        ordering,
        query,
        sortkey,
        storage,
        transactions,
        update,
    )

    # The library that the storage has imported: it puts its own folder among the paths.
    packing = importlib.import_module("swig_wiredtiger")

    all_shims = (
        partial(find_by_id_first, storage),
        partial(compare_plain_values_at_once, query),
        partial(sort_plain_values_at_once, storage, ordering),
        partial(filter_plain_values_at_once, expressions),
        partial(pass_pointers_to_the_storage, packing),
        partial(make_keys_in_few_steps, storage, sortkey, packing),
        partial(keep_sessions_of_transactions, storage),
        partial(stand_on_no_page_after_a_sweep, storage),
        partial(read_the_catalogue_once_a_statement, storage, commands),
        partial(write_changed_entries_alone, storage),
        partial(apply_updates_in_few_steps, update, ordering, storage),
        partial(look_through_kept_answers_rarely, transactions.TransactionRegistry),
        partial(look_for_changes_now_and_then, commands),
        partial(pass_over_unwanted_changes, storage, commands, cursors),
        partial(stop_at_the_limit, storage, commands),
    )
    return {shim.func.__name__: shim for shim in all_shims}
