"""What travels: a message on its way out, a record on its way in, and how many of them are packed
into one row.
"""

import zlib
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec

Headers = tuple[tuple[str, bytes], ...]

MESSAGE_BODY_MAX = 900_000
"""Bytes of a body that a service may say: under every broker's default limit of 1 MiB, headers
included.
"""

RECORD_BODY_MAX = 1_000_000
"""Bytes of a body that a service reads; what is larger is parked unread."""

COMPRESSION_LEVEL = 3
"""As fast as 1 on what is said here, and a tenth smaller."""


class Message(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something to be said under a topic; messages of one key keep their order."""

    topic: str
    key: str
    headers: Headers
    body: bytes


class Place(NamedTuple):
    """One partition of one life of a topic. A topic that was deleted and made again is another
    place.
    """

    topic: str
    incarnation: str
    partition: int


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A message as it was found at an offset of a place."""

    offset: int
    key: bytes
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The header's text, "" where it is missing; bytes that are no UTF-8 are shown as
        replacement signs.
        """
        for key, value in self.headers:
            if key == name:
                return value.decode(errors="replace")
        return ""

    def digest(self) -> bytes:
        """What tells it from another record at the same offset, in 16 bytes."""
        return blake2b(_packer.encode(self), digest_size=16).digest()


class Batch(NamedTuple):
    """Records of one place in offset order. `ends_at` is the offset to go on from, also behind
    skipped ones.
    """

    place: Place
    records: list[Record]


_messages = msgspec.msgpack.Decoder(list[Message])
_record = msgspec.msgpack.Decoder(Record)
_packer = msgspec.msgpack.Encoder()


def pack(messages: Sequence[Message]) -> bytes:
    """Messages as one compressed value, in order."""
    return zlib.compress(_packer.encode(messages), COMPRESSION_LEVEL)


def unpack(packed: bytes) -> list[Message]:
    """What `pack` was given."""
    return _messages.decode(zlib.decompress(packed))


def pack_record(record: Record) -> bytes:
    """One record, whole, as it is kept while it is parked."""
    return zlib.compress(_packer.encode(record), COMPRESSION_LEVEL)


def unpack_record(packed: bytes) -> Record:
    """What `pack_record` was given."""
    return _record.decode(zlib.decompress(packed))
