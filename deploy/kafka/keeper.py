"""Keeps one child for as long as its own standard input is open: `keeper.py LOCK_FD LOG COMMAND…`.

Started by path, with the standard library alone. Whoever holds the other end of the pipe owns the
child: when that process stops, or is killed, the pipe closes and the child ends within `GRACE_S`.
The lock's descriptor goes on to the child, so that nobody else opens the same folder while either
of the two lives.
"""

import os
import pathlib
import select
import signal
import subprocess
import sys

GRACE_S = 4.0
LOOK_EVERY_S = 0.2


def keep(child: "subprocess.Popen[bytes]") -> int:
    """Waits for the child's end or the owner's, whichever comes first; answers the child's exit
    code.
    """
    owner = sys.stdin.fileno()
    while child.poll() is None:
        readable, _, _ = select.select([owner], [], [], LOOK_EVERY_S)
        if readable and not os.read(owner, 1):
            return end(child)
    return child.returncode


def end(child: "subprocess.Popen[bytes]") -> int:
    """Asks the child to end, then makes it."""
    child.terminate()
    try:
        return child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def main(lock: str, log: str, *command: str) -> int:
    """Starts the child, says its process id on standard output, and keeps it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with pathlib.Path(log).open("ab") as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            pass_fds=(int(lock),),
        )
    sys.stdout.write(f"{child.pid}\n")
    sys.stdout.flush()
    return keep(child)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
