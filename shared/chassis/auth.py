"""Who calls: bearer keys, kept as keyed hashes in a file that is read again when it changes."""

import hashlib
import hmac
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.logs import logger

KEY_MAX = 256


@dataclass(frozen=True)
class Caller:
    """Whoever holds a key. `source` is the channel that the key names; facts are named within it
    (E1).
    """

    key_id: str
    source: str
    scopes: frozenset[str]


class Secrets:
    """The installation's secrets by name, 32 bytes each. A missing one stops the process."""

    def __init__(self, secrets: Mapping[str, bytes]) -> None:
        self._secrets = dict(secrets)

    @classmethod
    def of_file(cls, path: Path) -> "Secrets":
        """The secrets of a JSON file: name → base64."""
        return cls({name: b64decode(value) for name, value in json.loads(path.read_text()).items()})

    def key(self, name: str) -> bytes:
        """The secret called `name`. Raises LookupError where it is missing or shorter than 32
        bytes.
        """
        secret = self._secrets.get(name, b"")
        if len(secret) < 32:
            raise LookupError(f"secret {name!r} is missing or shorter than 32 bytes")
        return secret


def key_hash(pepper: bytes, key: str) -> str:
    """How a key is stored: HMAC-SHA256 under the installation's pepper, in hex."""
    return hmac.new(pepper, key.encode(), hashlib.sha256).hexdigest()


class Keys:
    """The keys of the installation. A look-up costs one hash; time does not depend on which key was
    wrong. While the file cannot be read, as in the middle of being written, the keys that it had
    hold on; the log says so once for each attempt at it.
    """

    def __init__(self, path: Path, pepper: bytes) -> None:
        self._path = path
        self._pepper = pepper
        self._read_at = -1
        self._callers: dict[str, Caller] = {}

    def caller(self, key: str) -> Caller | None:
        """Who holds `key`, or None."""
        self._refresh()
        return self._callers.get(key_hash(self._pepper, key)) if 0 < len(key) <= KEY_MAX else None

    def _refresh(self) -> None:
        changed_at = self._changed_at()
        if changed_at == self._read_at:
            return
        try:
            self._callers = _callers(self._path.read_text())
        except (OSError, ValueError, LookupError, TypeError) as error:
            logger().error("keys unreadable", kind=type(error).__name__)
        self._read_at = changed_at

    def _changed_at(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return 0


def _callers(written: str) -> dict[str, Caller]:
    """Who holds which key, by its hash."""
    return {
        row["hash"]: Caller(row["id"], row["source"], frozenset(row["scopes"]))
        for row in json.loads(written)["keys"]
    }
