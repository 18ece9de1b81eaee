"""Ports of this machine that nobody listens on."""

import random
import socket

TRIES_MAX = 200
BLOCK = 20
BLOCKS = range(10_000, 20_000, BLOCK)  # below what systems hand out to outgoing connections


def free_port() -> int:
    """A port that was free a moment ago, the first of a block of twenty."""
    return free_ports(BLOCK)[0]


def free_ports(count: int) -> list[int]:
    """Neighbouring ports that were free a moment ago, at most twenty."""
    assert count <= BLOCK
    for _ in range(TRIES_MAX):
        first = random.choice(BLOCKS)
        ports = list(range(first, first + count))
        if all(_is_free(port) for port in ports):
            return ports
    raise OSError("no free ports on the loopback address")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
