"""One owner per folder: a file lock that a child inherits and that the system gives back when the
last holder ends.
"""

import fcntl
import os
import time
from pathlib import Path

WAIT_MAX_S = 15.0


def take(lock: Path) -> int | None:
    """The descriptor that holds the lock, or None if somebody keeps it for longer than
    `WAIT_MAX_S`.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + WAIT_MAX_S
    while time.monotonic() < deadline:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return descriptor
    os.close(descriptor)
    return None
