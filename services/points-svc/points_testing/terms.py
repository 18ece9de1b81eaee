"""A programme whose points last and wait as a test says, published through the doors."""

import json
from typing import Any

from points_testing.desk import PROGRAMMES, Desk


def checkin(points: int) -> dict[str, Any]:
    """The rule that an activity brings so many points."""
    effect = {"kind": "fixed", "points": points}
    of = {"point_type": "points", "phase": "base", "on": "activity"}
    return {"rule": "checkin", **of, "effect": effect}


def document(programme: str = "classic", **terms: Any) -> dict[str, Any]:
    """The programme's rules, with other terms for `points`."""
    rules: dict[str, Any] = json.loads((PROGRAMMES / programme / "accrual-rules.json").read_text())
    points = next(t for t in rules["point_types"] if t["point_type"] == "points")
    points.update(terms)
    return rules


async def publish(
    desk: Desk, *rules: dict[str, Any], shortfall: str = "deficit", **terms: Any
) -> int:
    """Publish `classic` with these settings, terms and further rules, in force from now on; answers
    its number.
    """
    settings = json.loads((PROGRAMMES / "classic" / "points.json").read_text())
    put = await desk.api.put("/v1/points-svc/programme", json={**settings, "shortfall": shortfall})
    assert put.status_code == 200, put.text
    written = document(**terms)
    written["rules"] += rules
    drafted = await desk.api.post("/v1/accrual-rules", json=written)
    assert drafted.status_code == 201, drafted.text
    version = int(drafted.json()["version"])
    published = await desk.api.post(f"/v1/accrual-rules/{version}/publish")
    assert published.status_code == 200, published.text
    return version
