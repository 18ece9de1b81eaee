"""Which versions of the accrual rules there are."""

import json
from typing import Any

import pytest

from points_testing.desk import PROGRAMMES, Desk


async def drafted(desk: Desk) -> dict[str, Any]:
    rules = json.loads((PROGRAMMES / "grocer" / "accrual-rules.json").read_text())
    found: dict[str, Any] = (await desk.api.post("/v1/accrual-rules", json=rules)).json()
    return found


async def listed(desk: Desk, **asked: Any) -> list[dict[str, Any]]:
    """Page by page, two on each."""
    found, cursor = list[dict[str, Any]](), {}
    for _ in range(20):
        page = (
            await desk.api.get("/v1/accrual-rules", params={"limit": 2, **asked, **cursor})
        ).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}
    raise AssertionError("pages without end")


async def test_versions_are_listed_newest_first(desk: Desk):
    draft = await drafted(desk)
    assert draft | {"state": "draft", "published_at": None, "settings": None} == draft
    numbers = [one["version"] for one in await listed(desk)]
    assert numbers == sorted(numbers, reverse=True)
    assert (numbers[0], numbers[-1]) == (draft["version"], 1)


@pytest.mark.parametrize("state", ["draft", "published"])
async def test_versions_of_a_state_are_listed_alone(desk: Desk, state: str):
    for _ in range(3):
        await drafted(desk)
    wanted = [one for one in await listed(desk) if one["state"] == state]
    assert await listed(desk, state=state) == wanted != []


async def test_there_are_no_other_states(desk: Desk):
    assert (await desk.api.get("/v1/accrual-rules?state=final")).status_code == 422
