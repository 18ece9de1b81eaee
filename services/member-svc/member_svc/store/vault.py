"""How personal fields rest: sealed under their member's own data key, which the key-encryption key
wraps (M3).

AES-256-GCM throughout. The member's id and the field's name are bound in, so that no sealed value
can be moved to
another member or another field.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.ids import MemberId

FORMAT = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
KEY_FIELD = "data_key"


@dataclass(frozen=True, slots=True)
class DataKey:
    """One member's key at work."""

    member_id: MemberId
    cipher: AESGCM
    fresh: Callable[[int], bytes]

    def seal(self, field: str, text: str) -> bytes:
        """`text` as it rests: format, nonce, ciphertext with tag."""
        return _seal(self.cipher, self.fresh, _bound(self.member_id, field), text.encode())

    def unseal(self, field: str, sealed: bytes) -> str:
        """What was sealed for this member and field. Raises InvalidTag for anything else."""
        return _unseal(self.cipher, _bound(self.member_id, field), sealed).decode()


class Vault:
    """The installation's keys: one wraps data keys, one blinds identifiers. `fresh` gives
    unguessable bytes.
    """

    def __init__(self, kek: bytes, blind_key: bytes, fresh: Callable[[int], bytes]) -> None:
        self.blind_key = blind_key
        self._kek = AESGCM(kek)
        self._fresh = fresh

    def new_key(self, member_id: MemberId) -> tuple[DataKey, bytes]:
        """A member's new data key, and how it rests."""
        key = self._fresh(KEY_BYTES)
        wrapped = _seal(self._kek, self._fresh, _bound(member_id, KEY_FIELD), key)
        return DataKey(member_id, AESGCM(key), self._fresh), wrapped

    def open_key(self, member_id: MemberId, wrapped: bytes) -> DataKey:
        """A member's data key.

        Raises InvalidTag where it is another member's or another installation's.
        """
        key = _unseal(self._kek, _bound(member_id, KEY_FIELD), wrapped)
        return DataKey(member_id, AESGCM(key), self._fresh)


def _bound(member_id: MemberId, field: str) -> bytes:
    return f"{member_id}\0{field}".encode()


def _seal(cipher: AESGCM, fresh: Callable[[int], bytes], bound: bytes, clear: bytes) -> bytes:
    nonce = fresh(NONCE_BYTES)
    return FORMAT + nonce + cipher.encrypt(nonce, clear, bound)


def _unseal(cipher: AESGCM, bound: bytes, sealed: bytes) -> bytes:
    assert sealed[:1] == FORMAT, "a format of another release"
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    return cipher.decrypt(nonce, ciphertext, bound)
