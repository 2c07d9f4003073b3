"""What the engine of a data folder and its users share: two locks, an address and a password.

Every process that uses the engine shares a lock on `users.lock`, which the kernel releases however
the process ends. The engine tries to lock it alone now and then. When that succeeds nobody uses the
engine any more and it stops: it never outlives its users and never leaves before the last one.
`engine.lock` is locked by the engine itself: there is never a second one on the same files. Its
address is in `engine.json`, and the password that it asks for in `engine.password`.
"""

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import IO, Any, Final

HOST: Final = "127.0.0.1"
USER: Final = "octavo"
PASSWORD_BYTES: Final = 32


def append_to(path: Path) -> IO[bytes]:
    """Open a file to append to it; a new one is for its owner alone. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab")


class DataFolder:
    """The lock files and the address in a data folder, which is made if it is missing."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.users_lock_path = path / "users.lock"
        self.engine_lock_path = path / "engine.lock"
        self.log_path = path / "engine.log"
        self._address_path = path / "engine.json"
        self._password_path = path / "engine.password"

    def has_engine(self) -> bool:
        """Whether an engine process works on the folder, whoever started it."""
        with append_to(self.engine_lock_path) as lock:
            return not try_lock(lock, fcntl.LOCK_SH)

    def is_used_by_others(self) -> bool:
        """Whether another process than this one uses the engine."""
        with append_to(self.users_lock_path) as users:
            # A lock that can be shared but not taken alone is a user's; the engine's own can't be
            # shared. The last look is for an engine that let go between the first two.
            return (
                not try_lock(users, fcntl.LOCK_EX)
                and try_lock(users, fcntl.LOCK_SH)
                and not try_lock(users, fcntl.LOCK_EX)
            )

    def address(self) -> int | None:
        """The port of the engine that runs, or of one that ended before its users; else None."""
        try:
            return int(json.loads(self._address_path.read_bytes())["port"])
        except (OSError, ValueError, KeyError):
            return None

    def url(self, port: int | None = None) -> str:
        """Where a driver finds the engine, at a port or at its address, and with which password.

        An engine of a version that asked for none has none.
        """
        password = self.password()
        user = "" if password is None else f"{USER}:{password}@"
        place = f"{HOST}:{port or self.address()}"
        return f"mongodb://{user}{place}/?directConnection=true&authSource=admin"

    def password(self) -> str | None:
        """The password of the engine, if it has one."""
        try:
            return self._password_path.read_text() or None  # a power cut may leave it empty
        except FileNotFoundError:
            return None

    def make_password(self) -> str:
        """The password of the engine; a new one, that only its user may read, if it has none."""
        password = self.password()
        if password is None:
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            draft = self._password_path.with_name("password.draft")
            draft.touch(mode=0o600)
            draft.write_text(password)
            draft.replace(self._password_path)
        return password

    def write_address(self, port: int, pid: int) -> None:
        """Tell the engine's users where it listens."""
        draft = self._address_path.with_suffix(".draft")
        draft.write_text(json.dumps({"port": port, "pid": pid}))
        draft.replace(self._address_path)

    def forget_address(self) -> None:
        """Take the address away, if there is one."""
        self._address_path.unlink(missing_ok=True)


def try_lock(file: IO[Any], kind: int) -> bool:
    """Lock an open file at once, `fcntl.LOCK_SH` or `LOCK_EX`; False if others hold it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
