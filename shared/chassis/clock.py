"""What time it is. Below the edge the moment is an argument; only the edge asks here."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def file_clock(path: Path) -> Clock:
    """A clock that stands at the instant (RFC 3339) written in `path`; tests move it by replacing
    the file.
    """

    def read() -> datetime:
        return datetime.fromisoformat(path.read_text().strip()).astimezone(UTC)

    return read


def clock(path: Path | None) -> Clock:
    """The test clock where a file is named, else the system's."""
    return file_clock(path) if path else system_clock
