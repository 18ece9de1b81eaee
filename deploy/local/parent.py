"""A child of the runner ends when the runner does: the pipe between them closes."""

from __future__ import annotations

import os
import select
import signal
import threading

VARIABLE = "LAUREL_PARENT_PIPE_FD"
GRACE_S = 3.0


def end_with_parent() -> None:
    """Watch the pipe, if there is one: at its end ask ourselves to stop, then insist."""
    descriptor = os.environ.get(VARIABLE)
    if descriptor:
        threading.Thread(target=_watch, args=(int(descriptor),), daemon=True).start()


def _watch(descriptor: int) -> None:
    select.select([descriptor], [], [])  # a sibling may have made it non-blocking: no read()
    insist = threading.Timer(GRACE_S, os._exit, (1,))
    insist.daemon = True
    insist.start()
    os.kill(os.getpid(), signal.SIGTERM)
