"""Two loopback ports, chosen once and kept in a file, so that clients find a broker again after its
restart.
"""

import json
import random
import socket
from pathlib import Path

TRIES_MAX = 200
RANGE = range(20_000, 32_000)  # below the range that systems hand out to outgoing connections


def kept(file: Path) -> tuple[int, int]:
    """The broker's and the controller's port; chosen now if the file is not there yet."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([*_two_free()]), encoding="utf-8")
    port, controller_port = json.loads(file.read_text(encoding="utf-8"))
    return port, controller_port


def settle(file: Path) -> None:
    """Chooses anew if somebody else took a kept port in the meantime."""
    if not all(_is_free(port) for port in kept(file)):
        file.unlink()
        kept(file)


def _two_free() -> tuple[int, int]:
    free: set[int] = set()
    for _ in range(TRIES_MAX):
        port = random.choice(RANGE)
        if _is_free(port):
            free.add(port)
        if len(free) == 2:
            return free.pop(), free.pop()
    raise OSError("No free port was found on the loopback address.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
