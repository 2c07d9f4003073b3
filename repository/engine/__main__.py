"""The engine's own process: `python -m repository.engine --data-dir DIR --port PORT`."""

import argparse
import contextlib
import fcntl
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from repository.engine import broken, shims
from repository.engine.launcher import ANOTHER_RUNS, POLL_S, WRONG_VERSION
from repository.engine.locks import HOST, USER, DataFolder, append_to, try_lock

UNUSED_CHECK_S: Final = 0.25
ENGINE_LOCK_PATIENCE_S: Final = 1.0
USERS_DATABASE: Final = "admin"
PASSWORD_ITERATIONS: Final = 4_096
"""The least that drivers take: the password is long and random."""
TRANSACTION_LIFETIME_S: Final = 3.0
"""Without a statement for so long, a transaction is taken for that of a dead process."""


def main() -> int:
    """Run the engine on a data folder until nobody uses it any more, or SIGTERM comes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    options = parser.parse_args()
    # Whoever may read the files of the service may read them, and nobody else.
    os.umask(0o077)
    try:
        return _run(options.data_dir, options.port)
    except Exception as fault:
        if not (broken.is_broken(fault) or broken.is_of_the_storage(fault)):
            raise
        broken.end(options.data_dir, fault)


def _run(data_dir: Path, wanted_port: int) -> int:
    folder = DataFolder(data_dir)
    with append_to(folder.engine_lock_path) as lock, append_to(folder.users_lock_path) as users:
        if not _lock_patiently(lock):
            return ANOTHER_RUNS
        port = wanted_port or _port_that_users_know(folder)
        folder.forget_address()
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            shims.apply()
            _end_when_broken(folder.path)
        except shims.UnsupportedEngineError as error:
            sys.stderr.write(f"{error}\n")
            return WRONG_VERSION
        with serving(folder.path / "engine", port, folder.make_password()) as server:
            folder.write_address(server.port, os.getpid())
            while not stop.wait(UNUSED_CHECK_S):
                # By itself the engine looks for forgotten ones only when another transaction asks
                # for something, and a write without a transaction waits for them without a bound.
                server.transactions.prune_expired()
                if try_lock(users, fcntl.LOCK_EX):
                    folder.forget_address()
                    break
    return 0


def _end_when_broken(folder: Path) -> None:
    from secantus import commands  # noqa: PLC0415 - as below

    broken.end_when_broken(commands, folder)


def _port_that_users_know(folder: DataFolder) -> int:
    """The port of an engine that ended before its users did, who look for it there; else 0."""
    port = folder.address()
    if port is None:
        return 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return 0
    return port


def _lock_patiently(lock: IO[Any]) -> bool:
    """Lock for good; others hold it for an instant only, to see whether an engine runs."""
    deadline = time.monotonic() + ENGINE_LOCK_PATIENCE_S
    while not try_lock(lock, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S / 5)
    return True


@contextlib.contextmanager
def serving(files: Path, port: int, password: str | None = None) -> Iterator[Any]:
    """Serve the files of an engine at a port (0: a free one) for the block, which gets the server.

    Who knows the password may do everything, and nobody else anything.
    """
    # Imported here: only the engine's own process needs the storage engine's library.
    from secantus import SecantusDBServer  # noqa: PLC0415

    server = SecantusDBServer(
        HOST,
        port,
        str(files),
        enable_test_commands=False,
        # An acknowledged commit has to outlive a kill -9 and a power cut: j:true, always.
        sync_on_commit=True,
        durable=True,
        transaction_lifetime_seconds=TRANSACTION_LIFETIME_S,
        require_auth=password is not None,
    )
    if password is not None:
        _set_password(server.storage, password)
    server.start()
    try:
        yield server
    finally:
        _stop_accepting(server)
        server.stop()


def _set_password(storage: Any, password: str) -> None:
    from secantus.auth import SCRAM_SHA_256, derive_credentials  # noqa: PLC0415 - as above

    user = {
        "_id": f"{USERS_DATABASE}.{USER}",
        "user": USER,
        "db": USERS_DATABASE,
        "credentials": derive_credentials(password, iterations=PASSWORD_ITERATIONS).to_doc(),
        "roles": [{"role": "root", "db": USERS_DATABASE}],
        "mechanisms": [SCRAM_SHA_256],
    }
    storage.add_user(USERS_DATABASE, USER, user, replace=True)


def _stop_accepting(server: Any) -> None:
    """Wake the thread that waits for connections: the engine's own stop lets it sleep for 2 s."""
    with contextlib.suppress(OSError):
        server._socket.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    sys.exit(main())
