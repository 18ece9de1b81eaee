"""Events as CloudEvents 1.0 in Kafka's binary mode: attributes are `ce_` headers, the body is the event's JSON.

A record that cannot be understood is `Unreadable` and gets parked. One that is newer than this service is `Newer`:
skipping it would lose a fact, so its consumer stops until the service is upgraded.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

import msgspec
from contracts.catalog import EVENTS
from contracts.events.base import Event

from chassis.bus.message import MESSAGE_BODY_MAX, RECORD_BODY_MAX, Headers, Message, Record

CONTENT_TYPE = b"application/json"
EVENT_CLASSES_MAX = 1024

_encoder = msgspec.json.Encoder()


class Unreadable(Exception):
    """This record will never be understood. `reason`: malformed, unknown_type or too_large."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Newer(Exception):
    """This record has a version that the service does not know yet."""


class MessageTooLarge(Exception):
    """An event is too large to be said; its transaction must fail, or it would stand before all later ones."""


def type_of(event: type[Event]) -> str:
    """The CloudEvents type: `laurel.<Event>.v<n>`."""
    return f"laurel.{event.__name__}.v{event.schema_version}"


def encode(event: Event, traceparent: str = "") -> Message:
    """The event as it is said on the bus. `ce_id` is its event id, key and `ce_partitionkey` its member."""
    body = _encoder.encode(event)
    if len(body) > MESSAGE_BODY_MAX:
        raise MessageTooLarge(f"{type_of(type(event))} {event.event_id}: {len(body)} bytes")
    key = event.member_id.encode()
    headers: Headers = (
        *_fixed_headers(type(event)),
        ("ce_id", event.event_id.encode()),
        ("ce_time", _instant(event.recorded_at)),
        ("ce_partitionkey", key),
    )
    if traceparent:
        headers = (*headers, ("traceparent", traceparent.encode()))
    return Message(type(event).topic, event.member_id, headers, body)


@lru_cache(EVENT_CLASSES_MAX)
def _fixed_headers(event: type[Event]) -> Headers:
    return (
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", b"1.0"),
        ("ce_type", type_of(event).encode()),
        ("ce_source", event.author.encode()),
    )


def _instant(at: datetime) -> bytes:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()


class Codec:
    """Reads records as events of one catalog (type → class)."""

    def __init__(self, catalog: Mapping[str, type[Event]] = EVENTS) -> None:
        self._decoders = {name: msgspec.json.Decoder(event) for name, event in catalog.items()}
        self._newest: dict[str, int] = {}
        for name in catalog:
            stem, version = _versioned(name)
            self._newest[stem] = max(version, self._newest.get(stem, 0))

    def knows(self, type_name: str) -> bool:
        """Whether `type_name` is in the catalog. Raises Newer for a later version of a known event."""
        if type_name in self._decoders:
            return True
        stem, version = _versioned(type_name)
        if version > self._newest.get(stem, version):
            raise Newer(type_name)
        return False

    def decode(self, record: Record) -> Event:
        """The record's event. Raises Unreadable or Newer."""
        if len(record.body) > RECORD_BODY_MAX:
            raise Unreadable("too_large", f"{len(record.body)} bytes")
        return self.decode_of_any_size(record)

    def decode_of_any_size(self, record: Record) -> Event:
        """As `decode`, for a record that a person has looked at and wants read."""
        type_name = record.header("ce_type")
        if not self.knows(type_name):
            raise Unreadable("unknown_type")
        try:
            return self._decoders[type_name].decode(record.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable("malformed", type(error).__name__) from error


def _versioned(type_name: str) -> tuple[str, int]:
    """(`laurel.Event`, n) of `laurel.Event.vn`; version 0 where there is none."""
    stem, _, version = type_name.rpartition(".v")
    if version.isascii() and version.isdigit() and len(version) < 10:
        return stem, int(version)
    return type_name, 0
