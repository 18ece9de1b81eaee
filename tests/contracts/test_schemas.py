"""The golden schemas: what is published, compared with what the code says; and what may change."""

import copy
import json
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from contracts.catalog import EVENTS, TOPICS
from contracts.events.base import Event
from contracts.events.points import PointsAccrued
from contracts.events.purchases import PurchaseRecorded
from deploy.contracts import schemas
from deploy.contracts.gate import breaks

OLD = schemas.of(PointsAccrued)
BASKET = schemas.of(PurchaseRecorded)


def test_every_event_has_its_golden_schema_and_no_other_is_there():
    golden = {path: path.read_text(encoding="utf-8") for path in schemas.FOLDER.glob("*.json")}
    assert golden == schemas.files(), "make fmt writes them, if the change breaks nobody"


@pytest.mark.parametrize("event", [pytest.param(event, id=name) for name, event in EVENTS.items()])
def test_a_golden_schema_is_a_schema(event: type[Event]):
    Draft202012Validator.check_schema(schemas.of(event))
    assert schemas.of(event)["title"] == event.__name__


@pytest.mark.parametrize("event", [pytest.param(event, id=name) for name, event in EVENTS.items()])
def test_an_event_says_what_every_event_says(event: type[Event]):
    always = {"event_id", "member_id", "occurred_at", "recorded_at", "version"}
    assert always <= set(schemas.of(event)["required"])
    assert event in TOPICS[event.topic]


def test_an_event_is_valid_by_its_own_schema():
    said = msgspec.convert(
        {
            "event_id": "e1", "member_id": "m1", "occurred_at": "2026-03-02T02:00:00Z",
            "recorded_at": "2026-03-02T02:00:01Z", "version": "1", "point_type": "points",
            "points": 110, "fact_id": "f1", "revision": 1, "tier": "regular",
        },
        PointsAccrued,
    )  # fmt: skip
    body = json.loads(msgspec.json.encode(said))
    assert list(Draft202012Validator(OLD).iter_errors(body)) == []
    assert list(Draft202012Validator(OLD).iter_errors(body | {"points": "110"})) != []


def changed(schema: dict[str, Any], *path: str, to: Any = None) -> dict[str, Any]:
    """The schema with what stands at `path` replaced, or gone."""
    new = copy.deepcopy(schema)
    place = new
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return new


def required(schema: dict[str, Any], *names: str) -> dict[str, Any]:
    return changed(schema, "required", to=[*schema["required"], *names])


TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
OPTIONAL = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
FIELDS = "properties"
LINE = ("$defs", "PurchaseLine", FIELDS)
WITHOUT_TIER = changed(OLD, "required", to=[name for name in OLD["required"] if name != "tier"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(OLD, OLD, id="nothing changes"),
        pytest.param(OLD, changed(OLD, FIELDS, "campaign", to=OPTIONAL), id="a new optional field"),
        pytest.param(BASKET, changed(BASKET, *LINE, "weight", to=OPTIONAL), id="one in a line"),
        pytest.param(
            OLD, changed(OLD, "description", to="Said otherwise."), id="other words about it"
        ),
    ],
)
def test_the_gate_lets_pass(old: dict[str, Any], new: dict[str, Any]):
    assert breaks(old, new) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(OLD, changed(WITHOUT_TIER, FIELDS, "tier"), id="a field is gone"),
        pytest.param(OLD, WITHOUT_TIER, id="a field may be left out"),
        pytest.param(OLD, changed(OLD, FIELDS, "points", to=TEXT), id="another type"),
        pytest.param(OLD, changed(OLD, FIELDS, "points", to={"type": "number"}), id="a wider type"),
        pytest.param(
            OLD, changed(OLD, FIELDS, "tier", to={"enum": ["gold"]}), id="a narrower type"
        ),
        pytest.param(
            OLD,
            required(changed(OLD, FIELDS, "channel", to=TEXT), "channel"),
            id="a new field that old events do not have",
        ),
        pytest.param(BASKET, changed(BASKET, *LINE, "sku", to=WHOLE), id="another type in a line"),
    ],
)
def test_the_gate_stops(old: dict[str, Any], new: dict[str, Any]):
    assert breaks(old, new) != []
