"""Keys and secrets of an installation: made once, kept in files that only their owner can read."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import string
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from deploy.local.installation import write_private

SECRETS = ("key_pepper", "kek", "blind_index", "voucher", "cursor")
SECRET_BYTES = 32
_ALPHABET = string.digits + string.ascii_letters
_KEY_CHARS = 36  # 36 × log2(62) = 214 random bits
_CHECKSUM_CHARS = 6

_CHANNEL = (
    "member:write member:lookup member:read purchase:write activity:write feedback:write "
    "return:any fact:read points:read points:preview points:redeem standing:read standing:buy "
    "voucher:use redemption:write benefit:read"
)
SCOPES = {
    "till": _CHANNEL,
    "web": _CHANNEL,
    "staff": "member:read member:lookup member:reveal member:status segment:write "
    "feedback:write feedback:any fact:read fact:review points:read points:preview points:adjust "
    "standing:read standing:adjust benefit:read reports:read voucher:void",
    "finance": "member:read fact:read points:read points:approve points:import "
    "standing:read benefit:read "
    "reports:read",
    "ops": "ops rules:write ladder:write benefit:write points:read points:preview points:import "
    "standing:read "
    "benefit:read reports:read",
    "tier-svc": "points:redeem points:read",
    "benefit-svc": "points:redeem points:read",
}
PEERS = frozenset({"tier-svc", "benefit-svc"})


@dataclass(frozen=True)
class Credentials:
    """Where the files are, and the keys in the clear."""

    keys_file: Path
    secrets_file: Path
    keys: dict[str, str]

    @property
    def people(self) -> dict[str, str]:
        """The keys that are handed out; those between services are not among them."""
        return {name: key for name, key in self.keys.items() if name not in PEERS}


def settle(folder: Path) -> Credentials:
    """The folder's credentials; what is missing is made, what is there stays."""
    secrets_file = folder / "secrets.json"
    if not secrets_file.exists():
        made = {name: _random_secret() for name in SECRETS}
        write_private(secrets_file, made)
    keys = _settle_keys(folder / "credentials.json")
    pepper = b64decode(json.loads(secrets_file.read_text())["key_pepper"])
    write_private(folder / "keys.json", {"keys": [_row(pepper, *each) for each in keys.items()]})
    return Credentials(folder / "keys.json", secrets_file, keys)


def new_key(key_id: str) -> str:
    """`prefix_env_id_secret+checksum`; the checksum lets a scanner tell a key from a word."""
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_KEY_CHARS))
    body = f"laurel_dev_{key_id}_{secret}"
    return body + _checksum(body)


def _settle_keys(file: Path) -> dict[str, str]:
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    keys = {name: kept.get(name) or new_key(name) for name in SCOPES}
    if keys != kept:
        write_private(file, keys)
    return keys


def _row(pepper: bytes, name: str, key: str) -> dict[str, object]:
    digest = hmac.new(pepper, key.encode(), hashlib.sha256).hexdigest()
    return {"id": name, "hash": digest, "source": name, "scopes": SCOPES[name].split()}


def _random_secret() -> str:
    return b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _checksum(body: str) -> str:
    rest = zlib.crc32(body.encode())
    digits = []
    for _ in range(_CHECKSUM_CHARS):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
