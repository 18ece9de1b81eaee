"""Events as CloudEvents 1.0 in Kafka's binary mode: attributes are `ce_` headers, the body is the
event's JSON.

A record that cannot be understood is `Unreadable` and gets parked. One that is newer than this
service is `Newer`: skipping it would lose a fact, so its consumer stops until the service is
upgraded.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from chassis.bus.message import MESSAGE_BODY_MAX, RECORD_BODY_MAX, Headers, Message, Record
from contracts.catalog import EVENTS
from contracts.events.base import Event

CONTENT_TYPE = b"application/json"
EVENT_CLASSES_MAX = 1024
INSTANTS_MAX = 64

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
    """An event is too large to be said; its transaction must fail, or it would stand before all
    later ones.
    """


def type_of(event: type[Event]) -> str:
    """The CloudEvents type: `laurel.<Event>.v<n>`."""
    return f"laurel.{event.__name__}.v{event.schema_version}"


def encode(event: Event, traceparent: str = "") -> Message:
    """The event as it is said on the bus. `ce_id` is its event id, key and `ce_partitionkey` its
    member.
    """
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


@lru_cache(INSTANTS_MAX)
def _instant(at: datetime) -> bytes:
    """Events of one transaction share their moment."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()


def _versioned(type_name: str) -> tuple[str, int]:
    """(`laurel.Event`, n) of `laurel.Event.vn`; version 0 where there is none."""
    stem, _, version = type_name.rpartition(".v")
    if version.isascii() and version.isdigit() and len(version) < 10:
        return stem, int(version)
    return type_name, 0


class Codec:
    """Reads records as events of one catalog (type → class)."""

    def __init__(self, catalog: Mapping[str, type[Event]] = EVENTS) -> None:
        self._classes = dict(catalog)
        self._decoders = {event: msgspec.json.Decoder(event) for event in catalog.values()}
        self._newest: dict[str, int] = {}
        for name in catalog:
            stem, version = _versioned(name)
            self._newest[stem] = max(version, self._newest.get(stem, 0))

    def class_of(self, record: Record) -> type[Event]:
        """What the record claims to be. Raises Newer for a later version of a known event, or
        Unreadable.
        """
        type_name = record.header("ce_type")
        known = self._classes.get(type_name)
        if known is not None:
            return known
        stem, version = _versioned(type_name)
        if version > self._newest.get(stem, version):
            raise Newer(type_name)
        raise Unreadable("unknown_type")

    def decode(self, record: Record) -> Event:
        """The record's event, whatever its size. Raises Newer or Unreadable."""
        return self.decode_as(self.class_of(record), record)

    def decode_as(self, event: type[Event], record: Record) -> Event:
        """As `decode`, where its class was asked for before. Raises Unreadable."""
        try:
            return self._decoders[event].decode(record.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable("malformed", type(error).__name__) from error


def check_size(record: Record) -> None:
    """Raises Unreadable for a record larger than anything we say."""
    if len(record.body) > RECORD_BODY_MAX:
        raise Unreadable("too_large", f"{len(record.body)} bytes")


CATALOG = Codec()


def decode(record: Record) -> Event:
    """The event of a record of the suite's own catalog. Raises Unreadable or Newer."""
    return CATALOG.decode(record)
