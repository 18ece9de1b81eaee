"""The AsyncAPI document: it is what the catalog says, and every reference in it leads somewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from chassis.bus.codec import encode
from contracts.catalog import EVENTS, TOPICS
from contracts.events.points import PointsAccrued
from contracts.ids import EventId, FactId, MemberId, PointType
from deploy.contracts import asyncapi

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAID = yaml.safe_load(asyncapi.PATH.read_text(encoding="utf-8"))


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        yield from (found for value in part.values() for found in references(value))
    elif isinstance(part, list):
        yield from (found for value in part for found in references(value))


def resolve(reference: str) -> Any:
    """What a local reference points to. Raises KeyError when it leads nowhere."""
    place = SAID
    for step in reference.removeprefix("#/").split("/"):
        place = place[step]
    return place


def test_the_document_is_what_the_catalog_says():
    assert asyncapi.PATH.read_text(encoding="utf-8") == asyncapi.text(), "make fmt writes it"


def test_every_reference_leads_somewhere():
    found = set(references(SAID))
    assert all(resolve(reference) for reference in found)
    assert all(reference.startswith("#/") for reference in found)


def test_every_event_is_a_message_of_its_topic():
    said = {topic: list(channel["messages"]) for topic, channel in SAID["channels"].items()}
    assert said == {topic: asyncapi.names(events) for topic, events in TOPICS.items()}
    assert list(SAID["components"]["messages"]) == list(EVENTS)


def test_a_message_bears_the_headers_that_the_document_names():
    accrued = PointsAccrued(
        event_id=EventId("e1"),
        member_id=MemberId("m1"),
        occurred_at=NOON,
        recorded_at=NOON,
        version="1",
        point_type=PointType("points"),
        points=110,
        fact_id=FactId("f1"),
        revision=1,
        tier="regular",
    )
    headers = SAID["components"]["messages"]["laurel.PointsAccrued.v1"]["headers"]
    said = dict(encode(accrued).headers)
    assert sorted(said) == headers["required"]
    assert said["ce_type"].decode() == headers["properties"]["ce_type"]["const"]
    assert said["ce_source"].decode() == headers["properties"]["ce_source"]["const"]
    assert set(dict(encode(accrued, "00-1-2-01").headers)) == set(headers["properties"])


@pytest.mark.parametrize("operation", [pytest.param(one, id=one) for one in SAID["operations"]])
def test_an_operation_says_messages_of_its_own_channel(operation: str):
    said = SAID["operations"][operation]
    messages = [reference["$ref"] for reference in said["messages"]]
    assert all(message.startswith(said["channel"]["$ref"] + "/messages/") for message in messages)
    assert len(messages) == len(resolve(said["channel"]["$ref"])["messages"])


@pytest.mark.parametrize(
    "name", [pytest.param(one, id=one) for one in SAID["components"]["schemas"]]
)
def test_a_schema_of_the_document_is_a_schema(name: str):
    Draft202012Validator.check_schema(SAID["components"]["schemas"][name])
    assert SAID["components"]["schemas"][name]["type"] == "object"
