"""What of steps up, burns and ways up contradicts *never paid without step, never step without
paid*, by rows of both databases (T5).

given   ⇔ exactly its points are burned, and the member has its way up
refused ⇔ nothing is burned, and there is no way up

Nothing may be burned or given for a step that nobody decided.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Key = tuple[str, str]

STEPS = "SELECT member_id, step_id, state, tier, points, point_type FROM step_up"
WAYS = "SELECT member_id, way_id, tier FROM way_up WHERE kind = 'bought'"
BURNED = """
SELECT member_id, burn_id, points, point_type FROM burn
WHERE source = 'tier-svc' AND state = 'burned'
"""
OPEN_STEPS = "SELECT step_id FROM step_up WHERE state IN ('decided', 'refusing')"


@dataclass(frozen=True)
class StepSides:
    """The rows of both databases that are about steps."""

    steps: Iterable[Row]
    ways: Iterable[Row]
    burned: Iterable[Row]


def unpaid(sides: StepSides) -> list[str]:
    """The steps that are not all or nothing, and what belongs to none; one line each."""
    ways: dict[Key, Row] = {(row["member_id"], row["way_id"]): row for row in sides.ways}
    burned: dict[Key, Row] = {(row["member_id"], row["burn_id"]): row for row in sides.burned}
    found = []
    for step in sides.steps:
        key = step["member_id"], step["step_id"]
        if not _is_whole(step, ways.pop(key, None), burned.pop(key, None)):
            found.append(f"T5: {dict(step)} is not all or nothing")
    found += [f"T5: a way up of no step: {key}" for key in sorted(ways)]
    return found + [f"T5: burned for no step: {key}" for key in sorted(burned)]


def _is_whole(step: Row, way: Row | None, burn: Row | None) -> bool:
    if step["state"] == "refused":
        return way is None and burn is None
    if step["state"] != "given":
        return way is None
    if way is None or burn is None:
        return False
    paid = burn["points"], burn["point_type"], way["tier"]
    return paid == (step["points"], step["point_type"], step["tier"])
