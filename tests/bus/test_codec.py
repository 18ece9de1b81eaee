"""Events on the wire are CloudEvents 1.0, as the official SDK reads and writes them."""

import msgspec
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from chassis.bus.codec import CATALOG, MessageTooLarge, Newer, Unreadable, check_size, encode
from chassis.bus.message import (
    MESSAGE_BODY_MAX,
    RECORD_BODY_MAX,
    Message,
    Record,
    pack,
    pack_record,
    unpack,
    unpack_record,
)
from contracts.catalog import EVENTS
from contracts.events.base import Event
from contracts.events.members import MemberEnrolled
from tests.bus.house import AT, enrolled

SDK = JSONFormat()


def record(message: Message, offset: int = 0) -> Record:
    """The message as it comes out of a partition."""
    return Record(offset, message.key.encode(), message.headers, message.body)


def relabelled(event_type: str, body: bytes = b"{}") -> Record:
    """A record that claims to be something else."""
    return Record(0, b"m1", (("ce_type", event_type.encode()),), body)


def test_the_sdk_reads_what_we_write() -> None:
    event = enrolled(7)
    ours = encode(event, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    read = from_binary(KafkaMessage(dict(ours.headers), ours.key, ours.body), SDK)
    assert read.get_id() == "e7"
    assert read.get_source() == "member-svc"
    assert read.get_type() == "laurel.MemberEnrolled.v1"
    assert read.get_specversion() == "1.0"
    assert read.get_time() == event.recorded_at
    assert read.get_extension("partitionkey") == "m7"
    assert read.get_datacontenttype() == "application/json"
    assert msgspec.to_builtins(event) == read.get_data()
    assert dict(ours.headers)["traceparent"].startswith(b"00-4bf9")


def test_we_read_what_the_sdk_writes() -> None:
    event = enrolled(7)
    attributes = {
        "id": "e7",
        "source": "member-svc",
        "type": "laurel.MemberEnrolled.v1",
        "time": event.recorded_at,
        "partitionkey": "m7",
        "datacontenttype": "application/json",
    }
    told = CloudEvent(attributes, msgspec.to_builtins(event))
    theirs = to_binary(told, SDK)
    told_again = Record(0, b"m7", tuple(theirs.headers.items()), theirs.value)
    assert CATALOG.decode(told_again) == event


def test_the_sdk_writes_the_same_headers() -> None:
    ours = encode(enrolled(7))
    again = to_binary(from_binary(KafkaMessage(dict(ours.headers), ours.key, ours.body), SDK), SDK)
    assert again.headers == dict(ours.headers)
    assert again.key == ours.key


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_each_event_of_the_catalog_has_a_type_that_is_read(name: str) -> None:
    assert CATALOG.class_of(relabelled(name)) is EVENTS[name]


@given(st.text(min_size=1, max_size=20), st.datetimes(timezones=st.just(AT.tzinfo)))
def test_what_is_written_is_read_again(text: str, at) -> None:
    text = text.encode(errors="replace").decode()
    event = MemberEnrolled(
        event_id=text, member_id=text, occurred_at=at, recorded_at=at, version=text, enrolled_at=at
    )
    assert CATALOG.decode(record(encode(event))) == event


@pytest.mark.parametrize(
    "name",
    [
        "",
        "laurel",
        "laurel.Unheard.v1",
        "laurel.MemberEnrolled",
        "laurel.MemberEnrolled.v0",
        "laurel.MemberEnrolled.vx",
        "laurel.MemberEnrolled.v1.v2",
        "LAUREL.MEMBERENROLLED.V1",
    ],
)
def test_an_unknown_type_is_unreadable(name: str) -> None:
    with pytest.raises(Unreadable, match="unknown_type"):
        CATALOG.decode(relabelled(name))


@pytest.mark.parametrize("version", ["2", "10", "999999999"])
def test_a_newer_version_of_a_known_event_is_newer(version: str) -> None:
    with pytest.raises(Newer):
        CATALOG.decode(relabelled(f"laurel.MemberEnrolled.v{version}"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"event_id": 1}',
        b"[" * 100_000,
        b'"\\ud800"',
        b"NaN",
        b"1e999",
    ],
    ids=["empty", "cut", "list", "null", "bytes", "type", "deep", "surrogate", "NaN", "infinite"],
)
def test_a_malformed_body_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable, match="malformed"):
        CATALOG.decode(relabelled("laurel.MemberEnrolled.v1", body))


def test_what_is_too_large_is_neither_said_nor_read() -> None:
    big = msgspec.structs.replace(enrolled(1), version="x" * MESSAGE_BODY_MAX)
    with pytest.raises(MessageTooLarge):
        encode(big)
    with pytest.raises(Unreadable, match="too_large"):
        check_size(relabelled("laurel.MemberEnrolled.v1", b"x" * (RECORD_BODY_MAX + 1)))
    check_size(relabelled("laurel.MemberEnrolled.v1", b"x" * RECORD_BODY_MAX))


def test_what_is_packed_is_unpacked() -> None:
    messages = [encode(enrolled(number)) for number in range(100)]
    assert unpack(pack(messages)) == messages
    poison = Record(3, b"\xff", (("h", b"\x00"),), b"\x00\xff")
    assert unpack_record(pack_record(poison)) == poison
    assert isinstance(enrolled(1), Event)
